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
  let firstReset = 0;
  return (from, to, startMs, endMs) => {
    const last = to - 1;
    let growth = values[last]! - values[from]!;
    while (firstReset < resets.length && resets[firstReset]! <= from) firstReset++;
    for (let index = firstReset; index < resets.length && resets[index]! <= last; index++) {
      growth += values[resets[index]! - 1]!;
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

/** The factor from the sampled interval to the window. `secondsToZero` before the first sample the counter was zero. */
function extrapolation(
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
