// What Prometheus has behind flags, and so do we: each is off unless it is asked for.
// https://prometheus.io/docs/prometheus/latest/feature_flags/

export interface QueryFeatures {
  /** `promql-experimental-functions`: functions and aggregations that may still change. */
  readonly experimentalFunctions: boolean;
  /** `promql-delayed-name-removal`: names go at the end of the query and not at each operation. */
  readonly delayedNameRemoval: boolean;
  /** `promql-extended-range-selectors`: `anchored` and `smoothed`. */
  readonly extendedRangeSelectors: boolean;
  /** `promql-binop-fill-modifiers`: `fill`, `fill_left`, `fill_right`. */
  readonly fillModifiers: boolean;
  /** `type-and-unit-labels`: the labels `__type__` and `__unit__` are part of a metric's identity. */
  readonly typeAndUnitLabels: boolean;
}

export const NO_FEATURES: QueryFeatures = {
  experimentalFunctions: false,
  delayedNameRemoval: false,
  extendedRangeSelectors: false,
  fillModifiers: false,
  typeAndUnitLabels: false,
};

/** What is said of something that is off, by Prometheus' name for the feature: where it is turned on. */
export function notEnabled(flag: string): string {
  return `not enabled: ${flag} has to be among query.features of the monitor's configuration, or be given to chainpulse query --data as --feature`;
}
