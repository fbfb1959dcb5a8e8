// Native histograms as a chunk of encoding `histogram` (whole counts) or `floathistogram`. All of a chunk have the same buckets, and
// no count of a counter falls within it: who reads it takes that for granted, and looks for resets at its beginning alone.
// Source: github.com/prometheus/prometheus, tsdb/docs/format/chunks.md

import { hasWholeCounts } from '../../../encoding/native-histogram.ts';
import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import type { HistogramSample } from '../../../storage/interface.ts';
import type { BitWriter } from './bit-writer.ts';
import { XorValue } from './xor-value.ts';

/** Counter resets: it is not known whether there is one before the chunk. */
const FLAGS_COUNTER = 0;
const FLAGS_GAUGE = 0b1100_0000;
const CUSTOM_SCHEMA = -53;
/** Thresholds that are powers of two take one byte: the exponent and so much. 2^-243 is 1, 2^10 is 254. */
const THRESHOLD_BIAS = 244;
const THRESHOLD_OTHER = 255;
/** A bound of at most so many thousandths is written as their number. */
const BOUND_THOUSANDTHS_MAX = 33_554_430;

export interface HistogramChunk {
  readonly counts: 'integer' | 'float';
  readonly data: Uint8Array;
  /** Behind the last one that is in it. */
  readonly end: number;
}

/** Of the histograms from `from` on as many as one chunk may hold, at most `most`. */
export function encodeHistogramChunk(
  writer: BitWriter,
  samples: readonly HistogramSample[],
  from: number,
  most: number,
): HistogramChunk {
  const end = endOfChunk(samples, from, most);
  const first = samples[from]!.histogram;
  const isWhole = hasWholeCounts(first);
  writer.clear();
  writer.bits(end - from, 16);
  writer.bits(first.isGauge === true ? FLAGS_GAUGE : FLAGS_COUNTER, 8);
  writeLayout(writer, first);
  if (isWhole) writeIntegers(writer, samples, from, end);
  else writeFloats(writer, samples, from, end);
  return { counts: isWhole ? 'integer' : 'float', data: writer.take(), end };
}

function endOfChunk(samples: readonly HistogramSample[], from: number, most: number): number {
  const first = samples[from]!.histogram;
  const isWhole = hasWholeCounts(first);
  let end = from + 1;
  while (end < samples.length && end - from < most) {
    const previous = samples[end - 1]!.histogram;
    const next = samples[end]!.histogram;
    if (!hasSameBuckets(first, next) || hasWholeCounts(next) !== isWhole) break;
    if (first.isGauge !== true && falls(previous, next)) break;
    end++;
  }
  return end;
}

function hasSameBuckets(a: NativeHistogram, b: NativeHistogram): boolean {
  return (
    a.schema === b.schema &&
    a.zeroThreshold === b.zeroThreshold &&
    (a.isGauge === true) === (b.isGauge === true) &&
    areSameSpans(a.positiveSpans, b.positiveSpans) &&
    areSameSpans(a.negativeSpans, b.negativeSpans) &&
    areSameNumbers(a.customBounds ?? [], b.customBounds ?? [])
  );
}

function areSameSpans(a: readonly BucketSpan[], b: readonly BucketSpan[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ offset, length }, index) => offset === b[index]!.offset && length === b[index]!.length)
  );
}

function areSameNumbers(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

function falls(before: NativeHistogram, after: NativeHistogram): boolean {
  if (after.count < before.count || after.zeroCount < before.zeroCount) return true;
  const fallsIn = (now: Float64Array, then: Float64Array) => now.some((count, index) => count < then[index]!);
  return fallsIn(after.positiveCounts, before.positiveCounts) || fallsIn(after.negativeCounts, before.negativeCounts);
}

function writeLayout(writer: BitWriter, histogram: NativeHistogram): void {
  writeThreshold(writer, histogram.zeroThreshold);
  writer.varbitInt(histogram.schema);
  writeSpans(writer, histogram.positiveSpans);
  writeSpans(writer, histogram.negativeSpans);
  if (histogram.schema === CUSTOM_SCHEMA) writeBounds(writer, histogram.customBounds ?? new Float64Array(0));
}

function writeThreshold(writer: BitWriter, threshold: number): void {
  const exponent = Math.round(Math.log2(threshold));
  const place = exponent + THRESHOLD_BIAS;
  if (threshold === 0) writer.bits(0, 8);
  else if (place >= 1 && place < THRESHOLD_OTHER && 2 ** exponent === threshold) writer.bits(place, 8);
  else {
    writer.bits(THRESHOLD_OTHER, 8);
    writer.double(threshold);
  }
}

function writeSpans(writer: BitWriter, spans: readonly BucketSpan[]): void {
  writer.varbitUint(spans.length);
  for (const { offset, length } of spans) {
    writer.varbitUint(length);
    writer.varbitInt(offset);
  }
}

function writeBounds(writer: BitWriter, bounds: Float64Array): void {
  writer.varbitUint(bounds.length);
  for (const bound of bounds) {
    const thousandths = Math.round(bound * 1000);
    const isShort = thousandths >= 0 && thousandths <= BOUND_THOUSANDTHS_MAX && thousandths / 1000 === bound;
    if (isShort) writer.varbitUint(thousandths + 1);
    else {
      writer.bits(0, 1);
      writer.double(bound);
    }
  }
}

/** What is written whole first, then as a change, then as the change of a change. */
class ChangingNumber {
  #value = 0;
  #change = 0;

  begin(value: number): number {
    this.#value = value;
    return value;
  }

  next(value: number): number {
    const change = value - this.#value;
    const changed = change - this.#change;
    this.#value = value;
    this.#change = change;
    return changed;
  }
}

function writeIntegers(writer: BitWriter, samples: readonly HistogramSample[], from: number, end: number): void {
  const first = samples[from]!.histogram;
  const time = new ChangingNumber();
  const count = new ChangingNumber();
  const zeroCount = new ChangingNumber();
  const sum = new XorValue();
  const buckets = [first.positiveCounts, first.negativeCounts].map((counts) =>
    Array.from(counts, () => new ChangingNumber()),
  );
  for (let at = from; at < end; at++) {
    const { timestampMs, histogram } = samples[at]!;
    const isFirst = at === from;
    if (isFirst) {
      writer.varbitInt(time.begin(timestampMs));
      writer.varbitUint(count.begin(histogram.count));
      writer.varbitUint(zeroCount.begin(histogram.zeroCount));
      sum.beginWith(writer, histogram.sum);
    } else {
      writer.varbitInt(time.next(timestampMs));
      writer.varbitInt(count.next(histogram.count));
      writer.varbitInt(zeroCount.next(histogram.zeroCount));
      sum.appendNext(writer, histogram.sum);
    }
    [histogram.positiveCounts, histogram.negativeCounts].forEach((counts, side) => {
      let previous = 0;
      counts.forEach((bucket, index) => {
        const number = buckets[side]![index]!;
        const difference = bucket - previous;
        writer.varbitInt(isFirst ? number.begin(difference) : number.next(difference));
        previous = bucket;
      });
    });
  }
}

function writeFloats(writer: BitWriter, samples: readonly HistogramSample[], from: number, end: number): void {
  const time = new ChangingNumber();
  const first = valuesOf(samples[from]!.histogram);
  const values = first.map(() => new XorValue());
  for (let at = from; at < end; at++) {
    const { timestampMs, histogram } = samples[at]!;
    if (at === from) {
      writer.varbitInt(time.begin(timestampMs));
      for (const [index, value] of first.entries()) values[index]!.beginWith(writer, value);
    } else {
      writer.varbitInt(time.next(timestampMs));
      for (const [index, value] of valuesOf(histogram).entries()) values[index]!.appendNext(writer, value);
    }
  }
}

function valuesOf({ count, zeroCount, sum, positiveCounts, negativeCounts }: NativeHistogram): readonly number[] {
  return [count, zeroCount, sum, ...positiveCounts, ...negativeCounts];
}
