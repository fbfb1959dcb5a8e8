// What a series takes in the value store and shows outside.

export interface RowLayout {
  /** Slots of a row. */
  readonly slots: number;
  /** Series that a row shows: 1, or for a histogram its buckets, sum and count. */
  readonly exposed: number;
  /** What the slots hold before the first record: 0, or NaN for what is absent until it is measured. */
  readonly initial: number;
  /** Whether records past a limit are added up in the series `overflow`; the last of many values would mean nothing. */
  readonly overflows: boolean;
}
