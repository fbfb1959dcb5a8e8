// The exemplars of a data point. Trace and span become the labels `trace_id` and `span_id`; filtered attributes come with
// them where all together are no longer than OpenMetrics allows. One without a value or a time leads nowhere and is left out.

import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { Exemplar } from '../../../model/batch.ts';
import { labelsFrom } from '../../../model/labels.ts';
import type { AttributeBounds } from './any-value.ts';
import { type Attribute, readAttribute, tooMany } from './attributes.ts';
import { Nanoseconds } from './nanoseconds.ts';

/** Characters of names and values together, from which on filtered attributes are left out. */
const LONGEST_LABELS = 128;

const WORD = 2 ** 32;
const TIME = (2 << 3) | 1;
const DOUBLE = (3 << 3) | 1;
const SPAN = (4 << 3) | 2;
const TRACE = (5 << 3) | 2;
const INT = (6 << 3) | 1;
const ATTRIBUTE = (7 << 3) | 2;
const EXEMPLAR_FIELDS = knownFields(TIME, DOUBLE, SPAN, TRACE, INT, ATTRIBUTE);

const time = new Nanoseconds();

/** `ranges` says where they begin and end, in pairs. @throws {UnusableValue} when an attribute is no text */
export function readExemplars(reader: ProtobufReader, ranges: readonly number[], bounds: AttributeBounds): Exemplar[] {
  const exemplars: Exemplar[] = [];
  const { position, end } = reader;
  for (let at = 0; at < ranges.length; at += 2) {
    reader.position = ranges[at]!;
    reader.end = ranges[at + 1]!;
    const exemplar = readExemplar(reader, bounds);
    if (exemplar !== undefined) exemplars.push(exemplar);
  }
  reader.position = position;
  reader.end = end;
  return exemplars;
}

function readExemplar(reader: ProtobufReader, bounds: AttributeBounds): Exemplar | undefined {
  let value: number | undefined;
  let trace = '';
  let span = '';
  const attributes: Attribute[] = [];
  time.clear();
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === TIME) {
      time.read(reader);
    } else if (tag === DOUBLE) {
      value = reader.readDouble();
    } else if (tag === INT) {
      const at = reader.readFixed64();
      value = reader.view.getInt32(at + 4, true) * WORD + reader.view.getUint32(at, true);
    } else if (tag === SPAN) {
      span = readId(reader, 8);
    } else if (tag === TRACE) {
      trace = readId(reader, 16);
    } else if (tag === ATTRIBUTE) {
      if (attributes.length === bounds.labelsASeries) throw tooMany(bounds);
      const outer = reader.enter();
      attributes.push(readAttribute(reader, bounds));
      reader.leave(outer);
    } else {
      reader.skipOther(tag, EXEMPLAR_FIELDS);
    }
  }
  const timestampMs = time.toMs();
  if (value === undefined || timestampMs === 0) return undefined;
  return { labels: labelsFrom(pairsOf(trace, span, attributes)), value, timestampMs };
}

/** Hexadecimal; '' for one of zeros or of another length, which identifies nothing. */
function readId(reader: ProtobufReader, sizeBytes: number): string {
  const end = reader.readLength();
  const { bytes, position } = reader;
  reader.position = end;
  if (end - position !== sizeBytes) return '';
  const digits = Buffer.from(bytes.buffer, bytes.byteOffset + position, sizeBytes).toString('hex');
  return /^0+$/.test(digits) ? '' : digits;
}

function pairsOf(trace: string, span: string, attributes: readonly Attribute[]): [string, string][] {
  const ids: [string, string][] = [];
  if (trace !== '') ids.push(['trace_id', trace]);
  if (span !== '') ids.push(['span_id', span]);
  const all = [...attributes.map(({ key, value }): [string, string] => [key, value]), ...ids];
  return all.reduce((sum, [name, value]) => sum + characters(name) + characters(value), 0) > LONGEST_LABELS ? ids : all;
}

function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
