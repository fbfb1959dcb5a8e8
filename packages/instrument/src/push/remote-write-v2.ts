// Remote write 2.0: a snapshot as `io.prometheus.write.v2.Request`, not yet compressed. Every string is sent once, in a table
// of symbols that begins with the empty one; series say where in it theirs are. Field numbers are those of Prometheus's
// prompb/io/prometheus/write/v2/types.proto. Source: prometheus.io/docs/specs/prw/remote_write_spec_2_0

import { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import { isKnownTime } from '../exposition/times.ts';
import type { Label } from '../labels.ts';
import type { Exemplar, FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { writeNativeHistogram, writeNumber } from './native-histogram.ts';
import { type RemoteSeries, type RemoteType, remoteSeries, remoteType, remoteUnit } from './remote-series.ts';

const METADATA_TYPES: Readonly<Record<RemoteType, number>> = {
  unknown: 0,
  counter: 1,
  gauge: 2,
  histogram: 3,
  summary: 5,
  info: 6,
  stateset: 7,
};

/** @param external labels for every series that has none of that name */
export function encodeRemoteWriteV2(snapshot: Snapshot, external: readonly Label[] = []): Uint8Array {
  const symbols = new Symbols();
  const seriesWriter = new ProtobufWriter();
  const timeMs = Math.round(snapshot.takenAtMs);
  for (const family of snapshot.families) {
    const metadata = metadataOf(family, symbols);
    for (const series of remoteSeries(family, external))
      writeSeries(seriesWriter, series, { timeMs, metadata, symbols });
  }
  const writer = new ProtobufWriter(seriesWriter.length);
  for (const symbol of symbols.texts()) writer.string(4, symbol);
  writer.raw(seriesWriter.finish());
  return writer.finish();
}

class Symbols {
  readonly #places = new Map<string, number>([['', 0]]);

  placeOf(text: string): number {
    const known = this.#places.get(text);
    if (known !== undefined) return known;
    const place = this.#places.size;
    this.#places.set(text, place);
    return place;
  }

  placesOf(labels: readonly Label[]): readonly number[] {
    return labels.flatMap(({ name, value }) => [this.placeOf(name), this.placeOf(value)]);
  }

  /** In the order of their places. */
  texts(): Iterable<string> {
    return this.#places.keys();
  }
}

interface Context {
  readonly timeMs: number;
  /** The fields of the message `Metadata`. */
  readonly metadata: Uint8Array;
  readonly symbols: Symbols;
}

function metadataOf(family: FamilySnapshot, symbols: Symbols): Uint8Array {
  const writer = new ProtobufWriter();
  writer.uint(1, METADATA_TYPES[remoteType(family)]);
  writer.uint(3, symbols.placeOf(family.help));
  writer.uint(4, symbols.placeOf(remoteUnit(family)));
  return writer.finish();
}

function writeSeries(writer: ProtobufWriter, series: RemoteSeries, { timeMs, metadata, symbols }: Context): void {
  const { labels, value, createdMs, exemplars } = series;
  const start = writer.open(5);
  writer.packedUints(1, symbols.placesOf(labels));
  if (typeof value === 'number' || value === 'stale') {
    const sample = writer.open(2);
    writeNumber(writer, value);
    writer.int(2, timeMs);
    if (isKnownTime(createdMs)) writer.int(3, Math.round(createdMs));
    writer.close(sample);
  } else {
    const histogram = writer.open(3);
    writeNativeHistogram(writer, value);
    writer.int(15, timeMs);
    if (isKnownTime(createdMs)) writer.int(17, Math.round(createdMs));
    writer.close(histogram);
  }
  for (const exemplar of exemplars) writeExemplar(writer, exemplar, symbols);
  writer.bytes(5, metadata);
  writer.close(start);
}

function writeExemplar(writer: ProtobufWriter, { labels, value, timestampMs }: Exemplar, symbols: Symbols): void {
  const exemplar = writer.open(4);
  writer.packedUints(1, symbols.placesOf(labels));
  writer.double(2, value);
  writer.int(3, Math.round(timestampMs));
  writer.close(exemplar);
}
