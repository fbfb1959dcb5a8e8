// Histograms with custom buckets that do not have the same bounds are compared and combined by the bounds that they share.

import { CompensatedSum } from '../evaluate/floats.ts';
import type { Buckets } from './histogram-parts.ts';

export function sameBounds(a: Float64Array, b: Float64Array): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let index = 0; index < a.length; index++) if (a[index] !== b[index]) return false;
  return true;
}

export function sharedBounds(a: Float64Array, b: Float64Array): Float64Array {
  const shared: number[] = [];
  let inA = 0;
  let inB = 0;
  while (inA < a.length && inB < b.length) {
    const left = a[inA]!;
    const right = b[inB]!;
    if (left === right) shared.push(left);
    if (left <= right) inA++;
    if (left >= right) inB++;
  }
  return Float64Array.from(shared);
}

interface CustomBuckets {
  readonly buckets: Buckets;
  readonly bounds: Float64Array;
}

export interface CombinedBuckets {
  readonly buckets: Buckets;
  readonly errors: Float64Array;
}

/** Both over the bounds that they share, `b` added or subtracted; empty buckets are left out. `a` may carry errors. */
export function combinedOverShared(
  a: CustomBuckets,
  b: CustomBuckets,
  shared: Float64Array,
  sign: 1 | -1,
  aErrors: Float64Array | undefined,
): CombinedBuckets {
  const counts = new Float64Array(shared.length + 1);
  const errors = new Float64Array(shared.length + 1);
  addOver(shared, a, 1, aErrors, counts, errors);
  addOver(shared, b, sign, undefined, counts, errors);
  const kept: number[] = [];
  for (let index = 0; index < counts.length; index++) if (counts[index] !== 0 || errors[index] !== 0) kept.push(index);
  return {
    buckets: { indexes: Int32Array.from(kept), counts: Float64Array.from(kept, (index) => counts[index]!) },
    errors: Float64Array.from(kept, (index) => errors[index]!),
  };
}

function addOver(
  shared: Float64Array,
  { buckets, bounds }: CustomBuckets,
  sign: 1 | -1,
  sourceErrors: Float64Array | undefined,
  counts: Float64Array,
  errors: Float64Array,
): void {
  const sum = new CompensatedSum();
  let next = 0;
  for (let position = 0; position < buckets.indexes.length; position++) {
    const index = buckets.indexes[position]!;
    let to = shared.length;
    if (index < bounds.length) {
      while (next < shared.length && shared[next]! < bounds[index]!) next++;
      to = next;
    }
    sum.reset(counts[to]!, errors[to]!);
    sum.add(sign * buckets.counts[position]!);
    if (sourceErrors !== undefined) sum.add(sourceErrors[position]!);
    counts[to] = sum.sum;
    errors[to] = sum.compensation;
  }
}

/** Whether a bucket between shared bounds counts less than before. */
export function isLessOverShared(current: CustomBuckets, previous: CustomBuckets): boolean {
  const shared = sharedBounds(current.bounds, previous.bounds);
  const now = countsOver(shared, current);
  const before = countsOver(shared, previous);
  return now.some((count, index) => count < before[index]!);
}

function countsOver(shared: Float64Array, source: CustomBuckets): Float64Array {
  const counts = new Float64Array(shared.length + 1);
  addOver(shared, source, 1, undefined, counts, new Float64Array(shared.length + 1));
  return counts;
}
