// Whether a counter was reset between two histograms: something counts less, or less finely, than before.
// https://prometheus.io/docs/specs/native_histograms/

import { firstBeyond } from './bucket-bounds.ts';
import { coarser } from './buckets.ts';
import { isLessOverShared, sameBounds } from './custom-bounds.ts';
import { type Buckets, type HistogramParts, NO_BOUNDS, usesCustomBuckets } from './histogram-parts.ts';
import { widenedZeroBucket } from './zero-bucket.ts';

/** What is known of the current one beforehand decides. */
export function isReset(current: HistogramParts, previous: HistogramParts): boolean {
  if (current.hint === 'reset') return true;
  if (current.hint === 'no-reset') return false;
  if (current.count < previous.count) return true;
  if (usesCustomBuckets(current)) {
    if (!usesCustomBuckets(previous)) return true;
    const { customBounds: now = NO_BOUNDS } = current;
    const { customBounds: before = NO_BOUNDS } = previous;
    if (!sameBounds(now, before)) {
      return isLessOverShared(
        { buckets: current.positive, bounds: now },
        { buckets: previous.positive, bounds: before },
      );
    }
  }
  const { schema, zeroThreshold } = current;
  if (schema > previous.schema || zeroThreshold < previous.zeroThreshold) return true;
  const before = widenedZeroBucket(previous, zeroThreshold, undefined);
  // A bucket that was partly within the new zero bucket cannot have been taken in whole.
  if (before.threshold !== zeroThreshold || current.zeroCount < before.count) return true;
  return (
    isLess(current.positive, coarser(previous.positive, previous.schema, schema), schema, zeroThreshold) ||
    isLess(current.negative, coarser(previous.negative, previous.schema, schema), schema, zeroThreshold)
  );
}

/** Whether any bucket beyond the zero bucket counts less than before, or is not there any more. */
function isLess(current: Buckets, previous: Buckets, schema: number, threshold: number): boolean {
  let position = 0;
  for (let before = firstBeyond(threshold, previous, schema); before < previous.indexes.length; before++) {
    const index = previous.indexes[before]!;
    while (position < current.indexes.length && current.indexes[position]! < index) position++;
    if (position < current.indexes.length && current.indexes[position] === index) {
      if (current.counts[position]! < previous.counts[before]!) return true;
    } else if (previous.counts[before] !== 0) {
      return true;
    }
  }
  return false;
}
