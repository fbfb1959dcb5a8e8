// The table of functions. Everything that is here is answered as Prometheus 3 answers it; what is not is refused.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import type { FunctionDefinition } from '../function-definition.ts';
import { HISTOGRAM_FUNCTIONS } from './histograms.ts';
import { VALUE_FUNCTIONS } from './values.ts';
import { VECTOR_FUNCTIONS } from './vectors.ts';
import { WINDOW_FUNCTIONS } from './windows.ts';

const FUNCTIONS: ReadonlyMap<string, FunctionDefinition> = new Map([
  ...WINDOW_FUNCTIONS,
  ...VALUE_FUNCTIONS,
  ...HISTOGRAM_FUNCTIONS,
  ...VECTOR_FUNCTIONS,
]);

export function functionNamed(name: string): FunctionDefinition | undefined {
  return FUNCTIONS.get(name);
}

export function functionNames(): readonly string[] {
  return [...FUNCTIONS.keys()];
}
