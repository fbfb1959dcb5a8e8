// Functions of the values of instant vectors, one at a time: `abs`, `clamp`. Native histograms have no such value and are left out.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { maximum, minimum } from '../../evaluate/floats.ts';
import { dateFunction } from '../../evaluate/functions/date-functions.ts';
import * as dates from '../../evaluate/functions/dates.ts';
import { arcCosine, arcSine, arcTangent } from '../../math/arc-functions.ts';
import { exponential } from '../../math/exponentials.ts';
import * as hyperbolic from '../../math/hyperbolic.ts';
import { binaryLogarithm, decimalLogarithm, naturalLogarithm } from '../../math/logarithms.ts';
import { cosine, sine, tangent } from '../../math/trigonometry.ts';
import type { FunctionDefinition } from '../function-definition.ts';
import type { PerValue } from '../nodes.ts';

export const VALUE_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
  ['abs', perValue(Math.abs)],
  ['ceil', perValue(Math.ceil)],
  ['floor', perValue(Math.floor)],
  ['exp', perValue(exponential)],
  ['sqrt', perValue(Math.sqrt)],
  ['ln', perValue(naturalLogarithm)],
  ['log2', perValue(binaryLogarithm)],
  ['log10', perValue(decimalLogarithm)],
  ['sgn', perValue((value) => (value < 0 ? -1 : value > 0 ? 1 : value))],
  ['round', perValue(roundTo, { scalars: 1, defaults: [1] })],
  ['clamp', perValue(clamp, { scalars: 2, isEmpty: (least, greatest) => greatest < least })],
  ['clamp_min', perValue((value, least) => clamp(value, least, Infinity), { scalars: 1 })],
  ['clamp_max', perValue((value, greatest) => clamp(value, -Infinity, greatest), { scalars: 1 })],

  ['acos', perValue(arcCosine)],
  ['acosh', perValue(hyperbolic.areaCosine)],
  ['asin', perValue(arcSine)],
  ['asinh', perValue(hyperbolic.areaSine)],
  ['atan', perValue(arcTangent)],
  ['atanh', perValue(hyperbolic.areaTangent)],
  ['cos', perValue(cosine)],
  ['cosh', perValue(hyperbolic.hyperbolicCosine)],
  ['sin', perValue(sine)],
  ['sinh', perValue(hyperbolic.hyperbolicSine)],
  ['tan', perValue(tangent)],
  ['tanh', perValue(hyperbolic.hyperbolicTangent)],
  ['deg', perValue((value) => (value * 180) / Math.PI)],
  ['rad', perValue((value) => (value * Math.PI) / 180)],

  ['minute', ofDate(dates.minuteOf)],
  ['hour', ofDate(dates.hourOf)],
  ['day_of_week', ofDate(dates.dayOfWeek)],
  ['day_of_month', ofDate(dates.dayOfMonth)],
  ['day_of_year', ofDate(dates.dayOfYear)],
  ['days_in_month', ofDate(dates.daysInMonth)],
  ['month', ofDate(dates.monthOf)],
  ['year', ofDate(dates.yearOf)],
];

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

/** Of the time of the step where there is no argument, and so never the same at all steps. */
function ofDate(part: (time: number) => number): FunctionDefinition {
  return {
    parameters: ['instant vector'],
    optional: 1,
    body: { kind: 'over-vector', evaluate: dateFunction(part), keepsName: false, isTime: true },
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
