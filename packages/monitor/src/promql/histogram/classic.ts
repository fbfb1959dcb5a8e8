// Classic histograms: cumulative counts by upper bound. Within a bucket observations are taken to be spread evenly. Tiny falls
// between buckets, which come from summing floating-point rates, are evened out; real ones are forced up.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

const TINY_RELATIVE = 1e-12;
const LEAST_NORMAL = 2 ** -1022;

/** In order of their bounds. What is computed changes the counts: equal bounds are merged, falls removed. */
export interface ClassicBuckets {
  readonly bounds: Float64Array;
  readonly counts: Float64Array;
  /** How many of the entries there are. */
  length: number;
}

/** Where falls had to be removed that were no rounding. */
export interface Forced {
  readonly minBound: number;
  readonly maxBound: number;
  readonly maxDifference: number;
}

export function classicQuantile(quantile: number, buckets: ClassicBuckets, onForced: (forced: Forced) => void): number {
  if (Number.isNaN(quantile)) return NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const { bounds, counts } = buckets;
  if (bounds[buckets.length - 1] !== Infinity) return NaN;
  const filled = mergeEqualBounds(buckets);
  const forced = makeMonotonic(bounds, counts, filled);
  if (forced !== undefined) onForced(forced);
  const last = filled - 1;
  const observations = counts[last]!;
  if (filled < 2 || observations === 0) return NaN;
  let rank = quantile * observations;
  const index = firstAtLeast(counts, last, rank);
  if (index === last) return bounds[last - 1]!;
  if (index === 0 && bounds[0]! <= 0) return bounds[0]!;
  let lower = 0;
  let inBucket = counts[index]!;
  if (index > 0) {
    lower = bounds[index - 1]!;
    inBucket -= counts[index - 1]!;
    rank -= counts[index - 1]!;
  }
  return lower + (bounds[index]! - lower) * (rank / inBucket);
}

export function classicFraction(lower: number, upper: number, buckets: ClassicBuckets): number {
  const { bounds, counts } = buckets;
  if (bounds[buckets.length - 1] !== Infinity) return NaN;
  const filled = mergeEqualBounds(buckets);
  const all = counts[filled - 1]!;
  if (all === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return NaN;
  if (lower >= upper) return 0;
  let rank = 0;
  let lowerRank: number | undefined;
  let upperRank: number | undefined;
  // Without a bound at or below zero there is nothing below zero.
  let from = bounds[0]! <= 0 ? -Infinity : 0;
  for (let index = 0; index < filled; index++) {
    const bucket = { from, to: bounds[index]!, count: counts[index]!, rank };
    lowerRank ??= rankAt(lower, bucket);
    upperRank ??= rankAt(upper, bucket);
    if (lowerRank !== undefined && upperRank !== undefined) break;
    rank = counts[index]!;
    from = bounds[index]!;
  }
  const below = lowerRank === undefined || lowerRank > all ? all : lowerRank;
  const upTo = upperRank === undefined || upperRank > all ? all : upperRank;
  return (upTo - below) / all;
}

/** How many observations lie below a value, when it lies in this bucket or before it; undefined when behind. */
function rankAt(
  value: number,
  { from, to, count, rank }: { from: number; to: number; count: number; rank: number },
): number | undefined {
  if (from >= value) return rank;
  if (!(to > value)) return undefined;
  if (from === -Infinity) return count;
  return rank + ((count - rank) * (value - from)) / (to - from);
}

/** Says how many there are then; as in Prometheus the entries behind stay, and count again when they are used again. */
function mergeEqualBounds({ bounds, counts, length }: ClassicBuckets): number {
  let last = 0;
  for (let index = 1; index < length; index++) {
    if (bounds[index] === bounds[last]) {
      counts[last] = counts[last]! + counts[index]!;
    } else {
      last++;
      bounds[last] = bounds[index]!;
      counts[last] = counts[index]!;
    }
  }
  return last + 1;
}

/** The first of `end` ascending counts that reaches the rank; `end` when none does. */
function firstAtLeast(counts: Float64Array, end: number, rank: number): number {
  let low = 0;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (counts[middle]! >= rank) high = middle;
    else low = middle + 1;
  }
  return low;
}

function makeMonotonic(bounds: Float64Array, counts: Float64Array, filled: number): Forced | undefined {
  let minBound = Infinity;
  let maxBound = -Infinity;
  let maxDifference = 0;
  let isForced = false;
  let previous = counts[0]!;
  for (let index = 1; index < filled; index++) {
    const current = counts[index]!;
    if (current === previous) continue;
    if (isAlmostEqual(previous, current)) {
      counts[index] = previous;
    } else if (current < previous) {
      counts[index] = previous;
      isForced = true;
      const bound = bounds[index]!;
      if (bound < minBound) minBound = bound;
      if (bound > maxBound) maxBound = bound;
      if (previous - current > maxDifference) maxDifference = previous - current;
    } else {
      previous = current;
    }
  }
  return isForced ? { minBound, maxBound, maxDifference } : undefined;
}

function isAlmostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  const magnitude = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || magnitude < LEAST_NORMAL) return difference < TINY_RELATIVE * LEAST_NORMAL;
  return difference / Math.min(magnitude, Number.MAX_VALUE) < TINY_RELATIVE;
}
