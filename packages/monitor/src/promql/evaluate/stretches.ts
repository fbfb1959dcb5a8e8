// Columns in stretches: a loop over the steps of a long column (a subquery has up to millions) lets others have the thread between
// one stretch and the next. A column of a range query is one stretch, for which nothing is awaited.

import { MAX_POINTS_PER_SERIES } from '../interface.ts';
import type { QueryBudget } from './budget.ts';
import { type Grid, timeAt } from './series.ts';

/** Steps of numbers between two looks at the clock: as many as a range query has. */
export const STRETCH_STEPS = MAX_POINTS_PER_SERIES + 1;

/** The same of native histograms, of which one takes as long as hundreds of numbers. */
export const HISTOGRAM_STRETCH_STEPS = 64;

/** Computes the steps `from` to `to` (exclusive). */
export type StretchKernel = (from: number, to: number) => void;

type Pausing = Pick<QueryBudget, 'isDue' | 'pause'>;

/** Calls the kernel for all of `count` steps, in order; undefined when that has been done. */
export function inStretches(
  count: number,
  budget: Pausing,
  compute: StretchKernel,
  stretchSteps: number = STRETCH_STEPS,
): Promise<void> | undefined {
  if (count > stretchSteps) return oneByOne(count, budget, compute, stretchSteps);
  compute(0, count);
  return undefined;
}

async function oneByOne(count: number, budget: Pausing, compute: StretchKernel, stretchSteps: number): Promise<void> {
  for (let from = 0; from < count; from += stretchSteps) {
    if (budget.isDue()) await budget.pause();
    compute(from, Math.min(count, from + stretchSteps));
  }
}

/** What `inStretches` was to make, once it is done: at once when it is. */
export function whenDone<T>(computing: Promise<void> | undefined, result: () => T): T | Promise<T> {
  return computing === undefined ? result() : computing.then(result);
}

/** What each step of the grid is computed as from its time. */
export async function ofTimes(grid: Grid, budget: Pausing, compute: (timeMs: number) => number): Promise<Float64Array> {
  const values = new Float64Array(grid.count);
  await inStretches(grid.count, budget, (from, to) => {
    for (let step = from; step < to; step++) values[step] = compute(timeAt(grid, step));
  });
  return values;
}
