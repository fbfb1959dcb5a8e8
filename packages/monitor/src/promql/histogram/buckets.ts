// The buckets of one side of a histogram: to and from spans, fewer of them, coarser, and two sides combined. The order of
// additions is that of Prometheus, so that sums are equal to the bit.

import type { BucketSpan } from '../../model/batch.ts';
import { type Buckets, NO_BUCKETS } from './histogram-parts.ts';

/** Samples of one series share their spans: the indexes are made once for each. */
const indexesBySpans = new WeakMap<readonly BucketSpan[], Int32Array>();
const spansByIndexes = new WeakMap<Int32Array, readonly BucketSpan[]>();

export function bucketsOf(spans: readonly BucketSpan[], counts: Float64Array): Buckets {
  if (counts.length === 0) return NO_BUCKETS;
  let indexes = indexesBySpans.get(spans);
  if (indexes === undefined || indexes.length !== counts.length) {
    indexes = new Int32Array(counts.length);
    let index = 0;
    let to = 0;
    for (const { offset, length } of spans) {
      index += offset;
      for (let within = 0; within < length && to < indexes.length; within++) indexes[to++] = index++;
    }
    indexesBySpans.set(spans, indexes);
  }
  return { indexes, counts };
}

export function spansOf({ indexes }: Buckets): readonly BucketSpan[] {
  const known = spansByIndexes.get(indexes);
  if (known !== undefined) return known;
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (const index of indexes) {
    const last = spans.at(-1);
    if (last !== undefined && index === next) last.length++;
    else spans.push({ offset: index - next, length: 1 });
    next = index + 1;
  }
  spansByIndexes.set(indexes, spans);
  return spans;
}

/** Without the buckets that are empty; the same when none is. */
export function withoutEmpty(buckets: Buckets): Buckets {
  const { indexes, counts } = buckets;
  let kept = 0;
  for (let position = 0; position < counts.length; position++) if (counts[position] !== 0) kept++;
  if (kept === counts.length) return buckets;
  if (kept === 0) return NO_BUCKETS;
  const result = { indexes: new Int32Array(kept), counts: new Float64Array(kept) };
  let to = 0;
  for (let position = 0; position < counts.length; position++) {
    if (counts[position] === 0) continue;
    result.indexes[to] = indexes[position]!;
    result.counts[to++] = counts[position]!;
  }
  return result;
}

/** The bucket of a coarser schema that a bucket is in. */
export function coarserIndex(index: number, fromSchema: number, toSchema: number): number {
  return ((index - 1) >> (fromSchema - toSchema)) + 1;
}

/** In a schema that is coarser or the same. */
export function coarser(buckets: Buckets, fromSchema: number, toSchema: number): Buckets {
  if (fromSchema === toSchema || buckets.counts.length === 0) return buckets;
  const { indexes, counts } = buckets;
  const merged = { indexes: new Int32Array(indexes.length), counts: new Float64Array(indexes.length) };
  let last = -1;
  for (let position = 0; position < indexes.length; position++) {
    const index = coarserIndex(indexes[position]!, fromSchema, toSchema);
    if (last >= 0 && merged.indexes[last] === index) {
      merged.counts[last] = merged.counts[last]! + counts[position]!;
    } else {
      merged.indexes[++last] = index;
      merged.counts[last] = counts[position]!;
    }
  }
  return { indexes: merged.indexes.slice(0, last + 1), counts: merged.counts.slice(0, last + 1) };
}

/** The buckets of both, those of `b` from a position on and times `sign`, which is 1 or -1. */
export function combined(a: Buckets, b: Buckets, bFrom: number, sign: 1 | -1): Buckets {
  const { indexes, counts } = a;
  if (bFrom >= b.indexes.length) return a;
  if (bFrom === 0 && sameIndexes(indexes, b.indexes)) {
    const sums = new Float64Array(counts.length);
    for (let position = 0; position < sums.length; position++) {
      sums[position] = counts[position]! + sign * b.counts[position]!;
    }
    return { indexes, counts: sums };
  }
  const merged = unionOf(indexes, b.indexes, bFrom);
  // A layout that is known already stays the same object, which makes the next combination fast.
  const union = merged.length === indexes.length ? indexes : merged;
  const sums = new Float64Array(union.length);
  let inA = 0;
  let inB = bFrom;
  for (let position = 0; position < union.length; position++) {
    const index = union[position]!;
    const isInA = inA < indexes.length && indexes[inA] === index;
    const isInB = inB < b.indexes.length && b.indexes[inB] === index;
    if (isInA && isInB) sums[position] = counts[inA++]! + sign * b.counts[inB++]!;
    else sums[position] = isInA ? counts[inA++]! : sign * b.counts[inB++]!;
  }
  return { indexes: union, counts: sums };
}

export function sameIndexes(a: Int32Array, b: Int32Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let position = 0; position < a.length; position++) if (a[position] !== b[position]) return false;
  return true;
}

/** Ascending, each once; those of `b` from a position on. */
export function unionOf(a: Int32Array, b: Int32Array, bFrom: number): Int32Array {
  const union = new Int32Array(a.length + b.length - bFrom);
  let to = 0;
  let inA = 0;
  let inB = bFrom;
  while (inA < a.length && inB < b.length) {
    const left = a[inA]!;
    const right = b[inB]!;
    if (left <= right) inA++;
    if (right <= left) inB++;
    union[to++] = Math.min(left, right);
  }
  while (inA < a.length) union[to++] = a[inA++]!;
  while (inB < b.length) union[to++] = b[inB++]!;
  return union.slice(0, to);
}
