// Classic buckets from an exponential histogram, for formats that know no others. The bounds are powers of two: those are
// bounds at every scale from 0 on, so a histogram that gets coarser keeps them, and no count is a guess. Only below scale 0
// are they further apart. All series of a family get the same bounds, because Prometheus adds buckets up by their `le`.
// One thing cannot be had: what lies exactly on a negative bound counts one bound higher, as negative buckets include the
// bound that is further from 0.

import type {
  Exemplar,
  ExponentialBuckets,
  ExponentialFamilySnapshot,
  ExponentialPoint,
  HistogramFamilySnapshot,
  HistogramPoint,
} from '../snapshot/snapshot.ts';

/** Beyond these the power of two is 0 or infinite, at every scale of at most 0. */
const LOWEST_INDEX = -1076;
const HIGHEST_INDEX = 1024;

export interface ClassicBuckets {
  /** Finite upper bounds, ascending; none without observations. */
  readonly bounds: readonly number[];
  /** Of each bucket alone, not cumulated; one more than there are bounds. */
  readonly counts: readonly number[];
}

/** Where there are observations, on either side of 0: indexes of buckets at the layout's scale, first and last. */
interface IndexRange {
  first: number;
  last: number;
}

/** What the series of a family have in common. */
interface Layout {
  /** At most 0. */
  readonly scale: number;
  readonly bounds: readonly number[];
}

/** The same family as a classic histogram: one set of bounds, exemplars in the buckets they belong to. */
export function classicHistogram(family: ExponentialFamilySnapshot): HistogramFamilySnapshot {
  const layout = layoutOf(family.points);
  const points = family.points.map((point) => classicPoint(point, layout));
  return { ...family, type: 'histogram', bounds: layout.bounds, points };
}

/** The buckets of one series alone; those of a family belong together, see {@link classicHistogram}. */
export function classicBuckets(point: ExponentialPoint): ClassicBuckets {
  const layout = layoutOf([point]);
  return { bounds: layout.bounds, counts: countsOf(point, layout) };
}

function layoutOf(points: readonly ExponentialPoint[]): Layout {
  const scale = points.reduce((lowest, point) => Math.min(lowest, point.scale), 0);
  const positive: IndexRange = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  const negative: IndexRange = { first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY };
  let hasZeros = false;
  let zeroThreshold = 0;
  for (const point of points) {
    extend(positive, point.positive, point.scale - scale);
    extend(negative, point.negative, point.scale - scale);
    hasZeros ||= point.zeroCount > 0;
    zeroThreshold = Math.max(zeroThreshold, point.zeroThreshold);
  }
  const bounds: number[] = [];
  const outside = (bound: number): boolean => bound > zeroThreshold && bound < Number.POSITIVE_INFINITY;
  for (let index = negative.last + 1; index >= negative.first; index--) {
    if (outside(boundOf(index, scale))) bounds.push(-boundOf(index, scale));
  }
  const overlaps = zeroThreshold >= boundOf(positive.first, scale);
  if (hasZeros || overlaps || negative.first <= negative.last) bounds.push(zeroThreshold);
  for (let index = positive.first; index <= positive.last + 1; index++) {
    if (outside(boundOf(index, scale))) bounds.push(boundOf(index, scale));
  }
  return { scale, bounds };
}

function extend(range: IndexRange, { offset, counts }: ExponentialBuckets, shift: number): void {
  for (let i = 0; i < counts.length; i++) {
    if (counts[i] === 0) continue;
    const index = lowered(offset + i, shift);
    range.first = Math.min(range.first, index);
    range.last = Math.max(range.last, index);
  }
}

function classicPoint(point: ExponentialPoint, layout: Layout): HistogramPoint {
  const { labels, createdMs, sum } = point;
  return {
    labels,
    ...(createdMs === undefined ? {} : { createdMs }),
    counts: countsOf(point, layout),
    sum,
    ...(point.exemplars === undefined ? {} : { exemplars: placed(point.exemplars, layout.bounds) }),
  };
}

function countsOf(point: ExponentialPoint, { scale, bounds }: Layout): number[] {
  const counts = Array.from({ length: bounds.length + 1 }, () => 0);
  const shift = point.scale - scale;
  const add = (upperBound: number, count: number): void => {
    if (count > 0) counts[bucketOf(upperBound, bounds)]! += count;
  };
  const { positive, negative } = point;
  for (let i = 0; i < negative.counts.length; i++) {
    add(-boundOf(lowered(negative.offset + i, shift), scale), negative.counts[i]!);
  }
  add(point.zeroThreshold, point.zeroCount);
  for (let i = 0; i < positive.counts.length; i++) {
    add(boundOf(lowered(positive.offset + i, shift) + 1, scale), positive.counts[i]!);
  }
  return counts;
}

/** The latest exemplar of every bucket. */
function placed(exemplars: readonly Exemplar[], bounds: readonly number[]): (Exemplar | undefined)[] {
  const byBucket = Array.from<Exemplar | undefined>({ length: bounds.length + 1 });
  for (const exemplar of exemplars) {
    const bucket = bucketOf(exemplar.value, bounds);
    const other = byBucket[bucket];
    if (other === undefined || other.timestampMs <= exemplar.timestampMs) byBucket[bucket] = exemplar;
  }
  return byBucket;
}

/** The first bucket whose bound is at least `value`; the one above all bounds for NaN, too. */
function bucketOf(value: number, bounds: readonly number[]): number {
  let low = 0;
  let high = bounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= bounds[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The index of the bucket that holds bucket `index` at a scale lower by `shift`, within what doubles can be. */
function lowered(index: number, shift: number): number {
  return Math.min(Math.max(Math.floor(index / 2 ** shift), LOWEST_INDEX), HIGHEST_INDEX);
}

/** The lower bound of a bucket at a scale of at most 0: a power of two, 0 or infinite where a double cannot hold it. */
function boundOf(index: number, scale: number): number {
  return 2 ** (index * 2 ** -scale);
}
