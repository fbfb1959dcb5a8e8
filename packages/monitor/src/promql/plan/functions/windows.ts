// Functions over the windows of range vectors: `rate`, `avg_over_time`.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { absentOverTime } from '../../evaluate/functions/conversions.ts';
import * as overTime from '../../evaluate/window/over-time.ts';
import { delta, increase, irate, rate } from '../../evaluate/window/rate.ts';
import type { OverWindow, WindowFunction } from '../../evaluate/window/window-function.ts';
import type { FunctionDefinition } from '../function-definition.ts';

export const WINDOW_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  ['rate', overWindow(rate, { minimumSamples: 2, expectsCounter: true })],
  ['irate', overWindow(irate, { minimumSamples: 2 })],
  ['increase', overWindow(increase, { minimumSamples: 2, expectsCounter: true })],
  ['delta', overWindow(delta, { minimumSamples: 2 })],

  ['avg_over_time', overWindow(overTime.avgOverTime)],
  ['min_over_time', overWindow(overTime.minOverTime)],
  ['max_over_time', overWindow(overTime.maxOverTime)],
  ['sum_over_time', overWindow(overTime.sumOverTime)],
  ['count_over_time', overWindow(overTime.countOverTime)],
  ['stddev_over_time', overWindow(overTime.stddevOverTime)],
  ['stdvar_over_time', overWindow(overTime.stdvarOverTime)],
  ['last_over_time', overWindow(overTime.lastOverTime, { keepsName: true })],
  ['present_over_time', overWindow(overTime.presentOverTime)],
  [
    'quantile_over_time',
    {
      parameters: ['scalar', 'range vector'],
      body: { kind: 'over-window', window: overTime.quantileOverTime, minimumSamples: 1, quantileParameter: 0 },
    },
  ],
  [
    'absent_over_time',
    { parameters: ['range vector'], body: { kind: 'over-vector', evaluate: absentOverTime, keepsName: false } },
  ],
];

function overWindow(
  window: WindowFunction,
  options: Pick<Partial<OverWindow>, 'minimumSamples' | 'keepsName' | 'expectsCounter'> = {},
): FunctionDefinition {
  return { parameters: ['range vector'], body: { kind: 'over-window', window, minimumSamples: 1, ...options } };
}
