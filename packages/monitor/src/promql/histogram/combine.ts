// Sums and differences of histograms. They have the coarser schema and the wider zero bucket of the two; those with custom
// buckets have the bounds that both have. Exponential and custom buckets have nothing in common.
// https://prometheus.io/docs/specs/native_histograms/

import { firstBeyond } from './bucket-bounds.ts';
import { coarser, combined } from './buckets.ts';
import { combinedOverShared, sameBounds, sharedBounds } from './custom-bounds.ts';
import {
  type Buckets,
  type CounterResetHint,
  type HistogramParts,
  NO_BOUNDS,
  NO_BUCKETS,
  usesCustomBuckets,
} from './histogram-parts.ts';
import { commonZeroBucket } from './zero-bucket.ts';

export interface CombinedParts {
  readonly parts: HistogramParts;
  /** One says that the counter was reset, the other that it was not. */
  readonly isCollision: boolean;
  /** The custom bounds were not the same. */
  readonly isReconciled: boolean;
}

/** The sum, or with -1 the difference; undefined when one has exponential buckets and the other custom ones. */
export function combine(a: HistogramParts, b: HistogramParts, sign: 1 | -1): CombinedParts | undefined {
  if (usesCustomBuckets(a) !== usesCustomBuckets(b)) return undefined;
  const hint = combinedHint(a.hint, b.hint);
  const isCollision = isHintCollision(a.hint, b.hint);
  const count = a.count + sign * b.count;
  const sum = a.sum + sign * b.sum;
  if (usesCustomBuckets(a)) {
    const { buckets, bounds, isReconciled } = combineCustom(a, b, sign);
    const parts: HistogramParts = {
      hint,
      schema: a.schema,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum,
      positive: buckets,
      negative: NO_BUCKETS,
      customBounds: bounds,
    };
    return { parts, isCollision, isReconciled };
  }
  const common = commonZeroBucket(a, b, undefined);
  const { zeroThreshold, zeroCount } = common.a;
  const schema = Math.min(a.schema, b.schema);
  const side = (ofA: Buckets, ofB: Buckets): Buckets => {
    const added = coarser(ofB, b.schema, schema);
    return combined(coarser(ofA, a.schema, schema), added, firstBeyond(zeroThreshold, added, schema), sign);
  };
  const parts: HistogramParts = {
    hint,
    schema,
    zeroThreshold,
    zeroCount: zeroCount + sign * common.bCount,
    count,
    sum,
    positive: side(common.a.positive, b.positive),
    negative: side(common.a.negative, b.negative),
    customBounds: undefined,
  };
  return { parts, isCollision, isReconciled: false };
}

function combineCustom(
  a: HistogramParts,
  b: HistogramParts,
  sign: 1 | -1,
): { readonly buckets: Buckets; readonly bounds: Float64Array; readonly isReconciled: boolean } {
  const { customBounds: boundsA = NO_BOUNDS } = a;
  const { customBounds: boundsB = NO_BOUNDS } = b;
  if (sameBounds(boundsA, boundsB)) {
    return { buckets: combined(a.positive, b.positive, 0, sign), bounds: boundsA, isReconciled: false };
  }
  const bounds = sharedBounds(boundsA, boundsB);
  const left = { buckets: a.positive, bounds: boundsA };
  const right = { buckets: b.positive, bounds: boundsB };
  const { buckets } = combinedOverShared(left, right, bounds, sign, undefined);
  return { buckets, bounds, isReconciled: true };
}

/** A gauge wins; then what is not known; and what contradicts itself is not known. */
export function combinedHint(a: CounterResetHint, b: CounterResetHint): CounterResetHint {
  if (a === b) return a;
  return a === 'gauge' || b === 'gauge' ? 'gauge' : 'unknown';
}

function isHintCollision(a: CounterResetHint, b: CounterResetHint): boolean {
  return (a === 'reset' && b === 'no-reset') || (a === 'no-reset' && b === 'reset');
}
