// The values of remote write, whose two versions number their fields alike: numbers, exponential histograms as Prometheus's
// native ones, and the marks that a series of either kind has ended.
// Source: prometheus.io/docs/specs/native_histograms

import type { ProtobufWriter } from '../encoding/protobuf-writer.ts';
import { type NativeBuckets, nativeBuckets, nativeSchema, wholeCount } from '../exposition/native-buckets.ts';
import type { ExponentialPoint } from '../snapshot/snapshot.ts';
import { STALE_NAN_BITS } from './ended-series.ts';

const NEGATIVE_SPANS = 8;
const NEGATIVE_DELTAS = 9;
const POSITIVE_SPANS = 11;
const POSITIVE_DELTAS = 12;

/** Writes the value of one `Sample` message. */
export function writeNumber(writer: ProtobufWriter, value: number | 'stale'): void {
  // The same place on the wire as a double, whose bits JavaScript does not promise to keep in a NaN.
  if (value === 'stale') writer.fixed64(1, STALE_NAN_BITS);
  else writer.double(1, value);
}

/** Writes the fields of one `Histogram` message but those of its times. */
export function writeNativeHistogram(writer: ProtobufWriter, point: ExponentialPoint | 'stale_histogram'): void {
  if (point === 'stale_histogram') {
    writeEndedHistogram(writer);
    return;
  }
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

function writeEndedHistogram(writer: ProtobufWriter): void {
  writer.uint(1, 0);
  writer.fixed64(3, STALE_NAN_BITS);
  writer.sint(4, 0);
  writer.double(5, 0);
  writer.uint(6, 0);
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
