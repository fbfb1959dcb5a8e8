// The table of functions. Everything that is here is answered as Prometheus 3 answers it; what is not is refused.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { absentOverTime, scalarOfVector, timeOfSteps, vectorOfScalar } from '../evaluate/conversions.ts';
import { maximum, minimum } from '../evaluate/floats.ts';
import { histogramQuantile } from '../evaluate/histogram-quantile.ts';
import { labelReplace } from '../evaluate/label-replace.ts';
import * as overTime from '../evaluate/over-time.ts';
import { delta, increase, irate, rate } from '../evaluate/rate.ts';
import type { WindowFunction } from '../evaluate/windows.ts';
import type { FunctionDefinition, OverWindow, PerValue } from './function-definition.ts';

const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map<string, FunctionDefinition>([
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

  ['abs', perValue(Math.abs)],
  ['ceil', perValue(Math.ceil)],
  ['floor', perValue(Math.floor)],
  ['exp', perValue(Math.exp)],
  ['sqrt', perValue(Math.sqrt)],
  ['ln', perValue(Math.log)],
  ['log2', perValue(Math.log2)],
  ['log10', perValue(Math.log10)],
  ['sgn', perValue((value) => (value < 0 ? -1 : value > 0 ? 1 : value))],
  ['round', perValue(roundTo, { scalars: 1, defaults: [1] })],
  ['clamp', perValue(clamp, { scalars: 2, isEmpty: (least, greatest) => greatest < least })],
  ['clamp_min', perValue((value, least) => maximum(least, value), { scalars: 1 })],
  ['clamp_max', perValue((value, greatest) => minimum(greatest, value), { scalars: 1 })],

  [
    'histogram_quantile',
    {
      parameters: ['scalar', 'instant vector'],
      body: { kind: 'over-vector', evaluate: histogramQuantile, keepsName: false },
    },
  ],
  [
    'label_replace',
    {
      parameters: ['instant vector', 'string', 'string', 'string', 'string'],
      body: { kind: 'over-vector', evaluate: labelReplace, keepsName: true },
    },
  ],

  ['time', { parameters: [], body: { kind: 'over-steps', evaluate: timeOfSteps, isTime: true } }],
  ['scalar', { parameters: ['instant vector'], body: { kind: 'over-steps', evaluate: scalarOfVector } }],
  ['vector', { parameters: ['scalar'], body: { kind: 'over-vector', evaluate: vectorOfScalar, keepsName: false } }],
]);

export function functionNamed(name: string): FunctionDefinition | undefined {
  return FUNCTIONS.get(name);
}

export function functionNames(): readonly string[] {
  return [...FUNCTIONS.keys()];
}

function overWindow(
  window: WindowFunction,
  options: Pick<Partial<OverWindow>, 'minimumSamples' | 'keepsName' | 'expectsCounter'> = {},
): FunctionDefinition {
  return { parameters: ['range vector'], body: { kind: 'over-window', window, minimumSamples: 1, ...options } };
}

function perValue(
  apply: PerValue['apply'],
  options: Pick<PerValue, 'defaults' | 'isEmpty'> & { readonly scalars?: number } = {},
): FunctionDefinition {
  const { scalars = 0, ...body } = options;
  return {
    parameters: ['instant vector', ...Array.from({ length: scalars }, () => 'scalar' as const)],
    optional: body.defaults?.length ?? 0,
    body: { kind: 'per-value', apply, ...body },
  };
}

/** To the nearest multiple; halves go up. Dividing by the inverse is what Prometheus does, and loses less. */
function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

function clamp(value: number, least: number, greatest: number): number {
  return maximum(least, minimum(greatest, value));
}
