// Arithmetic and comparison between two scalars, one value of each a step.

import type { QueryBudget } from '../budget.ts';
import { inStretches } from '../stretches.ts';
import { type BinaryOperator, scalarFunction } from './operators.ts';

/** @throws {QueryError} execution, where the operator is not for numbers. */
export async function combineScalars(
  operator: BinaryOperator,
  left: Float64Array,
  right: Float64Array,
  budget: QueryBudget,
): Promise<Float64Array> {
  const value = scalarFunction(operator);
  const combined = new Float64Array(left.length);
  await inStretches(combined.length, budget, (from, to) => {
    for (let step = from; step < to; step++) combined[step] = value(left[step]!, right[step]!);
  });
  return combined;
}
