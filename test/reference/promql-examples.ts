// Expressions that ask the engine about each of its functions, aggregations and operators, made from its own tables; in the names of the
// trial's store.

import { FOLDS } from '../../packages/monitor/src/promql/evaluate/aggregate/fold.ts';
import { PARAMETER_TYPES } from '../../packages/monitor/src/promql/parse/operands.ts';
import type { FunctionDefinition, ValueType } from '../../packages/monitor/src/promql/plan/function-definition.ts';
import { type State, stateOf } from './promql-trial.ts';

/** A counter, and native histograms of a counter. */
export const FLOATS = 'requests_total';
export const HISTOGRAMS = 'latency_seconds';

export function aggregationNames(): readonly string[] {
  return [...FOLDS.keys(), ...PARAMETER_TYPES.keys()];
}

export async function stateOfFunction(name: string, definition: FunctionDefinition): Promise<State> {
  return stateOf(callOf(name, definition, FLOATS));
}

export async function stateOfAggregation(name: string): Promise<State> {
  return stateOf(aggregationOf(name, FLOATS));
}

export function operatorExample(operator: string): string {
  return `${FLOATS} ${operator} queue`;
}

/** Every argument that it needs, and one that is a vector if there may be one. */
export function callOf(name: string, { parameters, optional = 0 }: FunctionDefinition, metric: string): string {
  const needed = parameters.slice(0, parameters.length - optional);
  const given = needed.length === 0 ? parameters.slice(0, 1) : needed;
  return `${name}(${given.map((type) => argumentOf(type, metric)).join(', ')})`;
}

function argumentOf(type: ValueType, metric: string): string {
  switch (type) {
    case 'scalar':
      return '0.5';
    case 'string':
      return '"a"';
    case 'instant vector':
      return metric;
    case 'range vector':
      return `${metric}[5m]`;
  }
}

export function aggregationOf(name: string, metric: string): string {
  const parameter = { none: '', scalar: '1, ', string: '"a", ' }[PARAMETER_TYPES.get(name) ?? 'none'];
  return `${name}(${parameter}${metric})`;
}
