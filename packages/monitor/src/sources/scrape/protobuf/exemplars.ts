// Exemplars of counters, buckets and native histograms.

import type { Label } from '../../../model/labels.ts';
import type { GivenExemplar } from '../../interface.ts';
import type { FamilyReader } from './family-reader.ts';
import { EXEMPLAR, EXEMPLAR_FIELDS, TIMESTAMP, TIMESTAMP_FIELDS } from './messages.ts';
import { readLabel, sortedLabels } from './texts.ts';

const MILLISECONDS_A_SECOND = 1000;
const NANOSECONDS_A_MILLISECOND = 1_000_000;

/** Reads the message that lies there; the reader is left as it was. */
export function readExemplar(reader: FamilyReader, start: number, end: number): GivenExemplar {
  const { position: placeBefore, end: endBefore } = reader;
  reader.position = start;
  reader.end = end;
  const labels: Label[] = [];
  let value = 0;
  let timestampMs: number | undefined;
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === EXEMPLAR.value) value = reader.readDouble();
    else if (tag === EXEMPLAR.label) labels.push(readLabel(reader));
    else if (tag === EXEMPLAR.timestamp) timestampMs = readTimestampMs(reader);
    else reader.skipOther(tag, EXEMPLAR_FIELDS);
  }
  const exemplar = { labels: sortedLabels(reader, labels), value, timestampMs };
  reader.position = placeBefore;
  reader.end = endBefore;
  return exemplar;
}

/** In the order in which the store takes them. Of a native histogram only those with a time count, as in Prometheus. */
export function timedInOrder(exemplars: readonly GivenExemplar[]): readonly GivenExemplar[] {
  const timed = exemplars.flatMap((exemplar) =>
    exemplar.timestampMs === undefined ? [] : [{ exemplar, timestampMs: exemplar.timestampMs }],
  );
  timed.sort((a, b) => a.timestampMs - b.timestampMs || a.exemplar.value - b.exemplar.value);
  return timed.map(({ exemplar }) => exemplar);
}

function readTimestampMs(reader: FamilyReader): number {
  const outer = reader.enter();
  let seconds = 0;
  let nanoseconds = 0;
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === TIMESTAMP.seconds) seconds = reader.readInt64();
    else if (tag === TIMESTAMP.nanoseconds) nanoseconds = reader.readInt64();
    else reader.skipOther(tag, TIMESTAMP_FIELDS);
  }
  reader.leave(outer);
  const timestampMs = seconds * MILLISECONDS_A_SECOND + Math.floor(nanoseconds / NANOSECONDS_A_MILLISECOND);
  if (!Number.isSafeInteger(timestampMs)) reader.fail("an exemplar's timestamp is no time");
  return timestampMs;
}
