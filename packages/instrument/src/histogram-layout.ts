// Where a classic histogram keeps what in its row: the sum, then the counts, each of its own bucket only and the one above
// all bounds last. The number of observations is the sum of the counts and is not kept twice.

import type { RowLayout } from './series/row-layout.ts';

export const SUM_SLOT = 0;
export const FIRST_COUNT_SLOT = 1;

/** Of a row with `boundCount` bounds: the sum and the counts inside; the buckets, `_sum` and `_count` outside. */
export function histogramLayout(boundCount: number): RowLayout {
  return { slots: FIRST_COUNT_SLOT + boundCount + 1, exposed: boundCount + 3, initial: 0, overflows: true };
}
