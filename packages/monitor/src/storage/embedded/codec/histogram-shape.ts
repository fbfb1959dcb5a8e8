// What native histograms are shaped like: all of them but the numbers. Histograms of one series mostly share a shape, so
// that it is stored once, and their buckets are columns: of a bucket that a shape has, in the order of its counts.

import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import type { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';

const IS_GAUGE = 1;
const HAS_CUSTOM_BOUNDS = 2;

export interface Shape {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly isGauge: boolean;
  readonly customBounds: Float64Array | undefined;
  readonly positiveSpans: readonly BucketSpan[];
  readonly negativeSpans: readonly BucketSpan[];
}

/** Equal exactly when everything but the numbers is. */
export function shapeKey(histogram: NativeHistogram): string {
  const { schema, zeroThreshold, isGauge, customBounds, positiveSpans, negativeSpans } = histogram;
  const bounds = customBounds === undefined ? '-' : hexOf(customBounds);
  return [
    schema,
    hexOf(Float64Array.of(zeroThreshold)),
    isGauge,
    bounds,
    keyOf(positiveSpans),
    keyOf(negativeSpans),
  ].join();
}

export function shapeOf(histogram: NativeHistogram): Shape {
  return { ...histogram, isGauge: histogram.isGauge === true, customBounds: histogram.customBounds };
}

export function writeShape(writer: ByteWriter, shape: Shape): void {
  const { customBounds } = shape;
  writer.byte((shape.isGauge ? IS_GAUGE : 0) | (customBounds === undefined ? 0 : HAS_CUSTOM_BOUNDS));
  writer.signedVarint(shape.schema);
  writer.float64(shape.zeroThreshold);
  writeSpans(writer, shape.positiveSpans);
  writeSpans(writer, shape.negativeSpans);
  if (customBounds === undefined) return;
  writer.varint(customBounds.length);
  for (const bound of customBounds) writer.float64(bound);
}

/** @throws {DamagedBytes} */
export function readShape(reader: ByteReader): Shape {
  const flags = reader.byte();
  const shape = {
    schema: reader.signedVarint(),
    zeroThreshold: reader.float64(),
    isGauge: (flags & IS_GAUGE) !== 0,
    positiveSpans: readSpans(reader),
    negativeSpans: readSpans(reader),
  };
  if ((flags & HAS_CUSTOM_BOUNDS) === 0) return { ...shape, customBounds: undefined };
  const customBounds = new Float64Array(reader.count(8));
  for (let index = 0; index < customBounds.length; index++) customBounds[index] = reader.float64();
  return { ...shape, customBounds };
}

/**
 * The buckets that the spans have, in the order of the counts; at most `max`.
 * `undefined` when there are more, one comes twice, or the spans are no whole numbers.
 */
export function bucketsOf(spans: readonly BucketSpan[], max: number): number[] | undefined {
  const buckets = new Set<number>();
  let bucket = 0;
  for (const { offset, length } of spans) {
    bucket += offset;
    if (!(length >= 0) || buckets.size + length > max) return undefined;
    if (!Number.isSafeInteger(bucket) || !Number.isSafeInteger(bucket + length)) return undefined;
    for (let left = length; left > 0; left--) {
      if (buckets.has(bucket)) return undefined;
      buckets.add(bucket++);
    }
  }
  return [...buckets];
}

function writeSpans(writer: ByteWriter, spans: readonly BucketSpan[]): void {
  writer.varint(spans.length);
  for (const { offset, length } of spans) {
    writer.signedVarint(offset);
    writer.varint(length);
  }
}

function readSpans(reader: ByteReader): BucketSpan[] {
  const spans: BucketSpan[] = [];
  for (let left = reader.count(2); left > 0; left--) {
    spans.push({ offset: reader.signedVarint(), length: reader.varint() });
  }
  return spans;
}

function keyOf(spans: readonly BucketSpan[]): string {
  return spans.map(({ offset, length }) => `${offset}+${length}`).join(' ');
}

function hexOf(values: Float64Array): string {
  return Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('hex');
}
