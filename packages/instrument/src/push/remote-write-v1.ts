// Remote write 1.0: a snapshot as `prometheus.WriteRequest`, not yet compressed. Field numbers are those of Prometheus's
// prompb/remote.proto and types.proto. Source: prometheus.io/docs/specs/prw/remote_write_spec

import { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import type { Label } from '../labels.ts';
import type { Exemplar, FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { writeNativeHistogram, writeNumber } from './native-histogram.ts';
import { hasEnded, type RemoteSeries, type RemoteType, remoteSeries, remoteType, remoteUnit } from './remote-series.ts';

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
export function encodeRemoteWriteV1(snapshot: Snapshot, external: readonly Label[] = []): Uint8Array {
  const writer = new ProtobufWriter();
  const timeMs = Math.round(snapshot.takenAtMs);
  for (const family of snapshot.families) {
    for (const series of remoteSeries(family, external)) writeSeries(writer, series, timeMs);
  }
  for (const family of snapshot.families) {
    if (family.points.length > 0 && !hasEnded(family)) writeMetadata(writer, family);
  }
  return writer.finish();
}

function writeSeries(writer: ProtobufWriter, { labels, value, exemplars }: RemoteSeries, timeMs: number): void {
  const series = writer.open(1);
  writeLabels(writer, labels);
  const isNumber = typeof value === 'number' || value === 'stale';
  if (isNumber) {
    const sample = writer.open(2);
    writeNumber(writer, value);
    writer.int(2, timeMs);
    writer.close(sample);
  }
  for (const exemplar of exemplars) writeExemplar(writer, exemplar);
  if (!isNumber) {
    const histogram = writer.open(4);
    writeNativeHistogram(writer, value);
    writer.int(15, timeMs);
    writer.close(histogram);
  }
  writer.close(series);
}

function writeExemplar(writer: ProtobufWriter, { labels, value, timestampMs }: Exemplar): void {
  const exemplar = writer.open(3);
  writeLabels(writer, labels);
  writer.double(2, value);
  writer.int(3, Math.round(timestampMs));
  writer.close(exemplar);
}

function writeLabels(writer: ProtobufWriter, labels: readonly Label[]): void {
  for (const { name, value } of labels) {
    const label = writer.open(1);
    writer.string(1, name);
    writer.string(2, value);
    writer.close(label);
  }
}

function writeMetadata(writer: ProtobufWriter, family: FamilySnapshot): void {
  const metadata = writer.open(3);
  writer.uint(1, METADATA_TYPES[remoteType(family)]);
  writer.string(2, family.name);
  writer.string(4, family.help);
  writer.string(5, remoteUnit(family));
  writer.close(metadata);
}
