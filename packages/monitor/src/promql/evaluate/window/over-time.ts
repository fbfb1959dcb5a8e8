// Functions over all values of a window. Sums are compensated and the order of operations is Prometheus 3's, since
// results are compared to the bit. https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time

import { CompensatedSum, quantileOf } from '../floats.ts';
import type { Columns, WindowFunction, WindowKernel } from './window-function.ts';

export const countOverTime: WindowFunction = () => (from, to) => to - from;

export const presentOverTime: WindowFunction = () => () => 1;

export const lastOverTime: WindowFunction =
  ({ values }) =>
  (_from, to) =>
    values[to - 1]!;

export const minOverTime: WindowFunction = ({ values }) => {
  return (from, to) => {
    let least = values[from]!;
    for (let index = from + 1; index < to; index++) {
      if (values[index]! < least || Number.isNaN(least)) least = values[index]!;
    }
    return least;
  };
};

export const maxOverTime: WindowFunction = ({ values }) => {
  return (from, to) => {
    let greatest = values[from]!;
    for (let index = from + 1; index < to; index++) {
      if (values[index]! > greatest || Number.isNaN(greatest)) greatest = values[index]!;
    }
    return greatest;
  };
};

export const sumOverTime: WindowFunction = ({ values }) => {
  const total = new CompensatedSum();
  return (from, to) => {
    total.reset(0, 0);
    for (let index = from; index < to; index++) total.add(values[index]!);
    return Number.isFinite(total.sum) ? total.sum + total.compensation : total.sum;
  };
};

/** Sum by count; where the sum overflows, the mean is carried on from value to value instead. */
export const avgOverTime: WindowFunction = ({ values }) => {
  const total = new CompensatedSum();
  return (from, to) => {
    total.reset(values[from]!, 0);
    for (let index = from + 1; index < to; index++) {
      const { sum, compensation } = total;
      total.add(values[index]!);
      if (Math.abs(total.sum) !== Infinity) continue;
      const count = index - from;
      total.reset(sum / count, compensation / count);
      return carriedMean(values, from, index, to, total);
    }
    const count = to - from;
    return total.sum / count + total.compensation / count;
  };
};

function carriedMean(values: Float64Array, from: number, next: number, to: number, mean: CompensatedSum): number {
  for (let index = next; index < to; index++) {
    const count = index - from + 1;
    const keep = (count - 1) / count;
    mean.reset(keep * mean.sum, keep * mean.compensation);
    mean.add(values[index]! / count);
  }
  return mean.sum + mean.compensation;
}

export const stdvarOverTime: WindowFunction = (columns) => varianceKernel(columns);

export const stddevOverTime: WindowFunction = (columns) => {
  const variance = varianceKernel(columns);
  return (...window) => Math.sqrt(variance(...window));
};

/** Welford's method with both sums compensated. */
function varianceKernel({ values }: Columns): WindowKernel {
  const mean = new CompensatedSum();
  const squares = new CompensatedSum();
  return (from, to) => {
    mean.reset(0, 0);
    squares.reset(0, 0);
    for (let index = from; index < to; index++) {
      const value = values[index]!;
      const distance = value - (mean.sum + mean.compensation);
      mean.add(distance / (index - from + 1));
      squares.add(distance * (value - (mean.sum + mean.compensation)));
    }
    return (squares.sum + squares.compensation) / (to - from);
  };
}

/** The first scalar argument is the quantile. */
export const quantileOverTime: WindowFunction = ({ values }, { scalars }) => {
  let scratch = new Float64Array(16);
  return (from, to, _startMs, _endMs, step) => {
    const count = to - from;
    if (scratch.length < count) scratch = new Float64Array(2 * count);
    scratch.set(values.subarray(from, to));
    return quantileOf(scalars[0]![step]!, scratch, count);
  };
};
