// Makes several exponential histograms one, as if it had seen all their values: at the lowest of their scales, or lower until
// the buckets are few enough. No count is lost. Where zero thresholds differ the widest holds, and buckets that it reaches
// become zeros, as Prometheus does it when it adds native histograms up.

import type { ExponentialBuckets } from '../snapshot/snapshot.ts';
import { bucketIndex, lowerBound } from './bucket-bounds.ts';
import { DEFAULT_MAX_BUCKETS, MAX_SCALE, MIN_SCALE, ZERO_THRESHOLD } from './layout.ts';
import type { ExponentialState } from './read.ts';

/** Indexes from `low` to before `end`; empty when they are the same. */
interface Window {
  readonly low: number;
  readonly end: number;
}

/**
 * One histogram from several. Its scale is at most 8. It has at most `maxBuckets` buckets for each sign, but at scale -4 (or
 * lower, if a point is) as many as there are, which is at most 132. Without points: an empty histogram.
 */
export function mergeExponential(
  points: readonly ExponentialState[],
  maxBuckets = DEFAULT_MAX_BUCKETS,
): ExponentialState {
  const scale = commonScale(points, maxBuckets);
  const lowered = points.map((point) => downscale(point, scale));
  const { threshold, lastIndex } = zeroOf(lowered, scale);
  const positive = addUp(lowered.map(positiveOf), scale, lastIndex);
  const negative = addUp(lowered.map(negativeOf), scale, lastIndex);
  let zeroCount = positive.zeroCount + negative.zeroCount;
  let sum = 0;
  for (const point of points) {
    zeroCount += point.zeroCount;
    sum += point.sum;
  }
  return {
    scale,
    sum,
    zeroThreshold: threshold,
    zeroCount,
    positive: positive.buckets,
    negative: negative.buckets,
  };
}

/** The same histogram with fewer, wider buckets; the same object when its scale is no higher than the one asked for. */
export function downscale<P extends ExponentialState>(point: P, scale: number): P {
  const shift = point.scale - scale;
  if (shift <= 0) return point;
  return {
    ...point,
    scale,
    positive: downscaleBuckets(point.positive, shift),
    negative: downscaleBuckets(point.negative, shift),
  };
}

function downscaleBuckets(buckets: ExponentialBuckets, shift: number): ExponentialBuckets {
  if (buckets.counts.length === 0) return buckets;
  const offset = lowered(buckets.offset, shift);
  const counts = zeros(lowered(buckets.offset + buckets.counts.length - 1, shift) - offset + 1);
  for (let i = 0; i < buckets.counts.length; i++) {
    counts[lowered(buckets.offset + i, shift) - offset]! += buckets.counts[i]!;
  }
  return { offset, counts };
}

/** An index `shift` scales lower. No shift of bits: the indexes of others reach beyond 32 of them. */
function lowered(index: number, shift: number): number {
  return Math.floor(index / 2 ** shift);
}

function positiveOf(point: ExponentialState): ExponentialBuckets {
  return point.positive;
}

function negativeOf(point: ExponentialState): ExponentialBuckets {
  return point.negative;
}

/** The highest scale that no point is below and at which the buckets of either sign are few enough. */
function commonScale(points: readonly ExponentialState[], maxBuckets: number): number {
  const highest = points.reduce((scale, point) => Math.min(scale, point.scale), MAX_SCALE);
  const atHighest = points.map((point) => downscale(point, highest));
  const windows = [positiveOf, negativeOf].map((side) => windowOf(atHighest.map(side), highest));
  let shift = 0;
  while (highest - shift > MIN_SCALE && windows.some((window) => widthAfter(window, shift) > maxBuckets)) shift++;
  return highest - shift;
}

function widthAfter(window: Window, shift: number): number {
  return lowered(window.end - 1, shift) - lowered(window.low, shift) + 1;
}

/** The widest zero threshold, and the last index that it takes in. */
function zeroOf(points: readonly ExponentialState[], scale: number): { threshold: number; lastIndex: number } {
  const threshold = points.reduce((widest, point) => Math.max(widest, point.zeroThreshold), 0);
  if (points.length === 0) return { threshold: ZERO_THRESHOLD, lastIndex: Number.NEGATIVE_INFINITY };
  if (threshold === 0) return { threshold, lastIndex: Number.NEGATIVE_INFINITY };
  const lastIndex = bucketIndex(threshold, scale);
  // Counts in the bucket that the threshold divides may be on either side of it: it moves to the bucket's end.
  const isUsed = points.some((point) => countAt(point.positive, lastIndex) + countAt(point.negative, lastIndex) > 0);
  return { threshold: isUsed ? lowerBound(lastIndex + 1, scale) : threshold, lastIndex };
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0);
}

function countAt(buckets: ExponentialBuckets, index: number): number {
  return buckets.counts[index - buckets.offset] ?? 0;
}

/** The sums of buckets of one sign and scale; those up to `lastZeroIndex` are zeros. */
function addUp(
  sides: readonly ExponentialBuckets[],
  scale: number,
  lastZeroIndex: number,
): { buckets: ExponentialBuckets; zeroCount: number } {
  const window = windowOf(sides, scale);
  const counts = zeros(window.end - window.low);
  let zeroCount = 0;
  for (const side of sides) {
    for (const [i, count] of side.counts.entries()) {
      const index = withinDoubles(side.offset + i, scale);
      if (count === 0) continue;
      if (index <= lastZeroIndex) zeroCount += count;
      else counts[index - window.low]! += count;
    }
  }
  return { buckets: withoutEmptyEnds({ offset: window.low, counts }), zeroCount };
}

/** From the first to the last bucket that is not empty on any of the sides. */
function windowOf(sides: readonly ExponentialBuckets[], scale: number): Window {
  let low = Number.POSITIVE_INFINITY;
  let end = Number.NEGATIVE_INFINITY;
  for (const side of sides) {
    const { offset, counts } = withoutEmptyEnds(side);
    if (counts.length === 0) continue;
    low = Math.min(low, withinDoubles(offset, scale));
    end = Math.max(end, withinDoubles(offset + counts.length - 1, scale) + 1);
  }
  return low < end ? { low, end } : { low: 0, end: 0 };
}

/** No double is in a bucket outside these: an index of others that is would make arrays of any size. */
function withinDoubles(index: number, scale: number): number {
  const lowest = Math.ceil(-1074 * 2 ** scale) - 1;
  const highest = Math.ceil(1024 * 2 ** scale) - 1;
  return Math.min(Math.max(index, lowest), highest);
}

function withoutEmptyEnds(buckets: ExponentialBuckets): ExponentialBuckets {
  const { offset, counts } = buckets;
  const first = counts.findIndex((count) => count !== 0);
  if (first === -1) return { offset: 0, counts: [] };
  const last = counts.findLastIndex((count) => count !== 0);
  if (last - first + 1 === counts.length) return buckets;
  return { offset: offset + first, counts: counts.slice(first, last + 1) };
}
