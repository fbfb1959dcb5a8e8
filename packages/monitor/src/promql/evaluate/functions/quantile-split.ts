// One series for each quantile that an argument of `histogram_quantiles` has at any step, told apart by a label: each has values at the
// steps of its quantile alone. A quantile may differ at every step, so columns are made for those that have a result, and counted before.

import { labelText } from '../../histogram/number-text.ts';
import type { QueryBudget } from '../budget.ts';
import { ABSENT, type SeriesStream, type StepSeries, withLabel } from '../series.ts';

const STEPS_BETWEEN_CLOCK_READS = 1024;

export interface QuantileSplit {
  readonly label: string;
  /** Of each step. */
  readonly quantiles: Float64Array;
}

type Column = Pick<StepSeries, 'values' | 'present'>;

/** In the order in which the quantiles come. @throws {QueryError} execution */
export async function* splitByQuantile(
  series: StepSeries,
  { label, quantiles }: QuantileSplit,
  budget: QueryBudget,
): SeriesStream {
  const stepCount = series.values.length;
  // As a key NaN equals itself, and 0 is -0.
  const columns = new Map<number, Column>();
  let heldCount = 0;
  try {
    let last = NaN;
    let column: Column | undefined;
    for (let step = 0; step < stepCount; step++) {
      if (step % STEPS_BETWEEN_CLOCK_READS === 0 && budget.isDue()) await budget.pause();
      const kind = series.present[step]!;
      if (kind === ABSENT) continue;
      const quantile = quantiles[step]!;
      if (quantile !== last) column = columns.get(quantile);
      if (column === undefined) {
        if (budget.isDue()) await budget.pause();
        budget.hold(1, stepCount);
        heldCount++;
        column = { values: new Float64Array(stepCount), present: new Uint8Array(stepCount) };
        columns.set(quantile, column);
      }
      last = quantile;
      column.values[step] = series.values[step]!;
      column.present[step] = kind;
    }
    for (const [quantile, { values, present }] of columns) {
      // Whoever takes it counts it.
      budget.release(1, stepCount);
      heldCount--;
      yield { ...series, labels: withLabel(series.labels, label, labelText(quantile)), values, present };
      if (budget.isDue()) await budget.pause();
    }
  } finally {
    budget.release(heldCount, heldCount * stepCount);
  }
}
