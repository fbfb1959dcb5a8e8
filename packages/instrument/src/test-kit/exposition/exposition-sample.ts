// One sample of a page.

export interface ExpositionSample {
  /** Of histograms with `_bucket`, `_sum` or `_count`. */
  readonly name: string;
  /** `le` and `quantile` included. */
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** Unix time in milliseconds, where the page says one. */
  readonly timestampMs?: number;
  /** Counted from 1. */
  readonly line: number;
}
