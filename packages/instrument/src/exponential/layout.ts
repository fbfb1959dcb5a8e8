// The row of an exponential histogram in the value store. After the sum, the zero count, the scale and the moves comes one block for
// the positive values and, where asked for, one for the negative values: the index of its first bucket, and the counts of
// as many adjacent buckets as there may be. Which of them are in use is told by the counts alone, so an observation within
// reach of the block changes a count and the sum and nothing else. A row of zeros is an empty histogram.

import { InstrumentError } from '../errors.ts';
import type { RowLayout } from '../series/row-layout.ts';

/** The finest scale, and that of an empty histogram: bounds 0.27 % apart. Prometheus takes no finer one. */
export const MAX_SCALE = 8;
/** The coarsest scale: each bound 65536 times the one before. Prometheus takes no coarser one. */
export const MIN_SCALE = -4;
/** Values no farther from 0 than this count as zero: 2^-128, as in Prometheus' own libraries; a bound at every scale. */
export const ZERO_THRESHOLD = 2 ** -128;

export const DEFAULT_MAX_BUCKETS = 160;
const MIN_MAX_BUCKETS = 2;
/** Two such blocks fit in a chunk of the value store. */
export const MAX_MAX_BUCKETS = 500;

export const SUM_SLOT = 0;
export const ZERO_COUNT_SLOT = 1;
/** How often the scale was lowered by one: the scale is {@link MAX_SCALE} less this. */
export const HALVINGS_SLOT = 2;
/** Goes up by one when counts begin to be moved and again when they are in place: odd in between. */
export const MOVES_SLOT = 3;
export const POSITIVE_SLOT = 4;

/** Within a block. */
export const ORIGIN_SLOT = 0;
export const COUNTS_SLOT = 1;

export interface ExponentialLayout extends RowLayout {
  /** Counts of each block. */
  readonly maxBuckets: number;
  /** Where the block of the negative values begins; 0 when there is none. */
  readonly negativeSlot: number;
}

export interface ExponentialLayoutOptions {
  /**
   * The most buckets for values of one sign, from 2 to 500; default 160. When more would be needed the scale is lowered.
   * From 72 on that always suffices; with fewer, a value that is out of reach at scale -4 counts in the outermost bucket.
   */
  readonly maxBuckets?: number | undefined;
  /** Whether negative values count; default no, which halves the memory. */
  readonly hasNegative?: boolean | undefined;
}

/** Throws an {@link InstrumentError} for a `maxBuckets` out of range. */
export function exponentialLayout(options: ExponentialLayoutOptions = {}): ExponentialLayout {
  const { maxBuckets = DEFAULT_MAX_BUCKETS, hasNegative = false } = options;
  if (!Number.isInteger(maxBuckets) || maxBuckets < MIN_MAX_BUCKETS || maxBuckets > MAX_MAX_BUCKETS) {
    const range = `a whole number from ${MIN_MAX_BUCKETS} to ${MAX_MAX_BUCKETS}`;
    throw new InstrumentError('option_invalid', `maxBuckets is ${String(maxBuckets)}: give ${range}.`);
  }
  const blockSlots = COUNTS_SLOT + maxBuckets;
  return {
    slots: POSITIVE_SLOT + (hasNegative ? 2 : 1) * blockSlots,
    // The sum and the count; buckets come and go, so a budget of series cannot count them.
    exposed: 2,
    initial: 0,
    overflows: true,
    maxBuckets,
    negativeSlot: hasNegative ? POSITIVE_SLOT + blockSlots : 0,
  };
}
