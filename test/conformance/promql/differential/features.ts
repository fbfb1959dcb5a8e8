// What is switched on, on both sides alike.

import { NO_FEATURES, type QueryFeatures } from '../../../../packages/monitor/src/promql/features.ts';

export interface FeatureSet {
  readonly name: FeatureSetName;
  readonly ours: QueryFeatures;
  /** Of Prometheus' flag `--enable-feature`. */
  readonly theirs: readonly string[];
}

/** In Prometheus 3.14 duration expressions are not behind a flag any more. */
const PLAIN: QueryFeatures = NO_FEATURES;

const EXPERIMENTAL: QueryFeatures = {
  ...PLAIN,
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

const EXPERIMENTAL_FLAGS = [
  'promql-experimental-functions',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
];

export type FeatureSetName = 'plain' | 'experimental' | 'delayed';

export const FEATURE_SETS: Readonly<Record<FeatureSetName, FeatureSet>> = {
  plain: { name: 'plain', ours: PLAIN, theirs: [] },
  experimental: { name: 'experimental', ours: EXPERIMENTAL, theirs: EXPERIMENTAL_FLAGS },
  delayed: {
    name: 'delayed',
    ours: { ...EXPERIMENTAL, delayedNameRemoval: true, typeAndUnitLabels: true },
    theirs: [...EXPERIMENTAL_FLAGS, 'promql-delayed-name-removal', 'type-and-unit-labels'],
  },
};
