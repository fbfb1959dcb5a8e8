// The least and greatest value of a window, and when it was. Of a series only those samples are kept that are better than all
// after them (a monotonic queue), so each sample is looked at once whatever the steps. NaN counts only where there is
// nothing else. Of equal values the first is the result, and for the times the last, as in Prometheus.

import type { Columns, WindowFunction, WindowKernel, WindowParameters } from './window-function.ts';
import { haveNothingInCommon } from './windows.ts';

export const minOverTime: WindowFunction = ({ values }, parameters) => {
  const bestOf = bestOfEqual(values, 'least', parameters);
  return (from, to) => {
    const best = bestOf(from, to);
    return best < 0 ? NaN : values[best]!;
  };
};

export const maxOverTime: WindowFunction = ({ values }, parameters) => {
  const bestOf = bestOfEqual(values, 'greatest', parameters);
  return (from, to) => {
    const best = bestOf(from, to);
    return best < 0 ? NaN : values[best]!;
  };
};

export const timeOfMin: WindowFunction = (columns) => timeOfBest(columns, 'least');

export const timeOfMax: WindowFunction = (columns) => timeOfBest(columns, 'greatest');

/** In seconds; of the last sample when all are NaN. */
function timeOfBest({ timestampsMs, values }: Columns, wanted: 'least' | 'greatest'): WindowKernel {
  const bestOf = queueOf(values, wanted, 'last');
  return (from, to) => {
    const best = bestOf(from, to);
    return timestampsMs[best < 0 ? to - 1 : best]! / 1000;
  };
}

/** The index of the best value of a window; -1 when all are NaN. */
type BestOf = (from: number, to: number) => number;

function bestOfEqual(values: Float64Array, wanted: 'least' | 'greatest', parameters: WindowParameters): BestOf {
  return haveNothingInCommon(parameters) ? scanOf(values, wanted) : queueOf(values, wanted, 'first');
}

function scanOf(values: Float64Array, wanted: 'least' | 'greatest'): BestOf {
  const sign = wanted === 'least' ? 1 : -1;
  return (from, to) => {
    let best = -1;
    let bestValue = Infinity;
    for (let index = from; index < to; index++) {
      const value = sign * values[index]!;
      if (value < bestValue || (best === -1 && value === Infinity)) {
        best = index;
        bestValue = value;
      }
    }
    return best;
  };
}

/** `ofEqual`: which of equal values. */
function queueOf(values: Float64Array, wanted: 'least' | 'greatest', ofEqual: 'first' | 'last'): BestOf {
  const sign = wanted === 'least' ? 1 : -1;
  const keepsEqual = ofEqual === 'first';
  const queue = new Uint32Array(values.length);
  let head = 0;
  let tail = 0;
  let next = 0;
  return (from, to) => {
    if (next < from) next = from;
    while (head < tail && queue[head]! < from) head++;
    for (; next < to; next++) {
      const value = sign * values[next]!;
      if (Number.isNaN(value)) continue;
      while (head < tail) {
        const last = sign * values[queue[tail - 1]!]!;
        if (last < value || (keepsEqual && last === value)) break;
        tail--;
      }
      queue[tail++] = next;
    }
    return head < tail ? queue[head]! : -1;
  };
}
