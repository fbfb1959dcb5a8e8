// Where a bucket ends, to the last digit as Prometheus has it.

import { CUSTOM_BOUNDS_SCHEMA, upperBoundsOf } from '../../export/bucket-bounds.ts';
import { type Buckets, NO_BOUNDS, NO_BUCKETS } from './histogram-parts.ts';

const COARSEST_SCHEMA = -4;
const FINEST_SCHEMA = 8;

const EXPONENTIAL_BOUNDS = Array.from({ length: FINEST_SCHEMA - COARSEST_SCHEMA + 1 }, (_, position) =>
  upperBoundsOf({
    schema: COARSEST_SCHEMA + position,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: 0,
    positiveSpans: [],
    positiveCounts: NO_BUCKETS.counts,
    negativeSpans: [],
    negativeCounts: NO_BUCKETS.counts,
  }),
);

/** The bound that is farther from zero, without its sign; of custom buckets the upper one. */
export function boundOf(index: number, schema: number, customBounds: Float64Array | undefined): number {
  if (schema !== CUSTOM_BOUNDS_SCHEMA) return EXPONENTIAL_BOUNDS[schema - COARSEST_SCHEMA]!(index);
  if (index < 0) return -Infinity;
  return (customBounds ?? NO_BOUNDS)[index] ?? Infinity;
}

/** The position of the first bucket that does not end within the zero bucket; custom buckets have no such bucket. */
export function firstBeyond(threshold: number, { indexes }: Buckets, schema: number): number {
  if (schema === CUSTOM_BOUNDS_SCHEMA) return 0;
  let position = 0;
  while (position < indexes.length && boundOf(indexes[position]!, schema, undefined) <= threshold) position++;
  return position;
}
