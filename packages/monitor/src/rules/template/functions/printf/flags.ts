// How one verb of a format is written: `%+-# 0WIDTH.PRECISION`.

export interface Flags {
  width?: number;
  precision?: number;
  minus?: true;
  plus?: true;
  sharp?: true;
  space?: true;
  zero?: true;
  /** `%+v`: with the names of fields. */
  withNames?: true;
  /** `%#v`: as Go's source would have it. */
  asSource?: true;
}
