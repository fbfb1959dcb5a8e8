// What a histogram has observed, classic and exponential ones read alike: count, sum, cumulated buckets, and a quantile with
// the bounds within which it is known.

import { lowerBound } from '../exponential/bucket-bounds.ts';
import { MAX_SCALE } from '../exponential/layout.ts';
import { classicBuckets } from '../exposition/classic-buckets.ts';
import type { ExponentialPoint, HistogramFamilySnapshot, HistogramPoint } from '../snapshot/snapshot.ts';

export interface ObservedHistogram {
  readonly count: number;
  readonly sum: number;
  /** Observations up to each bound, ascending; the last bound is `Infinity` and has the count. */
  readonly buckets: readonly { readonly le: number; readonly count: number }[];
}

/** A quantile is somewhere between these two, which are the bounds of its bucket. */
export interface QuantileRange {
  readonly lower: number;
  readonly upper: number;
}

export function observedClassic(family: HistogramFamilySnapshot, point: HistogramPoint): ObservedHistogram {
  return observed(point.sum, family.bounds, point.counts);
}

/** With classic buckets, as the text formats show them. */
export function observedExponential(point: ExponentialPoint): ObservedHistogram {
  const { bounds, counts } = classicBuckets(point);
  return observed(point.sum, bounds, counts);
}

export function added(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

export function exponentialCount({ zeroCount, positive, negative }: ExponentialPoint): number {
  return zeroCount + added(positive.counts) + added(negative.counts);
}

/**
 * Where the quantile (0 to 1, by nearest rank) of an exponential histogram is; undefined without observations. `upper` is at
 * most 2^(2^-scale) times `lower`: 1.0027 times at scale 8.
 */
export function exponentialQuantile(point: ExponentialPoint, quantile: number): QuantileRange | undefined {
  const count = exponentialCount(point);
  if (count === 0) return undefined;
  const { scale, negative, positive, zeroThreshold, zeroCount } = point;
  let rest = Math.max(1, Math.ceil(quantile * count));
  for (let i = negative.counts.length - 1; i >= 0; i--) {
    rest -= negative.counts[i]!;
    const index = negative.offset + i;
    if (rest <= 0) return { lower: -boundAbove(index, scale), upper: -boundBelow(index, scale) };
  }
  rest -= zeroCount;
  if (rest <= 0) return { lower: -zeroThreshold, upper: zeroThreshold };
  for (let i = 0; i < positive.counts.length; i++) {
    rest -= positive.counts[i]!;
    const index = positive.offset + i;
    if (rest <= 0) return { lower: boundBelow(index, scale), upper: boundAbove(index, scale) };
  }
  return undefined;
}

function observed(sum: number, bounds: readonly number[], counts: readonly number[]): ObservedHistogram {
  let count = 0;
  const buckets = counts.map((own, i) => {
    count += own;
    return { le: bounds[i] ?? Number.POSITIVE_INFINITY, count };
  });
  return { count, sum, buckets };
}

/** Only other libraries have scales above 8. */
function boundBelow(index: number, scale: number): number {
  return scale <= MAX_SCALE ? lowerBound(index, scale) : 2 ** (index * 2 ** -scale) * (1 - Number.EPSILON);
}

/** Bounds are rounded down to doubles; a double above is beyond every value of the bucket. */
function boundAbove(index: number, scale: number): number {
  return boundBelow(index + 1, scale) * (1 + 2 * Number.EPSILON);
}
