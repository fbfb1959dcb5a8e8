// The buckets of an exponential histogram as Prometheus sends native ones: runs of buckets (spans), each count as the
// difference to the one before. Prometheus numbers buckets by their upper bound, so its index is one higher than ours, and
// takes scales from -4 to 8. Finer buckets are put together, which is exact. Coarser ones cannot be divided: all of a bucket goes
// into the finest one with the same upper bound.
// Source: prometheus/client_model, io/prometheus/client/metrics.proto; Prometheus model/histogram

import type { ExponentialBuckets } from '../snapshot/snapshot.ts';

export interface BucketSpan {
  /** Buckets left out since the last span; of the first one its index. */
  readonly offset: number;
  readonly length: number;
}

export interface NativeBuckets {
  readonly spans: readonly BucketSpan[];
  /** Of the buckets of all spans. */
  readonly deltas: readonly number[];
  readonly count: number;
}

const LOWEST_SCHEMA = -4;
const HIGHEST_SCHEMA = 8;
/** Empty buckets that are cheaper to send than one more span. */
const MAX_BRIDGED_BUCKETS = 2;

export function nativeSchema(scale: number): number {
  return Math.min(Math.max(scale, LOWEST_SCHEMA), HIGHEST_SCHEMA);
}

export function nativeBuckets(buckets: ExponentialBuckets, scale: number): NativeBuckets {
  const spans: { offset: number; length: number }[] = [];
  const deltas: number[] = [];
  let total = 0;
  let before = 0;
  /** Where the last span ends. */
  let end = 0;
  for (const [index, count] of filledBuckets(buckets, scale)) {
    total += count;
    const span = spans.at(-1);
    if (span === undefined || index - end > MAX_BRIDGED_BUCKETS) {
      spans.push({ offset: index - end, length: 1 });
    } else {
      for (let empty = end; empty < index; empty++) {
        deltas.push(0 - before);
        before = 0;
      }
      span.length += index - end + 1;
    }
    deltas.push(count - before);
    before = count;
    end = index + 1;
  }
  return { spans, deltas, count: total };
}

/** What a count becomes where only whole numbers up to 2^53 can be sent: counts of other libraries may be anything. */
export function wholeCount(count: number): number {
  return count > 0 ? Math.min(Math.round(count), Number.MAX_SAFE_INTEGER) : 0;
}

/** Prometheus's index and the count of each bucket that has one, ascending. */
function filledBuckets({ offset, counts }: ExponentialBuckets, scale: number): [index: number, count: number][] {
  const factor = 2 ** (nativeSchema(scale) - scale);
  const filled: [number, number][] = [];
  for (let i = 0; i < counts.length; i++) {
    const count = wholeCount(counts[i]!);
    if (count === 0) continue;
    // The upper bound of bucket k is the lower one of k + 1, and bounds keep their place or move up to the next coarser one.
    const index = Math.ceil((offset + i + 1) * factor);
    const last = filled.at(-1);
    if (last?.[0] === index) last[1] += count;
    else filled.push([index, count]);
  }
  return filled;
}
