// Native histograms for tests, written down by their buckets: index → count.

import type { BucketSpan, NativeHistogram } from '../../model/batch.ts';
import { type CounterResetHint, FloatHistogram } from '../histogram/float-histogram.ts';

export interface WrittenHistogram {
  readonly schema?: number;
  readonly zeroThreshold?: number;
  readonly zeroCount?: number;
  /** Default: all that the buckets count. */
  readonly count?: number;
  readonly sum?: number;
  readonly positive?: Readonly<Record<number, number>>;
  readonly negative?: Readonly<Record<number, number>>;
  readonly customBounds?: readonly number[];
  readonly isGauge?: boolean;
}

export function nativeHistogram(written: WrittenHistogram): NativeHistogram {
  const { zeroThreshold = 0, zeroCount = 0, sum = 0, positive = {}, negative = {}, customBounds, isGauge } = written;
  const schema = customBounds === undefined ? (written.schema ?? 0) : -53;
  const above = bucketsOf(positive);
  const below = bucketsOf(negative);
  const counted = [...above.counts, ...below.counts].reduce((total, count) => total + count, zeroCount);
  return {
    schema,
    zeroThreshold,
    zeroCount,
    count: written.count ?? counted,
    sum,
    positiveSpans: above.spans,
    positiveCounts: above.counts,
    negativeSpans: below.spans,
    negativeCounts: below.counts,
    ...(customBounds === undefined ? {} : { customBounds: Float64Array.from(customBounds) }),
    ...(isGauge === true ? { isGauge } : {}),
  };
}

export function floatHistogram(written: WrittenHistogram, hint?: CounterResetHint): FloatHistogram {
  return FloatHistogram.from(nativeHistogram(written), hint);
}

/** The buckets of a side as they are written down. */
export function written({ indexes, counts }: FloatHistogram['positive']): Record<number, number> {
  return Object.fromEntries(Array.from(indexes, (index, position) => [index, counts[position]!]));
}

function bucketsOf(buckets: Readonly<Record<number, number>>): { spans: BucketSpan[]; counts: Float64Array } {
  const indexes = Object.keys(buckets).map(Number);
  indexes.sort((a, b) => a - b);
  let next = 0;
  const spans = indexes.map((index) => {
    const offset = index - next;
    next = index + 1;
    return { offset, length: 1 };
  });
  return { spans, counts: Float64Array.from(indexes, (index) => buckets[index]!) };
}
