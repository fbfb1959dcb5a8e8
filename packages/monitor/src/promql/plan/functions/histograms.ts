// Functions of histograms, classic and native: `histogram_quantile`.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import { histogramFraction } from '../../evaluate/functions/histogram-fraction.ts';
import { histogramQuantile, histogramQuantiles } from '../../evaluate/functions/histogram-quantile.ts';
import {
  histogramAverage,
  histogramCount,
  histogramStandardDeviation,
  histogramStandardVariance,
  histogramSum,
} from '../../evaluate/functions/histogram-statistics.ts';
import type { FunctionDefinition } from '../function-definition.ts';
import type { OverVector } from '../nodes.ts';

/** Quantiles that one `histogram_quantiles` may ask for, as in Prometheus. */
const MAX_QUANTILES = 10;

export const HISTOGRAM_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  ['histogram_quantile', { parameters: ['scalar', 'instant vector'], body: nameless(histogramQuantile) }],
  ['histogram_fraction', { parameters: ['scalar', 'scalar', 'instant vector'], body: nameless(histogramFraction) }],
  ['histogram_count', { parameters: ['instant vector'], body: typed(histogramCount) }],
  ['histogram_sum', { parameters: ['instant vector'], body: typed(histogramSum) }],
  ['histogram_avg', { parameters: ['instant vector'], body: typed(histogramAverage) }],
  ['histogram_stddev', { parameters: ['instant vector'], body: typed(histogramStandardDeviation) }],
  ['histogram_stdvar', { parameters: ['instant vector'], body: typed(histogramStandardVariance) }],
  [
    'histogram_quantiles',
    {
      parameters: ['instant vector', 'string', ...Array.from({ length: MAX_QUANTILES }, () => 'scalar' as const)],
      optional: MAX_QUANTILES - 1,
      isExperimental: true,
      body: nameless(histogramQuantiles),
    },
  ],
];

function nameless(evaluate: OverVector['evaluate']): OverVector {
  return { kind: 'over-vector', evaluate, keepsName: false };
}

/** The labels of type and unit, which go with the name elsewhere, stay. */
function typed(evaluate: OverVector['evaluate']): OverVector {
  return { kind: 'over-vector', evaluate, keepsName: true };
}
