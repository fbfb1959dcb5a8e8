// Functions of the values of instant vectors, one at a time: `abs`, `clamp`.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { maximum, minimum } from '../../evaluate/floats.ts';
import type { FunctionDefinition, PerValue } from '../function-definition.ts';

export const VALUE_FUNCTIONS: readonly (readonly [name: string, FunctionDefinition])[] = [
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

/** To the nearest multiple; halves go up. Dividing by the inverse is what Prometheus does, and loses less. */
function roundTo(value: number, nearest: number): number {
  const inverse = 1 / nearest;
  return Math.floor(value * inverse + 0.5) / inverse;
}

function clamp(value: number, least: number, greatest: number): number {
  return maximum(least, minimum(greatest, value));
}
