// Functions of histograms, classic and native: `histogram_quantile`.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile

import { histogramQuantile } from '../../evaluate/functions/histogram-quantile.ts';
import type { FunctionDefinition } from '../function-definition.ts';

export const HISTOGRAM_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  [
    'histogram_quantile',
    {
      parameters: ['scalar', 'instant vector'],
      body: { kind: 'over-vector', evaluate: histogramQuantile, keepsName: false },
    },
  ],
];
