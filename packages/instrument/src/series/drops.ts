// What the record path does instead of throwing: it counts, by reason. The counts are read by `Registry.droppedRecords()`.

export const DROP_REASONS = ['series_limit', 'label_limit', 'invalid_value', 'unknown_label', 'internal'] as const;

/**
 * - `series_limit`: a new series would have exceeded a `maxSeries`; what counters and histograms record went to the series
 *   `overflow`, what gauges and infos record is lost.
 * - `label_limit`: a `bounded(N)` label had its N values, or the value was too long; the record went to `other`.
 * - `invalid_value`: not a number, or one that this instrument cannot take; the record is lost.
 * - `unknown_label`: a label that is missing, empty, not a string or not in the closed set, or a series that was
 *   removed; the record is lost.
 * - `internal`: something failed inside, such as a callback of `onCollect` or memory that could not be had.
 */
export type DropReason = (typeof DROP_REASONS)[number];

export class DropCounts {
  readonly #counts: Record<DropReason, number> = {
    series_limit: 0,
    label_limit: 0,
    invalid_value: 0,
    unknown_label: 0,
    internal: 0,
  };

  count(reason: DropReason): void {
    this.#counts[reason]++;
  }

  snapshot(): Readonly<Record<DropReason, number>> {
    return { ...this.#counts };
  }
}
