// Whether a native histogram agrees with itself, as Prometheus checks those that are pushed; and the step down of one
// that is finer than anything here reads. Source: Prometheus 3's answers, which test/conformance/push-receivers compares.

import type { BucketSpan, NativeHistogram } from '../model/batch.ts';

export const CUSTOM_BUCKETS_SCHEMA = -53;
const COARSEST_SCHEMA = -4;
const FINEST_SCHEMA = 8;
/** Up to here Prometheus knows how to step down to the finest schema that it reads. */
const FINEST_KNOWN_SCHEMA = 52;

/** Counts of observations are whole numbers and add up; counts that are floats only may not be negative. */
export type HistogramCounts = 'integer' | 'float';

/** What is wrong with it, undefined when nothing is. */
export function problemOf(histogram: NativeHistogram, counts: HistogramCounts, bucketsMax: number): string | undefined {
  const { schema } = histogram;
  const { positiveSpans, positiveCounts, negativeSpans, negativeCounts, customBounds = [] } = histogram;
  const lists = [positiveSpans, positiveCounts, negativeSpans, negativeCounts, customBounds];
  if (lists.some(({ length }) => length > bucketsMax)) return `it has more than ${bucketsMax} buckets: send fewer`;
  if (schema === CUSTOM_BUCKETS_SCHEMA) {
    const problem = customBucketsProblem(histogram);
    if (problem !== undefined) return problem;
  } else if (!Number.isInteger(schema) || schema < COARSEST_SCHEMA || schema > FINEST_KNOWN_SCHEMA) {
    return `its schema is ${schema}: it must be between ${COARSEST_SCHEMA} and ${FINEST_SCHEMA}, or ${CUSTOM_BUCKETS_SCHEMA} for custom buckets`;
  } else if (histogram.customBounds !== undefined && histogram.customBounds.length > 0) {
    return 'it has an exponential schema and custom bounds: leave one of them out';
  }
  const sides =
    sideProblem('positive', histogram.positiveSpans, histogram.positiveCounts) ??
    sideProblem('negative', histogram.negativeSpans, histogram.negativeCounts);
  if (sides !== undefined) return sides;
  if (histogram.zeroCount < 0) return `its zero bucket counts ${histogram.zeroCount}: no count may be negative`;
  if (histogram.count < 0) return `its count is ${histogram.count}: no count may be negative`;
  return counts === 'integer' ? sumProblem(histogram) : undefined;
}

function sumProblem(histogram: NativeHistogram): string | undefined {
  const { count, sum } = histogram;
  let observed = histogram.zeroCount;
  for (const each of histogram.positiveCounts) observed += each;
  for (const each of histogram.negativeCounts) observed += each;
  // A NaN that was observed is in the count and in no bucket.
  if (Number.isNaN(sum) ? observed <= count : observed === count) return undefined;
  return `its buckets hold ${observed} observations and its count is ${count}: they must be equal`;
}

function sideProblem(side: string, spans: readonly BucketSpan[], counts: Float64Array): string | undefined {
  let needed = 0;
  for (const [at, { offset, length }] of spans.entries()) {
    if (at > 0 && offset < 0)
      return `its ${side} span ${at + 1} has the offset ${offset}: only the first may be negative`;
    needed += length;
  }
  if (needed !== counts.length) return `its ${side} spans cover ${needed} buckets and ${counts.length} are there`;
  for (const [at, count] of counts.entries()) {
    if (count < 0) return `its ${side} bucket ${at + 1} counts ${count}: no count may be negative`;
  }
  return undefined;
}

function customBucketsProblem(histogram: NativeHistogram): string | undefined {
  const bounds = histogram.customBounds ?? new Float64Array(0);
  let previous = Number.NEGATIVE_INFINITY;
  for (const [at, bound] of bounds.entries()) {
    if (Number.isNaN(bound)) return `its custom bound ${at + 1} is no number`;
    if (bound <= previous && at > 0) return `its custom bounds do not rise: ${bound} follows ${previous}`;
    previous = bound;
  }
  if (previous === Number.POSITIVE_INFINITY) return 'its last custom bound is +Inf, which must not be written';
  let covered = 0;
  for (const [at, { offset, length }] of histogram.positiveSpans.entries()) {
    if (offset < 0)
      return `its positive span ${at + 1} has the offset ${offset}: none may be negative with custom buckets`;
    covered += offset + length;
  }
  if (covered > bounds.length + 1)
    return `its spans reach to bucket ${covered} and its custom bounds make ${bounds.length + 1}`;
  if (histogram.zeroCount !== 0)
    return 'it has custom buckets and a zero count: there is no zero bucket with custom ones';
  if (histogram.zeroThreshold !== 0)
    return 'it has custom buckets and a zero threshold: there is no zero bucket with custom ones';
  if (histogram.negativeSpans.length > 0 || histogram.negativeCounts.length > 0) {
    return 'it has custom buckets and negative ones: custom buckets are all on the positive side';
  }
  return undefined;
}

/** The histogram in a schema that is read here: one that is finer is stepped down, two buckets into one a step. */
export function withKnownSchema(histogram: NativeHistogram): NativeHistogram {
  if (histogram.schema <= FINEST_SCHEMA) return histogram;
  const steps = histogram.schema - FINEST_SCHEMA;
  const positive = stepDown(histogram.positiveSpans, histogram.positiveCounts, steps);
  const negative = stepDown(histogram.negativeSpans, histogram.negativeCounts, steps);
  return {
    ...histogram,
    schema: FINEST_SCHEMA,
    positiveSpans: positive.spans,
    positiveCounts: positive.counts,
    negativeSpans: negative.spans,
    negativeCounts: negative.counts,
  };
}

function stepDown(spans: readonly BucketSpan[], counts: Float64Array, steps: number) {
  const merged: { index: number; count: number }[] = [];
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let left = length; left > 0; left--, index++, at++) {
      // Bucket i reaches up to base^i, its upper end included.
      const target = Math.ceil(index / 2 ** steps);
      const last = merged.at(-1);
      if (last?.index === target) last.count += counts[at]!;
      else merged.push({ index: target, count: counts[at]! });
    }
  }
  const mergedSpans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const bucket of merged) {
    const span = mergedSpans.at(-1);
    if (span !== undefined && bucket.index === next) span.length++;
    else mergedSpans.push({ offset: bucket.index - next, length: 1 });
    next = bucket.index + 1;
  }
  return { spans: mergedSpans, counts: Float64Array.from(merged, ({ count }) => count) };
}
