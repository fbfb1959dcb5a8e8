// Two histograms can be combined when their zero buckets have the same width: the narrower one takes in the buckets beside
// it. A width within a bucket that counts something grows to the end of that bucket. Additions keep their error beside, in
// Prometheus' order.

import { CompensatedSum } from '../evaluate/floats.ts';
import { boundOf } from './bucket-bounds.ts';
import type { Buckets, HistogramParts } from './histogram-parts.ts';

export type ZeroBucketParts = Pick<HistogramParts, 'schema' | 'zeroThreshold' | 'zeroCount' | 'positive' | 'negative'>;

/** The errors of a sum's counts, where there are any. */
export interface Compensation {
  readonly zeroCount: number;
  readonly positive: Float64Array;
  readonly negative: Float64Array;
}

export interface ZeroBucket {
  readonly count: number;
  readonly threshold: number;
  readonly compensation: number;
}

/** The zero bucket of a histogram at a threshold that is not smaller than its own. */
export function widenedZeroBucket(
  parts: ZeroBucketParts,
  wantedThreshold: number,
  errors: Compensation | undefined,
): ZeroBucket {
  const { schema, positive, negative } = parts;
  let threshold = wantedThreshold;
  const sum = new CompensatedSum();
  sum.compensation = errors?.zeroCount ?? 0;
  if (threshold === parts.zeroThreshold) return { count: parts.zeroCount, threshold, compensation: sum.compensation };
  for (;;) {
    // As Prometheus, the error of a round that has to be repeated stays.
    sum.sum = parts.zeroCount;
    threshold = takeIn(sum, positive, errors?.positive, schema, threshold);
    const afterNegative = takeIn(sum, negative, errors?.negative, schema, threshold);
    if (afterNegative === threshold) return { count: sum.sum, threshold, compensation: sum.compensation };
    threshold = afterNegative;
  }
}

/** Adds the buckets of a side that begin below the threshold; gives the threshold, grown when one reaches beyond it. */
function takeIn(
  sum: CompensatedSum,
  { indexes, counts }: Buckets,
  errors: Float64Array | undefined,
  schema: number,
  threshold: number,
): number {
  for (let position = 0; position < indexes.length; position++) {
    const index = indexes[position]!;
    if (boundOf(index - 1, schema, undefined) >= threshold) break;
    const count = counts[position]!;
    sum.add(count);
    if (errors !== undefined) sum.add(errors[position]!);
    const bound = boundOf(index, schema, undefined);
    if (bound > threshold) return count === 0 ? threshold : bound;
  }
  return threshold;
}

export interface CommonZeroBucket {
  /** Without the buckets that its zero bucket took in. */
  readonly a: ZeroBucketParts;
  readonly errors: Compensation | undefined;
  readonly bCount: number;
  readonly bCompensation: number;
}

/** Gives two histograms the same threshold; `a` may carry errors, and of `b` only the zero count is wanted. */
export function commonZeroBucket(
  a: ZeroBucketParts,
  b: ZeroBucketParts,
  errors: Compensation | undefined,
): CommonZeroBucket {
  let common: CommonZeroBucket = { a, errors, bCount: b.zeroCount, bCompensation: 0 };
  let bThreshold = b.zeroThreshold;
  // Each threshold only grows, and only to the ends of buckets: they meet.
  for (;;) {
    const { zeroThreshold } = common.a;
    if (zeroThreshold > bThreshold) {
      const widened = widenedZeroBucket(b, zeroThreshold, undefined);
      bThreshold = widened.threshold;
      common = { ...common, bCount: widened.count, bCompensation: widened.compensation };
    } else if (bThreshold > zeroThreshold) {
      const widened = widenedZeroBucket(common.a, bThreshold, common.errors);
      common = { ...common, ...withZeroBucket(common.a, common.errors, widened) };
    } else {
      return common;
    }
  }
}

function withZeroBucket(
  a: ZeroBucketParts,
  errors: Compensation | undefined,
  { count, threshold, compensation }: ZeroBucket,
): Pick<CommonZeroBucket, 'a' | 'errors'> {
  const positive = beyondZero(a.positive, errors?.positive, a.schema, threshold);
  const negative = beyondZero(a.negative, errors?.negative, a.schema, threshold);
  return {
    a: {
      schema: a.schema,
      zeroThreshold: threshold,
      zeroCount: count,
      positive: positive.buckets,
      negative: negative.buckets,
    },
    errors: errors && { zeroCount: compensation, positive: positive.errors!, negative: negative.errors! },
  };
}

/** The buckets that are not in the zero bucket and are not empty. */
function beyondZero(
  { indexes, counts }: Buckets,
  errors: Float64Array | undefined,
  schema: number,
  threshold: number,
): { readonly buckets: Buckets; readonly errors: Float64Array | undefined } {
  let from = 0;
  while (from < indexes.length && boundOf(indexes[from]! - 1, schema, undefined) < threshold) from++;
  const isKept = (position: number): boolean =>
    counts[position] !== 0 || (errors !== undefined && errors[position] !== 0);
  const kept: number[] = [];
  for (let position = from; position < indexes.length; position++) if (isKept(position)) kept.push(position);
  return {
    buckets: {
      indexes: Int32Array.from(kept, (position) => indexes[position]!),
      counts: Float64Array.from(kept, (position) => counts[position]!),
    },
    errors: errors && Float64Array.from(kept, (position) => errors[position]!),
  };
}
