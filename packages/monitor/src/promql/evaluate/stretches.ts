// Columns in stretches: a loop over the steps of a long column (a subquery has up to millions) lets others have the thread between
// one stretch and the next. A column of a range query is one stretch, for which nothing is awaited.

import type { FloatHistogram } from '../histogram/float-histogram.ts';
import { MAX_POINTS_PER_SERIES } from '../interface.ts';
import type { QueryBudget } from './budget.ts';
import { type Grid, timeAt } from './series.ts';

/** Steps of numbers between two looks at the clock: as many as a range query has. */
export const STRETCH_STEPS = MAX_POINTS_PER_SERIES + 1;

/** The same of native histograms, of which one takes as long as hundreds of numbers. */
const HISTOGRAM_STRETCH_STEPS = 64;

/** Large ones end their stretch sooner. */
const HISTOGRAM_STRETCH_BUCKETS = 20_000;

/** Computes the steps `from` to `to` (exclusive). */
export type StretchKernel = (from: number, to: number) => void;

/** Where the stretch ends that begins at a step. */
export type StretchEnds = (from: number, count: number) => number;

export type HistogramColumn = Readonly<ArrayLike<FloatHistogram | undefined>>;

type Pausing = Pick<QueryBudget, 'isDue' | 'pause'>;

/** Calls the kernel for all of `count` steps, in order; undefined when that has been done. */
export function inStretches(
  count: number,
  budget: Pausing,
  compute: StretchKernel,
  endOf: StretchEnds = numberEnds,
): Promise<void> | undefined {
  if (endOf(0, count) < count) return oneByOne(count, budget, compute, endOf);
  compute(0, count);
  return undefined;
}

async function oneByOne(count: number, budget: Pausing, compute: StretchKernel, endOf: StretchEnds): Promise<void> {
  for (let from = 0; from < count; ) {
    if (budget.isDue()) await budget.pause();
    const to = endOf(from, count);
    compute(from, to);
    from = to;
  }
}

export function numberEnds(from: number, count: number): number {
  return Math.min(count, from + STRETCH_STEPS);
}

/** Of steps that have a histogram each, or one of each column. */
export function histogramEnds(...columns: readonly (HistogramColumn | undefined)[]): StretchEnds {
  return (from, count) => {
    const end = Math.min(count, from + HISTOGRAM_STRETCH_STEPS);
    let buckets = 0;
    for (let step = from; step < end; step++) {
      for (const column of columns) buckets += bucketsOf(column?.[step]);
      if (buckets >= HISTOGRAM_STRETCH_BUCKETS) return step + 1;
    }
    return end;
  };
}

/** Of steps that have any of some histograms, of which the largest is known. */
export function histogramEndsUpTo(largestBuckets: number): StretchEnds {
  const fitting = Math.floor(HISTOGRAM_STRETCH_BUCKETS / Math.max(1, largestBuckets));
  const steps = Math.max(1, Math.min(HISTOGRAM_STRETCH_STEPS, fitting));
  return (from, count) => Math.min(count, from + steps);
}

export function bucketsOf(histogram: FloatHistogram | undefined): number {
  return histogram === undefined ? 0 : histogram.positive.counts.length + histogram.negative.counts.length;
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
