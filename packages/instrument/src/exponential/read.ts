// Reads the row of an exponential histogram. Another thread may be writing it and nothing is locked, so whatever is in the
// row, a read ends after a bounded number of steps and gives something well formed. A row whose counts are being
// moved says so and is read again: its buckets would seem to have lost counts, which servers take for a restart.

import type { ExponentialBuckets, ExponentialPoint } from '../snapshot/snapshot.ts';
import {
  COUNTS_SLOT,
  type ExponentialLayout,
  HALVINGS_SLOT,
  MAX_SCALE,
  MIN_SCALE,
  MOVES_SLOT,
  ORIGIN_SLOT,
  POSITIVE_SLOT,
  SUM_SLOT,
  ZERO_COUNT_SLOT,
  ZERO_THRESHOLD,
} from './layout.ts';

/** A move takes about as long as a few reads; the last read is taken as it is. */
const MAX_READS = 32;
const NO_BUCKETS: ExponentialBuckets = { offset: 0, counts: [] };

/** What an exponential histogram has counted: a point without what it is called. */
export type ExponentialState = Omit<ExponentialPoint, 'labels' | 'createdMs' | 'exemplars'>;

/** A copy of the row at `offset`. Never throws. */
export function readExponential(values: Float64Array, offset: number, layout: ExponentialLayout): ExponentialState {
  for (let reads = 1; ; reads++) {
    const moves = values[offset + MOVES_SLOT]!;
    const state = {
      scale: scaleAfter(values[offset + HALVINGS_SLOT]!),
      sum: values[offset + SUM_SLOT]!,
      zeroThreshold: ZERO_THRESHOLD,
      zeroCount: values[offset + ZERO_COUNT_SLOT]!,
      positive: readBlock(values, offset + POSITIVE_SLOT, layout.maxBuckets),
      negative:
        layout.negativeSlot === 0 ? NO_BUCKETS : readBlock(values, offset + layout.negativeSlot, layout.maxBuckets),
    };
    const isWhole = moves % 2 === 0 && values[offset + MOVES_SLOT] === moves;
    if (isWhole || reads === MAX_READS) return state;
  }
}

/** How many values it has seen. */
export function countOf({ zeroCount, positive, negative }: ExponentialState): number {
  const add = (sum: number, count: number): number => sum + count;
  return negative.counts.reduce(add, positive.counts.reduce(add, zeroCount));
}

function scaleAfter(halvings: number): number {
  const scale = MAX_SCALE - Math.trunc(halvings);
  return scale >= MIN_SCALE && scale <= MAX_SCALE ? scale : MIN_SCALE;
}

function readBlock(values: Float64Array, block: number, maxBuckets: number): ExponentialBuckets {
  const origin = values[block + ORIGIN_SLOT]!;
  const places = block + COUNTS_SLOT;
  let first = 0;
  let last = maxBuckets - 1;
  while (first <= last && values[places + first] === 0) first++;
  while (last >= first && values[places + last] === 0) last--;
  if (first > last || !Number.isSafeInteger(origin)) return NO_BUCKETS;
  return { offset: origin + first, counts: Array.from(values.subarray(places + first, places + last + 1)) };
}
