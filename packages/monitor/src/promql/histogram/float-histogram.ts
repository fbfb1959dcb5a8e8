// A native histogram whose counts are floats: what PromQL computes with. Never changed once it is made.
// https://prometheus.io/docs/specs/native_histograms/

import type { BucketSpan, NativeHistogram } from '../../model/batch.ts';

export class FloatHistogram {
  /** Bucket boundaries are powers of 2^(2^-schema); -53 with custom bounds. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly BucketSpan[];
  readonly positiveCounts: Float64Array;
  readonly negativeSpans: readonly BucketSpan[];
  readonly negativeCounts: Float64Array;
  readonly customBounds: Float64Array | undefined;
  readonly isGauge: boolean;

  constructor(from: NativeHistogram) {
    this.schema = from.schema;
    this.zeroThreshold = from.zeroThreshold;
    this.zeroCount = from.zeroCount;
    this.count = from.count;
    this.sum = from.sum;
    this.positiveSpans = from.positiveSpans;
    this.positiveCounts = from.positiveCounts;
    this.negativeSpans = from.negativeSpans;
    this.negativeCounts = from.negativeCounts;
    this.customBounds = from.customBounds;
    this.isGauge = from.isGauge === true;
  }
}
