// What is asked of the parameter of an aggregation, which may differ from step to step: Prometheus looks at its least and
// its greatest value before it aggregates.

import { generalText } from '../../histogram/number-text.ts';
import { QueryError } from '../../interface.ts';
import type { Span } from '../../parse/positions.ts';
import type { QueryBudget } from '../budget.ts';
import type { EvaluationContext } from '../context.ts';
import { maximum, minimum } from '../floats.ts';
import { inStretches } from '../stretches.ts';

/** The greatest double that still is a 64-bit integer: the first that does not do as a number of series. */
const OVERFLOW = 2 ** 63 - 1024;
const UNDERFLOW = -(2 ** 63);

interface Extent {
  readonly least: number;
  readonly greatest: number;
  readonly hasNaN: boolean;
}

async function extentOf(values: Float64Array, budget: QueryBudget): Promise<Extent> {
  let least = Number.MAX_VALUE;
  let greatest = -Number.MAX_VALUE;
  let hasNaN = false;
  await inStretches(values.length, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      const value = values[step]!;
      least = minimum(least, value);
      greatest = maximum(greatest, value);
      if (Number.isNaN(value)) hasNaN = true;
    }
  });
  return { least, greatest, hasNaN };
}

/**
 * Of `topk`, `bottomk` and `limitk`. Says whether any step can have a result.
 * @throws {QueryError} execution
 */
export async function checkCounts(counts: Float64Array, budget: QueryBudget): Promise<boolean> {
  const { least, greatest, hasNaN } = await extentOf(counts, budget);
  if (greatest < 1) return false;
  if (hasNaN) throw new QueryError('execution', 'Parameter value is NaN');
  if (least <= UNDERFLOW) {
    throw new QueryError('execution', `Scalar value ${generalText(least)} underflows int64`);
  }
  if (greatest >= OVERFLOW) {
    throw new QueryError('execution', `Scalar value ${generalText(greatest)} overflows int64`);
  }
  return true;
}

/**
 * Of `limit_ratio`. Says whether any step can have a result.
 * @throws {QueryError} execution
 */
export async function checkRatios(
  ratios: Float64Array,
  span: Span,
  { notes, budget }: Pick<EvaluationContext, 'notes' | 'budget'>,
): Promise<boolean> {
  const { least, greatest, hasNaN } = await extentOf(ratios, budget);
  if (least === 0 && greatest === 0) return false;
  if (hasNaN) throw new QueryError('execution', 'Ratio value is NaN');
  const warn = (ratio: number, bound: number): void =>
    notes.warn(span, `ratio value should be between -1 and 1, got ${generalText(ratio)}, capping to ${bound}`);
  if (greatest > 1) warn(greatest, 1);
  if (least < -1) warn(least, -1);
  return true;
}

export async function checkQuantiles(
  quantiles: Float64Array,
  span: Span,
  { notes, budget }: Pick<EvaluationContext, 'notes' | 'budget'>,
): Promise<void> {
  const { least, greatest, hasNaN } = await extentOf(quantiles, budget);
  const warn = (quantile: number): void =>
    notes.warn(span, `quantile value should be between 0 and 1, got ${generalText(quantile)}`);
  if (hasNaN) warn(NaN);
  if (greatest > 1) warn(greatest);
  if (least < 0) warn(least);
}
