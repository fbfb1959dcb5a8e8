// Functions over the windows of range vectors: `rate`, `avg_over_time`; and of the times of samples: `timestamp`.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { absentOverTime } from '../../evaluate/functions/absent.ts';
import * as counts from '../../evaluate/window/counts.ts';
import { extendedDelta, extendedIncrease, extendedRate } from '../../evaluate/window/extended-rate.ts';
import { maxOverTime, minOverTime, timeOfMax, timeOfMin } from '../../evaluate/window/extremes.ts';
import * as histogramRate from '../../evaluate/window/histogram-rate.ts';
import { mixedAvgOverTime, mixedSumOverTime } from '../../evaluate/window/histogram-sums.ts';
import { delta, idelta, increase, irate, rate } from '../../evaluate/window/rate.ts';
import { madOverTime, quantileOverTime, stddevOverTime, stdvarOverTime } from '../../evaluate/window/spread.ts';
import { avgOverTime, sumOverTime } from '../../evaluate/window/sums.ts';
import { timestamps } from '../../evaluate/window/timestamp.ts';
import { deriv, doubleExponentialSmoothing, predictLinear } from '../../evaluate/window/trend.ts';
import type { OverWindow } from '../../evaluate/window/window-function.ts';
import type { FunctionDefinition, ValueType } from '../function-definition.ts';

export const WINDOW_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  [
    'rate',
    overWindow({
      window: rate,
      mixed: histogramRate.mixedRate,
      extended: { anchored: extendedRate, smoothed: extendedRate },
      minimumSamples: 2,
      expectsCounter: true,
    }),
  ],
  [
    'increase',
    overWindow({
      window: increase,
      mixed: histogramRate.mixedIncrease,
      extended: { anchored: extendedIncrease, smoothed: extendedIncrease },
      minimumSamples: 2,
      expectsCounter: true,
    }),
  ],
  [
    'delta',
    overWindow({
      window: delta,
      mixed: histogramRate.mixedDelta,
      extended: { anchored: extendedDelta, smoothed: extendedDelta },
      minimumSamples: 2,
    }),
  ],
  ['irate', overWindow({ window: irate, mixed: histogramRate.mixedIrate, minimumSamples: 2 })],
  ['idelta', overWindow({ window: idelta, mixed: histogramRate.mixedIdelta, minimumSamples: 2 })],
  ['deriv', overWindow({ window: deriv, minimumSamples: 2 })],
  [
    'predict_linear',
    overWindow({ window: predictLinear, minimumSamples: 2 }, { parameters: ['range vector', 'scalar'] }),
  ],
  [
    'double_exponential_smoothing',
    overWindow(
      { mixed: doubleExponentialSmoothing },
      { parameters: ['range vector', 'scalar', 'scalar'], isExperimental: true },
    ),
  ],
  [
    'changes',
    overWindow({ window: counts.changes, mixed: counts.mixedChanges, extended: { anchored: counts.anchoredChanges } }),
  ],
  [
    'resets',
    overWindow({ window: counts.resets, mixed: counts.mixedResets, extended: { anchored: counts.anchoredResets } }),
  ],

  ['avg_over_time', overWindow({ window: avgOverTime, mixed: mixedAvgOverTime })],
  ['min_over_time', overWindow({ window: minOverTime })],
  ['max_over_time', overWindow({ window: maxOverTime })],
  ['sum_over_time', overWindow({ window: sumOverTime, mixed: mixedSumOverTime })],
  ['count_over_time', overWindow({ window: counts.countOverTime, mixed: counts.mixedCountOverTime })],
  ['quantile_over_time', overWindow({ window: quantileOverTime }, { parameters: ['scalar', 'range vector'] })],
  ['stddev_over_time', overWindow({ window: stddevOverTime })],
  ['stdvar_over_time', overWindow({ window: stdvarOverTime })],
  ['last_over_time', overWindow({ window: counts.lastOverTime, mixed: counts.mixedLastOverTime, keepsName: true })],
  ['first_over_time', overWindow({ window: counts.firstOverTime, mixed: counts.mixedFirstOverTime, keepsName: true })],
  ['present_over_time', overWindow({ window: counts.presentOverTime, mixed: counts.mixedPresentOverTime })],
  [
    'absent_over_time',
    { parameters: ['range vector'], body: { kind: 'over-vector', evaluate: absentOverTime, keepsName: false } },
  ],
  ['mad_over_time', overWindow({ window: madOverTime }, { isExperimental: true })],
  [
    'ts_of_first_over_time',
    overWindow({ window: counts.timeOfFirst, mixed: counts.mixedTimeOfFirst }, { isExperimental: true }),
  ],
  [
    'ts_of_last_over_time',
    overWindow({ window: counts.timeOfLast, mixed: counts.mixedTimeOfLast }, { isExperimental: true }),
  ],
  ['ts_of_min_over_time', overWindow({ window: timeOfMin }, { isExperimental: true })],
  ['ts_of_max_over_time', overWindow({ window: timeOfMax }, { isExperimental: true })],

  [
    'timestamp',
    {
      parameters: ['instant vector'],
      body: { kind: 'over-vector', evaluate: timestamps, keepsName: false },
    },
  ],
];

function overWindow(
  body: Omit<OverWindow, 'kind' | 'minimumSamples'> & Pick<Partial<OverWindow>, 'minimumSamples'>,
  {
    parameters = ['range vector'],
    isExperimental = false,
  }: { parameters?: readonly ValueType[]; isExperimental?: boolean } = {},
): FunctionDefinition {
  return { parameters, isExperimental, body: { kind: 'over-window', minimumSamples: 1, ...body } };
}
