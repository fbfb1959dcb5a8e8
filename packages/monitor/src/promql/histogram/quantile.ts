// Quantiles and fractions of native histograms, from the bucket that the rank falls into. With observations on one side of zero
// alone the zero bucket ends at zero. Observations that are NaN are counted in no bucket.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import { exponentialOfTwo } from '../math/exponentials.ts';
import { binaryLogarithm } from '../math/logarithms.ts';
import { type BoundedCount, bucketAt, bucketCountOf, countAt } from './all-buckets.ts';
import type { FloatHistogram } from './float-histogram.ts';
import { fractionBelow } from './interpolate.ts';

/** What NaN among the observations does to a quantile. */
export type QuantileNote = 'nan-result' | 'nan-skew';

export interface Estimate<Note> {
  readonly value: number;
  readonly note?: Note;
}

const NO_BUCKET: BoundedCount = { lower: 0, upper: 0, count: 0 };

export function histogramQuantile(quantile: number, histogram: FloatHistogram): Estimate<QuantileNote> {
  if (quantile < 0) return { value: -Infinity };
  if (quantile > 1) return { value: Infinity };
  if (histogram.count === 0 || Number.isNaN(quantile)) return { value: NaN };
  const mayHoldNan = Number.isNaN(histogram.sum);
  const isForward = mayHoldNan || quantile < 0.5;
  const bucketCount = bucketCountOf(histogram);
  const positionOf = (visited: number): number => (isForward ? visited : bucketCount - 1 - visited);
  const wanted = (isForward ? quantile : 1 - quantile) * histogram.count;
  let counted = 0;
  let visited = 0;
  while (visited < bucketCount) {
    const count = countAt(histogram, positionOf(visited++));
    if (count === 0) continue;
    counted += count;
    if (counted >= wanted) break;
  }
  const reached = visited === 0 ? NO_BUCKET : bucketAt(histogram, positionOf(visited - 1));
  const edge = histogram.usesCustomBuckets ? edgeOfCustom(reached) : undefined;
  if (edge !== undefined) return { value: edge };
  let bucket = histogram.usesCustomBuckets ? customFromZero(reached) : withinSide(histogram, reached);
  // Rounding can make the buckets count more than all.
  const before = Math.min(histogram.count, counted);
  if (before < wanted) return mayHoldNan ? { value: NaN, note: 'nan-result' } : { value: bucket.upper };
  const rank = isForward ? wanted - (before - bucket.count) : before - wanted;
  let note: QuantileNote | undefined;
  if (mayHoldNan) {
    // As Prometheus, which goes on to the last bucket to count, and interpolates in that one.
    let all = before;
    for (; visited < bucketCount; visited++) {
      bucket = bucketAt(histogram, visited);
      all += bucket.count;
    }
    if (all < histogram.count) note = 'nan-skew';
  }
  const value = valueAt(bucket, rank / bucket.count, histogram.usesCustomBuckets);
  return note === undefined ? { value } : { value, note };
}

/** Of the lowest and the highest custom bucket, where no interpolation is possible. */
function edgeOfCustom({ lower, upper }: BoundedCount): number | undefined {
  if (lower === -Infinity) return upper <= 0 ? upper : undefined;
  return upper === Infinity ? lower : undefined;
}

function customFromZero(bucket: BoundedCount): BoundedCount {
  return bucket.lower === -Infinity ? { ...bucket, lower: 0 } : bucket;
}

/** The zero bucket of a histogram with one side alone ends at zero. */
function withinSide({ positive, negative }: FloatHistogram, bucket: BoundedCount): BoundedCount {
  if (!(bucket.lower < 0 && bucket.upper > 0)) return bucket;
  return oneSided(positive.counts.length, negative.counts.length, bucket);
}

function oneSided(positives: number, negatives: number, bucket: BoundedCount): BoundedCount {
  if (negatives === 0 && positives > 0) return { ...bucket, lower: 0 };
  if (positives === 0 && negatives > 0) return { ...bucket, upper: 0 };
  return bucket;
}

function valueAt({ lower, upper }: BoundedCount, fraction: number, isCustom: boolean): number {
  if (isCustom || (lower <= 0 && upper >= 0)) return lower + (upper - lower) * fraction;
  const logLower = binaryLogarithm(Math.abs(lower));
  const logUpper = binaryLogarithm(Math.abs(upper));
  return lower > 0
    ? exponentialOfTwo(logLower + (logUpper - logLower) * fraction)
    : -exponentialOfTwo(logUpper + (logLower - logUpper) * (1 - fraction));
}

/** The share of observations between two values; the note says that NaN is among the observations. */
export function histogramFraction(lower: number, upper: number, histogram: FloatHistogram): Estimate<'nan-excluded'> {
  if (histogram.count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return { value: NaN };
  if (lower >= upper) return { value: 0 };
  const bucketCount = bucketCountOf(histogram);
  let rank = 0;
  let counted = 0;
  let lowerRank: number | undefined;
  let upperRank: number | undefined;
  let position = 0;
  while (position < bucketCount) {
    const { bucket, isLinear } = forFraction(histogram, bucketAt(histogram, position++));
    counted += bucket.count;
    lowerRank ??= rankAt(lower, bucket, rank, isLinear);
    upperRank ??= rankAt(upper, bucket, rank, isLinear);
    if (lowerRank !== undefined && upperRank !== undefined) break;
    rank += bucket.count;
  }
  let all = histogram.count;
  let hasNan = false;
  if (Number.isNaN(histogram.sum)) {
    for (; position < bucketCount; position++) counted += countAt(histogram, position);
    hasNan = counted < histogram.count;
    all = counted;
  }
  const from = lowerRank === undefined || lowerRank > all ? all : lowerRank;
  const to = upperRank === undefined || upperRank > all ? all : upperRank;
  const value = (to - from) / histogram.count;
  return hasNan ? { value, note: 'nan-excluded' } : { value };
}

function forFraction(
  { usesCustomBuckets, positive, negative }: FloatHistogram,
  bucket: BoundedCount,
): { readonly bucket: BoundedCount; readonly isLinear: boolean } {
  if (!(bucket.lower <= 0 && bucket.upper >= 0)) return { bucket, isLinear: usesCustomBuckets };
  return { bucket: oneSided(positive.counts.length, negative.counts.length, bucket), isLinear: true };
}

/** How many observations lie below a value, when it lies in this bucket or before it; undefined when behind. */
function rankAt(value: number, bucket: BoundedCount, rank: number, isLinear: boolean): number | undefined {
  if (bucket.lower >= value) return rank;
  if (!(bucket.upper > value)) return undefined;
  // Nothing is known of a bucket without a lower end.
  if (isLinear && bucket.lower === -Infinity) return bucket.count;
  return rank + bucket.count * fractionBelow(bucket, value, isLinear);
}
