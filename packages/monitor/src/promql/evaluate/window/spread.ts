// How the values of a window are spread: variance, quantiles, the median of the distances from the median. The order of the
// floating-point operations is Prometheus 3's. https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time

import type { QueryBudget } from '../budget.ts';
import { quantileOf } from '../floats.ts';
import { FLOAT } from '../series.ts';
import { STRETCH_STEPS } from '../stretches.ts';
import { SortedWindow } from './sorted-window.ts';
import type { Columns, WindowFunction, WindowKernel, Windows } from './window-function.ts';
import { eachWindow } from './windows.ts';

/** Samples of a window that takes more than a stretch to sort. */
const LONG_WINDOW = STRETCH_STEPS;

export const stdvarOverTime: WindowFunction = (columns, _parameters, windows) =>
  eachWindow(windows, varianceOf(columns));

export const stddevOverTime: WindowFunction = (columns, _parameters, windows) => {
  const variance = varianceOf(columns);
  return eachWindow(windows, (from, to) => Math.sqrt(variance(from, to)));
};

/** Welford's method with both sums compensated, as `CompensatedSum.add` does, with the numbers in registers. */
function varianceOf({ values }: Columns): (from: number, to: number) => number {
  return (from, to) => {
    let mean = 0;
    let meanRest = 0;
    let squares = 0;
    let squaresRest = 0;
    for (let index = from; index < to; index++) {
      const value = values[index]!;
      const distance = value - (mean + meanRest);
      const moved = distance / (index - from + 1);
      const newMean = mean + moved;
      if (newMean === Infinity || newMean === -Infinity) meanRest = 0;
      else if (Math.abs(mean) >= Math.abs(moved)) meanRest += mean - newMean + moved;
      else meanRest += moved - newMean + mean;
      mean = newMean;
      const square = distance * (value - (mean + meanRest));
      const newSquares = squares + square;
      if (newSquares === Infinity || newSquares === -Infinity) squaresRest = 0;
      else if (Math.abs(squares) >= Math.abs(square)) squaresRest += squares - newSquares + square;
      else squaresRest += square - newSquares + squares;
      squares = newSquares;
    }
    return (squares + squaresRest) / (to - from);
  };
}

/** The first scalar argument is the quantile. */
export const quantileOverTime: WindowFunction = ({ values }, { scalars, notes, noteSpan, budget }, windows) => {
  const sorted = new SortedWindow(values);
  let noted: number | undefined;
  return eachSortedWindow(windows, sorted, budget, (step) => {
    const quantile = scalars[0]![step]!;
    if (!(quantile >= 0 && quantile <= 1) && !Object.is(quantile, noted)) {
      notes.warnOfQuantiles(noteSpan, Float64Array.of(quantile));
      noted = quantile;
    }
    return sorted.quantile(quantile);
  });
};

/** The median of the distances from the median; NaN where there is one. */
export const madOverTime: WindowFunction = ({ values }, { budget }, windows) => {
  const sorted = new SortedWindow(values);
  let distances = new Float64Array(16);
  const { from: starts, to: ends } = windows;
  return eachSortedWindow(windows, sorted, budget, (step) => {
    if (sorted.hasNotANumber) return NaN;
    const median = sorted.quantile(0.5);
    const from = starts[step]!;
    const count = ends[step]! - from;
    if (distances.length < count) distances = new Float64Array(2 * count);
    for (let index = 0; index < count; index++) distances[index] = Math.abs(values[from + index]! - median);
    return quantileOf(0.5, distances, count);
  });
};

/** A kernel that computes each window when it is sorted. */
function eachSortedWindow(
  { from, to, present }: Windows,
  sorted: SortedWindow,
  budget: QueryBudget,
  compute: (step: number) => number,
): WindowKernel {
  const computeFrom = (first: number, end: number, results: Float64Array): void | Promise<void> => {
    for (let step = first; step < end; step++) {
      if (present[step] !== FLOAT) continue;
      const moving =
        to[step]! - from[step]! > LONG_WINDOW ? sorted.moveToLong(from[step]!, to[step]!, budget) : undefined;
      if (moving !== undefined) {
        return moving.then(() => {
          results[step] = compute(step);
          return computeFrom(step + 1, end, results);
        });
      }
      sorted.moveTo(from[step]!, to[step]!);
      results[step] = compute(step);
    }
  };
  return computeFrom;
}
