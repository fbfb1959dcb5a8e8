// An exponential histogram as Prometheus's native histogram in remote write, whose two versions number its fields alike.
// Source: prometheus.io/docs/specs/native_histograms

import type { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import { type NativeBuckets, nativeBuckets, nativeSchema, wholeCount } from '../exposition/native-buckets.ts';
import type { ExponentialPoint } from '../snapshot/snapshot.ts';

const NEGATIVE_SPANS = 8;
const NEGATIVE_DELTAS = 9;
const POSITIVE_SPANS = 11;
const POSITIVE_DELTAS = 12;

/** Writes the fields of one `Histogram` message but those of its times. */
export function writeNativeHistogram(writer: ProtobufWriter, point: ExponentialPoint): void {
  const negative = nativeBuckets(point.negative, point.scale);
  const positive = nativeBuckets(point.positive, point.scale);
  const zeros = wholeCount(point.zeroCount);
  writer.uint(1, zeros + negative.count + positive.count);
  writer.double(3, point.sum);
  writer.sint(4, nativeSchema(point.scale));
  writer.double(5, point.zeroThreshold);
  writer.uint(6, zeros);
  writeBuckets(writer, negative, NEGATIVE_SPANS, NEGATIVE_DELTAS);
  writeBuckets(writer, positive, POSITIVE_SPANS, POSITIVE_DELTAS);
}

function writeBuckets(
  writer: ProtobufWriter,
  { spans, deltas }: NativeBuckets,
  spansField: number,
  deltasField: number,
): void {
  for (const { offset, length } of spans) {
    const span = writer.open(spansField);
    writer.sint(1, offset);
    writer.uint(2, length);
    writer.close(span);
  }
  writer.packedSints(deltasField, deltas);
}
