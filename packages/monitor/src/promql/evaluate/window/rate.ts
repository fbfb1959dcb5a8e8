// How much a series grew in a window. `rate`, `increase` and `delta` extrapolate from the first and last sample to the
// edges of the window, but never further than half an interval beyond samples that do not come near the edge, and for
// counters never below zero. The order of the floating-point operations is part of the meaning: results are compared
// with Prometheus to the bit. https://prometheus.io/docs/prometheus/latest/querying/functions/#rate

import type { Columns, WindowFunction, WindowKernel } from './window-function.ts';

/** A sample this many average intervals away from the edge counts as near it. */
const NEAR_INTERVALS = 1.1;
const NO_RESETS = new Uint32Array(0);

/** The growth in the window, extrapolated to the whole of it. */
export const delta: WindowFunction = ({ timestampsMs, values }) => {
  return (from, to, startMs, endMs) => {
    const last = to - 1;
    const growth = values[last]! - values[from]!;
    return growth * extrapolation(timestampsMs, from, last, startMs, endMs, Infinity);
  };
};

/** The same of a counter: a fall is a restart from zero. */
export const increase: WindowFunction = (columns) => counterGrowth(columns, 1);

/** Increase a second. */
export const rate: WindowFunction = (columns, { rangeMs }) => counterGrowth(columns, rangeMs / 1000);

function counterGrowth({ timestampsMs, values }: Columns, divisor: number): WindowKernel {
  const resets = resetsOf(values);
  const lost = exactlyLost(values, resets);
  let firstReset = 0;
  let pastReset = 0;
  return (from, to, startMs, endMs) => {
    const last = to - 1;
    let growth = values[last]! - values[from]!;
    while (firstReset < resets.length && resets[firstReset]! <= from) firstReset++;
    if (lost === undefined) {
      for (let index = firstReset; index < resets.length && resets[index]! <= last; index++) {
        growth += values[resets[index]! - 1]!;
      }
    } else {
      while (pastReset < resets.length && resets[pastReset]! <= last) pastReset++;
      if (pastReset > firstReset) growth += lost[pastReset]! - lost[firstReset]!;
    }
    const first = values[from]!;
    const sampledSeconds = (timestampsMs[last]! - timestampsMs[from]!) / 1000;
    const secondsToZero = growth > 0 && first >= 0 ? sampledSeconds * (first / growth) : Infinity;
    return growth * (extrapolation(timestampsMs, from, last, startMs, endMs, secondsToZero) / divisor);
  };
}

/** Between the last two samples of the window, a second. A fall is a restart from zero. */
export const irate: WindowFunction = ({ timestampsMs, values }) => {
  return (_from, to) => {
    const last = values[to - 1]!;
    const previous = values[to - 2]!;
    const growth = last < previous ? last : last - previous;
    return growth / ((timestampsMs[to - 1]! - timestampsMs[to - 2]!) / 1000);
  };
};

/** The difference of the last two samples of the window. */
export const idelta: WindowFunction = ({ values }) => {
  return (_from, to) => values[to - 1]! - values[to - 2]!;
};

/** The factor from the sampled interval to the window. `secondsToZero` before the first sample the counter was zero. */
export function extrapolation(
  timestampsMs: Float64Array,
  from: number,
  last: number,
  startMs: number,
  endMs: number,
  secondsToZero: number,
): number {
  const sampledSeconds = (timestampsMs[last]! - timestampsMs[from]!) / 1000;
  const averageSeconds = sampledSeconds / (last - from);
  const nearSeconds = averageSeconds * NEAR_INTERVALS;
  let toStartSeconds = (timestampsMs[from]! - startMs) / 1000;
  if (toStartSeconds >= nearSeconds) toStartSeconds = averageSeconds / 2;
  if (secondsToZero < toStartSeconds) toStartSeconds = secondsToZero;
  let toEndSeconds = (endMs - timestampsMs[last]!) / 1000;
  if (toEndSeconds >= nearSeconds) toEndSeconds = averageSeconds / 2;
  return (sampledSeconds + toStartSeconds + toEndSeconds) / sampledSeconds;
}

/** Where the counter is lower than just before. */
function resetsOf(values: Float64Array): Uint32Array {
  let count = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! < values[index - 1]!) count++;
  if (count === 0) return NO_RESETS;
  const resets = new Uint32Array(count);
  let to = 0;
  for (let index = 1; index < values.length; index++) if (values[index]! < values[index - 1]!) resets[to++] = index;
  return resets;
}

/**
 * What was lost up to each reset, so that a window with many need not add them up again; undefined unless all values are
 * whole numbers whose sums are exact in any order.
 */
function exactlyLost(values: Float64Array, resets: Uint32Array): Float64Array | undefined {
  if (resets.length === 0) return undefined;
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
