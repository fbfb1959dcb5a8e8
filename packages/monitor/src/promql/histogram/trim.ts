// Histograms cut off at a bound: `</` keeps what was observed up to it, `>/` what was observed from it on. What a bucket around
// the bound keeps is interpolated as quantiles are; the sum is made anew from the middles of what is left.
// https://prometheus.io/docs/prometheus/latest/querying/operators/

import type { BoundedCount } from './all-buckets.ts';
import { boundOf } from './bucket-bounds.ts';
import { type Buckets, type HistogramParts, usesCustomBuckets } from './histogram-parts.ts';
import { fractionBelow } from './interpolate.ts';

/** What is cut away: all that is above the bound, or all that is below. */
export type TrimmedSide = 'above' | 'below';

interface Kept {
  readonly count: number;
  /** The value that stands for what is kept. */
  readonly middle: number;
}

/** The same object when nothing was cut away. Buckets can be empty afterwards. */
export function trimmed(parts: HistogramParts, bound: number, side: TrimmedSide): HistogramParts {
  const tally = { count: 0, sum: 0, isChanged: false };
  const positive = trimSide(parts, true, bound, side, tally);
  const negative = trimSide(parts, false, bound, side, tally);
  let { zeroCount } = parts;
  if (zeroCount > 0) {
    const hasPositive = parts.positive.counts.some((count) => count !== 0);
    const hasNegative = parts.negative.counts.some((count) => count !== 0);
    const { zeroThreshold } = parts;
    // With one side alone nothing of the zero bucket is taken to lie on the other.
    const lower = hasPositive && !hasNegative ? 0 : -zeroThreshold;
    const upper = hasNegative && !hasPositive ? 0 : zeroThreshold;
    const kept = keptOfZeroBucket({ lower, upper, count: zeroCount }, bound, side);
    if (kept.count !== zeroCount) tally.isChanged = true;
    zeroCount = kept.count;
    tally.sum += kept.middle * kept.count;
    tally.count += kept.count;
  }
  if (!tally.isChanged) return parts;
  const { hint, schema, zeroThreshold, customBounds } = parts;
  const { count, sum } = tally;
  return { hint, schema, zeroThreshold, zeroCount, count, sum, positive, negative, customBounds };
}

function trimSide(
  parts: HistogramParts,
  isPositive: boolean,
  bound: number,
  side: TrimmedSide,
  tally: { count: number; sum: number; isChanged: boolean },
): Buckets {
  const { schema, customBounds } = parts;
  const isLinear = usesCustomBuckets(parts);
  const { indexes, counts } = isPositive ? parts.positive : parts.negative;
  const keptCounts = counts.slice();
  for (let position = 0; position < counts.length; position++) {
    const count = counts[position]!;
    if (count === 0) continue;
    const far = boundOf(indexes[position]!, schema, customBounds);
    const near = boundOf(indexes[position]! - 1, schema, customBounds);
    const bucket = isPositive ? { lower: near, upper: far, count } : { lower: -far, upper: -near, count };
    const { lower, upper } = bucket;
    let kept: Kept = { count: 0, middle: 0 };
    if (side === 'above' ? upper <= bound : lower >= bound) {
      kept = { count, middle: middleOf(lower, upper, isPositive, isLinear) };
    } else if (side === 'above' ? lower < bound : upper > bound) {
      kept = keptAround(bucket, bound, side, isPositive, isLinear);
    } else {
      keptCounts[position] = 0;
      tally.isChanged = true;
      continue;
    }
    tally.count += kept.count;
    tally.sum += kept.middle * kept.count;
    if (kept.count === count) continue;
    keptCounts[position] = kept.count;
    tally.isChanged = true;
  }
  return { indexes, counts: keptCounts };
}

/** Of a bucket that the bound is in. */
function keptAround(
  bucket: BoundedCount,
  bound: number,
  side: TrimmedSide,
  isPositive: boolean,
  isLinear: boolean,
): Kept {
  const { lower, upper, count } = bucket;
  if (lower === -Infinity) return side === 'above' ? keptOfLowest(bucket, bound) : keptFromLowest(bucket, bound);
  if (upper === Infinity) {
    // Nobody knows how far up it reaches: what could be above the bound goes.
    if (side === 'above' || bound < lower) return { count: 0, middle: finiteOrZero(lower) };
    return { count, middle: bound };
  }
  const below = bound <= lower ? 0 : bound >= upper ? count : count * fractionBelow(bucket, bound, isLinear);
  return side === 'above'
    ? { count: below, middle: middleOf(lower, bound, isPositive, isLinear) }
    : { count: count - below, middle: middleOf(bound, upper, isPositive, isLinear) };
}

/** Of a bucket without a lower end what is up to the bound. One that ends above zero is taken to begin at zero. */
function keptOfLowest({ upper, count }: BoundedCount, bound: number): Kept {
  if (bound >= upper) return { count, middle: 0 };
  if (bound > 0 && upper > 0 && upper !== Infinity) return { count: (count * bound) / upper, middle: bound / 2 };
  if (upper <= 0) return { count, middle: bound };
  return { count: 0, middle: finiteOrZero(upper) };
}

/** Of a bucket without a lower end what is from the bound on. */
function keptFromLowest({ lower, upper, count }: BoundedCount, bound: number): Kept {
  if (bound <= lower) return { count, middle: 0 };
  if (bound >= 0 && upper > bound && upper !== Infinity) {
    return { count: count * (1 - bound / upper), middle: (bound + upper) / 2 };
  }
  return { count: 0, middle: finiteOrZero(upper) };
}

function keptOfZeroBucket({ lower, upper, count }: BoundedCount, bound: number, side: TrimmedSide): Kept {
  const isAbove = side === 'above';
  if (bound <= lower) return isAbove ? { count: 0, middle: 0 } : { count, middle: (lower + upper) / 2 };
  if (bound >= upper) return isAbove ? { count, middle: (lower + upper) / 2 } : { count: 0, middle: 0 };
  const fraction = (isAbove ? bound - lower : upper - bound) / (upper - lower);
  return { count: count * fraction, middle: (isAbove ? lower + bound : bound + upper) / 2 };
}

/** The arithmetic middle of custom buckets, the geometric one of exponential ones. */
function middleOf(lower: number, upper: number, isPositive: boolean, isLinear: boolean): number {
  const isLowerInfinite = Math.abs(lower) === Infinity;
  const isUpperInfinite = Math.abs(upper) === Infinity;
  if (isLowerInfinite && isUpperInfinite) return 0;
  if (isLowerInfinite) return upper > 0 ? upper / 2 : upper;
  if (isUpperInfinite) return lower;
  if (isLinear) return (lower + upper) / 2;
  const middle = Math.sqrt(Math.abs(lower * upper));
  return isPositive ? middle : -middle;
}

function finiteOrZero(value: number): number {
  return Math.abs(value) === Infinity ? 0 : value;
}
