// How much a series grew in a window. `rate`, `increase` and `delta` extrapolate from the first and last sample to the
// edges of the window, but for counters never below zero. The order of the floating-point operations is part of the meaning:
// results are compared with Prometheus to the bit. https://prometheus.io/docs/prometheus/latest/querying/functions/#rate

import { ABSENT } from '../series.ts';
import {
  extrapolationsOf,
  fillExtrapolations,
  NUMBERS_A_WINDOW,
  SAMPLED_SECONDS,
  SCALE,
  TO_END_SECONDS,
  TO_START_SECONDS,
} from './extrapolation.ts';
import type { Columns, WindowFunction, WindowKernel, Windows } from './window-function.ts';
import { eachWindow } from './windows.ts';

const NO_RESETS = new Uint32Array(0);

/** The growth in the window, extrapolated to the whole of it. */
export const delta: WindowFunction = ({ values }, _parameters, windows) => {
  const { from, to, present } = windows;
  const extrapolations = extrapolationsOf(windows, 1);
  const { numbers } = extrapolations;
  return (start, end, results) => {
    fillExtrapolations(extrapolations, windows, end);
    for (let step = start; step < end; step++) {
      if (present[step] === ABSENT) continue;
      const growth = values[to[step]! - 1]! - values[from[step]!]!;
      results[step] = growth * numbers[NUMBERS_A_WINDOW * step + SCALE]!;
    }
  };
};

/** The same of a counter: a fall is a restart from zero. */
export const increase: WindowFunction = (columns, _parameters, windows) => counterGrowth(columns, windows, 1);

/** Increase a second. */
export const rate: WindowFunction = (columns, { rangeMs }, windows) => counterGrowth(columns, windows, rangeMs / 1000);

function counterGrowth({ values }: Columns, windows: Windows, divisor: number): WindowKernel {
  const { from, to, present } = windows;
  const extrapolations = extrapolationsOf(windows, divisor);
  const { numbers } = extrapolations;
  const lostIn = lossOf(values);
  return (start, end, results) => {
    fillExtrapolations(extrapolations, windows, end);
    for (let step = start; step < end; step++) {
      if (present[step] === ABSENT) continue;
      const at = from[step]!;
      const last = to[step]! - 1;
      const first = values[at]!;
      let growth = values[last]! - first;
      if (lostIn !== undefined) growth = lostIn(growth, at, last);
      const place = NUMBERS_A_WINDOW * step;
      let scale = numbers[place + SCALE]!;
      if (growth > 0 && first >= 0) {
        const sampledSeconds = numbers[place + SAMPLED_SECONDS]!;
        const secondsToZero = sampledSeconds * (first / growth);
        if (secondsToZero < numbers[place + TO_START_SECONDS]!) {
          scale = (sampledSeconds + secondsToZero + numbers[place + TO_END_SECONDS]!) / sampledSeconds / divisor;
        }
      }
      results[step] = growth * scale;
    }
  };
}

/** Adds to a growth what the restarts from sample `from` to `last` lost; undefined when there are none. Neither ever goes back. */
function lossOf(values: Float64Array): ((growth: number, from: number, last: number) => number) | undefined {
  const resets = resetsOf(values);
  if (resets.length === 0) return undefined;
  const lost = exactlyLost(values, resets);
  let firstReset = 0;
  let pastReset = 0;
  return (growth, from, last) => {
    while (firstReset < resets.length && resets[firstReset]! <= from) firstReset++;
    if (lost !== undefined) {
      while (pastReset < resets.length && resets[pastReset]! <= last) pastReset++;
      return pastReset > firstReset ? growth + (lost[pastReset]! - lost[firstReset]!) : growth;
    }
    let sum = growth;
    for (let index = firstReset; index < resets.length && resets[index]! <= last; index++) {
      sum += values[resets[index]! - 1]!;
    }
    return sum;
  };
}

/** Between the last two samples of the window, a second. A fall is a restart from zero. */
export const irate: WindowFunction = ({ timestampsMs, values }, _parameters, { to, present }) => {
  return (start, end, results) => {
    for (let step = start; step < end; step++) {
      if (present[step] === ABSENT) continue;
      const at = to[step]! - 1;
      const last = values[at]!;
      const previous = values[at - 1]!;
      const growth = last < previous ? last : last - previous;
      results[step] = growth / ((timestampsMs[at]! - timestampsMs[at - 1]!) / 1000);
    }
  };
};

/** The difference of the last two samples of the window. */
export const idelta: WindowFunction = ({ values }, _parameters, windows) =>
  eachWindow(windows, (_from, to) => values[to - 1]! - values[to - 2]!);

/** Where the counter is lower than just before. */
function resetsOf(values: Float64Array): Uint32Array {
  if (neverFalls(values)) return NO_RESETS;
  let count = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! < values[index - 1]!) count++;
  if (count === 0) return NO_RESETS;
  const resets = new Uint32Array(count);
  let to = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! < values[index - 1]!) resets[to++] = index;
  return resets;
}

/** Four values a turn: most counters are looked through like this and no further. False where there is a NaN. */
function neverFalls(values: Float64Array): boolean {
  const { length } = values;
  let index = 1;
  let before = values[0]!;
  for (; index + 3 < length; index += 4) {
    const first = values[index]!;
    const second = values[index + 1]!;
    const third = values[index + 2]!;
    const fourth = values[index + 3]!;
    if (!(first >= before) || !(second >= first) || !(third >= second) || !(fourth >= third)) return false;
    before = fourth;
  }
  for (; index < length; index++) if (!(values[index]! >= values[index - 1]!)) return false;
  return true;
}

/**
 * What was lost up to each reset, so that a window with many need not add them up again; undefined unless all values are
 * whole numbers whose sums are exact in any order.
 */
function exactlyLost(values: Float64Array, resets: Uint32Array): Float64Array | undefined {
  let greatest = 0;
  for (let index = 0; index < values.length; index++) {
    const value = values[index]!;
    // An infinity less itself is NaN too.
    if (value - Math.floor(value) !== 0) return undefined;
    const magnitude = Math.abs(value);
    if (magnitude > greatest) greatest = magnitude;
  }
  if (greatest * (resets.length + 2) > Number.MAX_SAFE_INTEGER) return undefined;
  const lost = new Float64Array(resets.length + 1);
  for (let index = 0; index < resets.length; index++) lost[index + 1] = lost[index]! + values[resets[index]! - 1]!;
  return lost;
}
