// All buckets of a histogram in the order of their values, by position: the negative ones, the zero bucket when it counts
// something, the positive ones. A bucket that overlaps with the zero bucket begins where that ends.

import { boundOf } from './bucket-bounds.ts';
import type { HistogramParts } from './histogram-parts.ts';

export interface BoundedCount {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

export function bucketCountOf({ negative, zeroCount, positive }: HistogramParts): number {
  return negative.counts.length + (zeroCount > 0 ? 1 : 0) + positive.counts.length;
}

export function countAt({ negative, zeroCount, positive }: HistogramParts, position: number): number {
  const negatives = negative.counts.length;
  if (position < negatives) return negative.counts[negatives - 1 - position]!;
  const afterNegative = position - negatives;
  if (zeroCount > 0) return afterNegative === 0 ? zeroCount : positive.counts[afterNegative - 1]!;
  return positive.counts[afterNegative]!;
}

export function bucketAt(parts: HistogramParts, position: number): BoundedCount {
  const { negative, positive, zeroCount, zeroThreshold, schema, customBounds } = parts;
  const negatives = negative.counts.length;
  if (position < negatives) {
    const at = negatives - 1 - position;
    const index = negative.indexes[at]!;
    const upper = -boundOf(index - 1, schema, customBounds);
    return {
      lower: -boundOf(index, schema, customBounds),
      upper: upper < 0 && upper > -zeroThreshold ? -zeroThreshold : upper,
      count: negative.counts[at]!,
    };
  }
  const at = position - negatives - (zeroCount > 0 ? 1 : 0);
  if (at < 0) return { lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount };
  const index = positive.indexes[at]!;
  const lower = boundOf(index - 1, schema, customBounds);
  return {
    lower: lower > 0 && lower < zeroThreshold ? zeroThreshold : lower,
    upper: boundOf(index, schema, customBounds),
    count: positive.counts[at]!,
  };
}
