// What a native histogram is made of while PromQL computes with it: a bucket is its index in the schema and its count, so
// histograms are combined by walking two ascending lists. Nothing here is changed once it is made, and layouts are shared.
// https://prometheus.io/docs/specs/native_histograms/

import { CUSTOM_BOUNDS_SCHEMA } from '../../export/bucket-bounds.ts';

/** What is known of the counter between the sample before and this one; a gauge is no counter. */
export type CounterResetHint = 'unknown' | 'reset' | 'no-reset' | 'gauge';

/** The buckets of one side: ascending indexes, those of the negative side away from zero, and a count for each. */
export interface Buckets {
  readonly indexes: Int32Array;
  readonly counts: Float64Array;
}

export interface HistogramParts {
  readonly hint: CounterResetHint;
  /** Bucket boundaries are powers of 2^(2^-schema); -53 with custom bounds. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Buckets;
  readonly negative: Buckets;
  /** Upper bounds but the last, which is infinite. */
  readonly customBounds: Float64Array | undefined;
}

export const NO_BUCKETS: Buckets = { indexes: new Int32Array(0), counts: new Float64Array(0) };
export const NO_BOUNDS = new Float64Array(0);

export function usesCustomBuckets({ schema }: Pick<HistogramParts, 'schema'>): boolean {
  return schema === CUSTOM_BOUNDS_SCHEMA;
}
