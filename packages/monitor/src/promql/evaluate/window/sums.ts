// Sums and averages of windows. Sums are compensated (Neumaier) in the order of the samples, since results are compared with
// Prometheus to the bit. Where all values are whole numbers, so small that no order of adding ever rounds, the compensation is
// always 0: then the sum is carried from window to window.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time

import { CompensatedSum } from '../floats.ts';
import { ABSENT } from '../series.ts';
import type { WindowFunction, WindowParameters } from './window-function.ts';
import { haveNothingInCommon } from './windows.ts';

/** Whole numbers up to here are added without rounding. */
const MAX_EXACT_SUM = Number.MAX_SAFE_INTEGER;

export const sumOverTime: WindowFunction = ({ values }, parameters, { from, to, present }) => {
  const exactSum = carriedSum(values, parameters);
  return (start, end, results) => {
    for (let step = start; step < end; step++) {
      if (present[step] === ABSENT) continue;
      results[step] = exactSum?.(from[step]!, to[step]!) ?? compensatedSum(values, from[step]!, to[step]!);
    }
  };
};

/** The compensated sum divided; once it overflows, the mean carried from value to value instead. */
export const avgOverTime: WindowFunction = ({ values }, parameters, { from, to, present }) => {
  const exactSum = carriedSum(values, parameters);
  return (start, end, results) => {
    for (let step = start; step < end; step++) {
      if (present[step] === ABSENT) continue;
      const exact = exactSum?.(from[step]!, to[step]!);
      const count = to[step]! - from[step]!;
      results[step] = exact === undefined ? compensatedMean(values, from[step]!, to[step]!) : exact / count;
    }
  };
};

/** `CompensatedSum.add`, with the two numbers in registers. */
function compensatedSum(values: Float64Array, from: number, to: number): number {
  let sum = 0;
  let compensation = 0;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    const total = sum + value;
    if (total === Infinity || total === -Infinity) compensation = 0;
    else if (Math.abs(sum) >= Math.abs(value)) compensation += sum - total + value;
    else compensation += value - total + sum;
    sum = total;
  }
  return sum === Infinity || sum === -Infinity ? sum : sum + compensation;
}

function compensatedMean(values: Float64Array, from: number, to: number): number {
  let sum = values[from]!;
  let compensation = 0;
  for (let index = from + 1; index < to; index++) {
    const value = values[index]!;
    const total = sum + value;
    if (total === Infinity || total === -Infinity) {
      const count = index - from;
      return carriedMean(values, from, index, to, sum / count, compensation / count);
    }
    if (Math.abs(sum) >= Math.abs(value)) compensation += sum - total + value;
    else compensation += value - total + sum;
    sum = total;
  }
  const count = to - from;
  return sum / count + compensation / count;
}

/** `mean` and `compensation` are of the values from `from` to `next`. */
function carriedMean(
  values: Float64Array,
  from: number,
  next: number,
  to: number,
  mean: number,
  compensation: number,
): number {
  const carried = new CompensatedSum();
  carried.reset(mean, compensation);
  for (let index = next; index < to; index++) {
    const count = index - from + 1;
    const keep = (count - 1) / count;
    carried.reset(keep * carried.sum, keep * carried.compensation);
    carried.add(values[index]! / count);
  }
  return carried.sum + carried.compensation;
}

/** The sum of a window, from that of the one before; undefined where it would not be exact. Zero is always positive. */
function carriedSum(
  values: Float64Array,
  parameters: WindowParameters,
): ((from: number, to: number) => number | undefined) | undefined {
  if (haveNothingInCommon(parameters)) return undefined;
  const greatest = greatestOfWholeNumbers(values);
  if (greatest === undefined) return undefined;
  const maxCount = greatest === 0 ? values.length : Math.floor(MAX_EXACT_SUM / greatest);
  let summedFrom = 0;
  let summedTo = 0;
  let sum = 0;
  return (from, to) => {
    if (from >= summedTo) {
      summedFrom = from;
      summedTo = from;
      sum = 0;
    }
    while (summedFrom < from) sum -= values[summedFrom++]!;
    if (to - from > maxCount) return undefined;
    while (summedTo < to) sum += values[summedTo++]!;
    return sum;
  };
}

/** The greatest magnitude; undefined unless all values are whole numbers. */
function greatestOfWholeNumbers(values: Float64Array): number | undefined {
  let greatest = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    // An infinity less itself is NaN too.
    if (value - Math.floor(value) !== 0) return undefined;
    const magnitude = Math.abs(value);
    if (magnitude > greatest) greatest = magnitude;
  }
  return greatest > MAX_EXACT_SUM ? undefined : greatest;
}
