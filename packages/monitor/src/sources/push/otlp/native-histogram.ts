// Exponential histograms, and explicit ones where that is wanted, as native histograms. OpenTelemetry's bucket i holds
// values above base^i, Prometheus's those up to base^i, so an index moves by one; a scale finer than 8 is stepped down to 8,
// one coarser than -4 there is none for. The zero threshold is not taken over, as in Prometheus.
// Where Prometheus 3.14 steps a histogram down that begins with empty buckets, it can put a count one bucket too low; here
// every count stays with its bucket.

import type { BucketSpan, NativeHistogram } from '../../../model/batch.ts';
import { CUSTOM_BUCKETS_SCHEMA } from '../../histogram-check.ts';
import type { DataPoint, ExponentialSide } from './data-point.ts';

const FINEST_SCHEMA = 8;
export const COARSEST_SCHEMA = -4;
/** What Prometheus's client libraries have by default. */
const ZERO_THRESHOLD = 1e-128;
/** So many empty buckets are cheaper to write than another span. */
const GAP_MAX = 2;

/** Of a scale from {@link COARSEST_SCHEMA} on. */
export function exponentialHistogram(point: DataPoint): NativeHistogram {
  const steps = Math.max(0, point.scale - FINEST_SCHEMA);
  const positive = bucketsOf(steppedDown(point.positive, steps));
  const negative = bucketsOf(steppedDown(point.negative, steps));
  return {
    schema: Math.min(point.scale, FINEST_SCHEMA),
    zeroThreshold: ZERO_THRESHOLD,
    zeroCount: point.zeroCount,
    count: point.count,
    sum: point.sum,
    positiveSpans: positive.spans,
    positiveCounts: positive.counts,
    negativeSpans: negative.spans,
    negativeCounts: negative.counts,
  };
}

export function customBoundsHistogram(point: DataPoint): NativeHistogram {
  const { spans, counts } = bucketsOf({ first: 0, counts: point.counts.view() });
  return {
    schema: CUSTOM_BUCKETS_SCHEMA,
    zeroThreshold: 0,
    zeroCount: 0,
    count: point.count,
    sum: point.sum,
    positiveSpans: spans,
    positiveCounts: counts,
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    customBounds: point.bounds.view().slice(),
  };
}

/** Counts of buckets that follow each other from an index on. */
interface DenseBuckets {
  readonly first: number;
  readonly counts: Float64Array;
}

function steppedDown(side: ExponentialSide, steps: number): DenseBuckets {
  const { offset } = side;
  const counts = side.counts.view();
  if (steps === 0 || counts.length === 0) return { first: offset + 1, counts };
  // From 32 bits on nothing but the sign is left of an index.
  const factor = 2 ** Math.min(steps, 32);
  const first = Math.floor(offset / factor);
  const merged = new Float64Array(Math.floor((offset + counts.length - 1) / factor) - first + 1);
  for (let at = 0; at < counts.length; at++) merged[Math.floor((offset + at) / factor) - first]! += counts[at]!;
  return { first: first + 1, counts: merged };
}

/** Without empty buckets at the ends and in long gaps. */
function bucketsOf({ first, counts }: DenseBuckets): { spans: BucketSpan[]; counts: Float64Array } {
  const spans: { offset: number; length: number }[] = [];
  const kept: number[] = [];
  let next = 0;
  for (let at = 0; at < counts.length; at++) {
    const count = counts[at]!;
    if (count === 0) continue;
    const gap = at - next;
    let span = spans.at(-1);
    if (span === undefined || gap > GAP_MAX) {
      span = { offset: spans.length === 0 ? first + at : gap, length: 0 };
      spans.push(span);
    } else {
      for (let left = gap; left > 0; left--) kept.push(0);
      span.length += gap;
    }
    kept.push(count);
    span.length++;
    next = at + 1;
  }
  return { spans, counts: Float64Array.from(kept) };
}
