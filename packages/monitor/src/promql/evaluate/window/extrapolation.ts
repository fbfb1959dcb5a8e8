// From the samples of a window to the whole of it: as `rate`, `increase` and `delta` do, but never further than half an interval
// beyond samples that do not come near the edge. What follows from the times alone is computed once for all series with the
// same times. The order of the floating-point operations is Prometheus'.

import { ABSENT, timeAt } from '../series.ts';
import type { Windows } from './window-function.ts';

/** A sample this many average intervals away from the edge counts as near it. */
const NEAR_INTERVALS = 1.1;

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
  let toStartSeconds = secondsToEdge((timestampsMs[from]! - startMs) / 1000, averageSeconds);
  if (secondsToZero < toStartSeconds) toStartSeconds = secondsToZero;
  const toEndSeconds = secondsToEdge((endMs - timestampsMs[last]!) / 1000, averageSeconds);
  return (sampledSeconds + toStartSeconds + toEndSeconds) / sampledSeconds;
}

/** Numbers of each window in `extrapolationsOf`, and which is where. */
export const NUMBERS_A_WINDOW = 4;
export const SAMPLED_SECONDS = 0;
export const TO_START_SECONDS = 1;
export const TO_END_SECONDS = 2;
/** What growth is multiplied with, unless a counter was zero within the window. */
export const SCALE = 3;

/** The numbers of all windows, of which those up to `filledTo` can be relied on. */
export interface Extrapolations {
  readonly divisor: number;
  readonly numbers: Float64Array;
  filledTo: number;
}

const known = new WeakMap<Windows, Extrapolations>();

/** Without numbers as yet, unless they were asked for before. `divisor`: of what growth is multiplied with. */
export function extrapolationsOf(windows: Windows, divisor: number): Extrapolations {
  const before = known.get(windows);
  if (before?.divisor === divisor) return before;
  const numbers = new Float64Array(NUMBERS_A_WINDOW * windows.times.grid.count);
  const extrapolations = { divisor, numbers, filledTo: 0 };
  known.set(windows, extrapolations);
  return extrapolations;
}

/** Up to the step `end` (exclusive). */
export function fillExtrapolations(extrapolations: Extrapolations, windows: Windows, end: number): void {
  const { divisor, numbers, filledTo } = extrapolations;
  if (end <= filledTo) return;
  fill(windows, divisor, numbers, filledTo, end);
  extrapolations.filledTo = end;
}

function fill(
  { timestampsMs, times, from, to, present }: Windows,
  divisor: number,
  numbers: Float64Array,
  start: number,
  end: number,
): void {
  const { grid, offsetMs, rangeMs } = times;
  for (let step = start; step < end; step++) {
    if (present[step] === ABSENT) continue;
    const first = from[step]!;
    const last = to[step]! - 1;
    const endMs = timeAt(grid, step) - offsetMs;
    const sampledSeconds = (timestampsMs[last]! - timestampsMs[first]!) / 1000;
    const averageSeconds = sampledSeconds / (last - first);
    const toStartSeconds = secondsToEdge((timestampsMs[first]! - (endMs - rangeMs)) / 1000, averageSeconds);
    const toEndSeconds = secondsToEdge((endMs - timestampsMs[last]!) / 1000, averageSeconds);
    const at = NUMBERS_A_WINDOW * step;
    numbers[at + SAMPLED_SECONDS] = sampledSeconds;
    numbers[at + TO_START_SECONDS] = toStartSeconds;
    numbers[at + TO_END_SECONDS] = toEndSeconds;
    numbers[at + SCALE] = (sampledSeconds + toStartSeconds + toEndSeconds) / sampledSeconds / divisor;
  }
}

function secondsToEdge(seconds: number, averageSeconds: number): number {
  return seconds >= averageSeconds * NEAR_INTERVALS ? averageSeconds / 2 : seconds;
}
