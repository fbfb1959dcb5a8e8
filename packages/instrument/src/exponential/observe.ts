// Counts a value in the row of an exponential histogram. Most observations change two numbers: a count and the sum. Only a
// value outside the block takes the long way: the counts are moved so that it comes within reach, with the free places shared
// out to both sides (so this happens a few times, not with each new bucket), and where that would need more buckets than there
// are, the scale is lowered first, which makes each pair of neighbours one. A count is never lost and never counted twice.

import { finestIndex } from './bucket-bounds.ts';
import {
  COUNTS_SLOT,
  type ExponentialLayout,
  HALVINGS_SLOT,
  MAX_MAX_BUCKETS,
  MAX_SCALE,
  MIN_SCALE,
  MOVES_SLOT,
  ORIGIN_SLOT,
  POSITIVE_SLOT,
  SUM_SLOT,
  ZERO_COUNT_SLOT,
  ZERO_THRESHOLD,
} from './layout.ts';

// The same constants under names of this module: an imported constant costs a load at each use, and these are in the code.
const SUM = SUM_SLOT;
const ZERO_COUNT = ZERO_COUNT_SLOT;
const HALVINGS = HALVINGS_SLOT;
const POSITIVE = POSITIVE_SLOT;
const ORIGIN = ORIGIN_SLOT;
const COUNTS = COUNTS_SLOT;
const ZERO_UP_TO = ZERO_THRESHOLD;
const MAX_HALVINGS = MAX_SCALE - MIN_SCALE;
/** Counts of a block while they are put together anew. */
const moved = new Float64Array(MAX_MAX_BUCKETS);

/** Buckets from `low` to `high`; none when `high` is less. */
interface Range {
  readonly low: number;
  readonly high: number;
}

/**
 * Counts a finite value in the row at `offset`, `times` over. False, and nothing has changed, for a value below -2^-128 where the layout
 * has no negative side.
 */
export function observeExponential(
  values: Float64Array,
  offset: number,
  layout: ExponentialLayout,
  value: number,
  times = 1,
): boolean {
  const magnitude = Math.abs(value);
  if (magnitude <= ZERO_UP_TO) {
    values[offset + ZERO_COUNT]! += times;
    values[offset + SUM]! += value * times;
    return true;
  }
  let block = offset + POSITIVE;
  if (value < 0) {
    if (layout.negativeSlot === 0) return false;
    block = offset + layout.negativeSlot;
  }
  const finest = finestIndex(magnitude);
  // Whole numbers of 32 bits before they meet the index: the conversions need not wait for it.
  const halvings = values[offset + HALVINGS]! | 0;
  const origin = values[block + ORIGIN]! | 0;
  let place = (finest >> halvings) - origin;
  if (place < 0 || place >= layout.maxBuckets) place = makeRoom(values, offset, block, layout, finest);
  values[offset + SUM]! += value * times;
  values[block + COUNTS + place]! += times;
  return true;
}

/** Moves a block so that it holds the bucket of a value outside it, and answers with the place of that bucket. */
function makeRoom(
  values: Float64Array,
  offset: number,
  block: number,
  layout: ExponentialLayout,
  finest: number,
): number {
  const { maxBuckets, negativeSlot } = layout;
  const halvings = values[offset + HALVINGS]!;
  const used = usedRange(values, block, maxBuckets);
  const wanted = including(used, finest >> halvings);
  let added = 0;
  while (halvings + added < MAX_HALVINGS && !fits(lowered(wanted, added), maxBuckets)) added++;
  // Only at the lowest scale can it still be out of reach: then it counts in the bucket nearest to it.
  let index = finest >> (halvings + added);
  const { low, high } = lowered(used, added);
  if (low <= high) index = Math.min(Math.max(index, high - maxBuckets + 1), low + maxBuckets - 1);
  values[offset + MOVES_SLOT]! += 1;
  move(values, block, maxBuckets, added, including({ low, high }, index));
  if (negativeSlot !== 0 && added > 0) {
    const other = block === offset + POSITIVE ? offset + negativeSlot : offset + POSITIVE;
    move(values, other, maxBuckets, added, lowered(usedRange(values, other, maxBuckets), added));
  }
  values[offset + HALVINGS] = halvings + added;
  values[offset + MOVES_SLOT]! += 1;
  return index - values[block + ORIGIN]!;
}

/** Puts the counts of a block, `added` scales lower, where a range of buckets is in the middle. */
function move(values: Float64Array, block: number, maxBuckets: number, added: number, range: Range): void {
  const origin = values[block + ORIGIN]!;
  const newOrigin = range.low - ((maxBuckets - widthOf(range)) >> 1);
  moved.fill(0);
  for (let i = 0; i < maxBuckets; i++) {
    const count = values[block + COUNTS + i]!;
    if (count !== 0) moved[((origin + i) >> added) - newOrigin]! += count;
  }
  for (let i = 0; i < maxBuckets; i++) values[block + COUNTS + i] = moved[i]!;
  values[block + ORIGIN] = newOrigin;
}

/** The buckets of a block from the first to the last that has counts. */
function usedRange(values: Float64Array, block: number, maxBuckets: number): Range {
  const origin = values[block + ORIGIN]!;
  let first = 0;
  let last = maxBuckets - 1;
  while (first <= last && values[block + COUNTS + first] === 0) first++;
  while (last >= first && values[block + COUNTS + last] === 0) last--;
  return first <= last ? { low: origin + first, high: origin + last } : { low: 0, high: -1 };
}

function including({ low, high }: Range, index: number): Range {
  return low <= high ? { low: Math.min(low, index), high: Math.max(high, index) } : { low: index, high: index };
}

/** The same range `added` scales lower. */
function lowered(range: Range, added: number): Range {
  return range.low <= range.high ? { low: range.low >> added, high: range.high >> added } : range;
}

function fits(range: Range, maxBuckets: number): boolean {
  return widthOf(range) <= maxBuckets;
}

function widthOf({ low, high }: Range): number {
  return high - low + 1;
}
