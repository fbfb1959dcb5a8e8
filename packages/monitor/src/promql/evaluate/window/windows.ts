// Windows over the columns of one series. A window is left-open and right-closed, (end - range, end], as in Prometheus
// 3. Its indexes only ever move forward, so a series is walked once whatever the number of steps; a kernel sees
// the indexes and never a copy.

import type { QueryBudget } from '../budget.ts';
import { FLOAT, type Grid, HISTOGRAM, type StepHistograms, timeAt } from '../series.ts';
import type { MixedKernel, MixedWindow, RangeSeries, WindowKernel } from './window-function.ts';

/** Windows end at `endMs` of each step: the step's time less the offset, or a fixed time. */
export interface WindowTimes {
  readonly grid: Grid;
  readonly offsetMs: number;
  readonly rangeMs: number;
  /** How far beyond its edges a window is to see samples (`anchored`, `smoothed`). */
  readonly behindMs?: number;
  readonly aheadMs?: number;
}

const WORK_BETWEEN_CLOCK_READS = 20_000;
/** What a histogram of a window costs, compared with a float. */
const WORK_OF_HISTOGRAM = 50;
const NO_TIMES = new Float64Array(0);

/** Which samples each window has, `from` and `to` (exclusive) by step: the same for all series with the same times. */
export interface WindowIndexes {
  readonly timestampsMs: Float64Array;
  readonly from: Uint32Array;
  readonly to: Uint32Array;
}

/** No sample is in two windows: nothing is worth carrying from one to the next. */
export function haveNothingInCommon({ grid, rangeMs }: Pick<WindowTimes, 'grid' | 'rangeMs'>): boolean {
  return grid.count === 1 || grid.stepMs >= rangeMs;
}

/** `known`: of the series before, whose column of times is often the very same. */
export function windowIndexes(
  timestampsMs: Float64Array,
  { grid, offsetMs, rangeMs }: WindowTimes,
  known?: WindowIndexes,
): WindowIndexes {
  if (known?.timestampsMs === timestampsMs) return known;
  const indexes = { timestampsMs, from: new Uint32Array(grid.count), to: new Uint32Array(grid.count) };
  let from = 0;
  let to = 0;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - offsetMs;
    const startMs = endMs - rangeMs;
    while (to < timestampsMs.length && timestampsMs[to]! <= endMs) to++;
    while (from < to && timestampsMs[from]! <= startMs) from++;
    indexes.from[step] = from;
    indexes.to[step] = to;
  }
  return indexes;
}

/** Fills `values` and `present`; says whether any window had samples enough. */
export async function overWindows(
  indexes: WindowIndexes,
  { grid, rangeMs, offsetMs }: WindowTimes,
  minimumSamples: number,
  kernel: WindowKernel,
  out: { readonly values: Float64Array; readonly present: Uint8Array },
  budget: QueryBudget,
): Promise<boolean> {
  let work = 0;
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const from = indexes.from[step]!;
    const to = indexes.to[step]!;
    work += to - from + 1;
    if (work > WORK_BETWEEN_CLOCK_READS) {
      work = 0;
      if (budget.isDue()) await budget.pause();
    }
    if (to - from < minimumSamples) continue;
    const endMs = timeAt(grid, step) - offsetMs;
    out.values[step] = kernel(from, to, endMs - rangeMs, endMs, step);
    out.present[step] = FLOAT;
    any = true;
  }
  return any;
}

export interface MixedResults {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly histograms: StepHistograms;
}

/** The same of a series with histograms, or of windows that see beyond their edges. */
export async function overMixedWindows(
  series: RangeSeries,
  times: WindowTimes,
  kernel: MixedKernel,
  out: MixedResults,
  budget: QueryBudget,
): Promise<boolean> {
  const { timestampsMs } = series;
  const histogramTimesMs = series.histograms?.timestampsMs ?? NO_TIMES;
  const { grid, behindMs = 0, aheadMs = 0 } = times;
  const window = {
    from: 0,
    to: 0,
    histogramFrom: 0,
    histogramTo: 0,
    startMs: 0,
    endMs: 0,
    step: 0,
  } satisfies MixedWindow;
  let work = 0;
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    window.step = step;
    window.endMs = timeAt(grid, step) - times.offsetMs;
    window.startMs = window.endMs - times.rangeMs;
    const firstMs = window.startMs - behindMs;
    const lastMs = window.endMs + aheadMs;
    window.to = indexAfter(timestampsMs, lastMs, window.to);
    window.from = Math.min(window.to, indexAfter(timestampsMs, firstMs, window.from));
    window.histogramTo = indexAfter(histogramTimesMs, lastMs, window.histogramTo);
    window.histogramFrom = Math.min(window.histogramTo, indexAfter(histogramTimesMs, firstMs, window.histogramFrom));
    const histogramCount = window.histogramTo - window.histogramFrom;
    work += window.to - window.from + 1 + histogramCount * WORK_OF_HISTOGRAM;
    if (work > WORK_BETWEEN_CLOCK_READS) {
      work = 0;
      if (budget.isDue()) await budget.pause();
    }
    if (window.to - window.from + histogramCount === 0) continue;
    any = put(kernel(window), step, out) || any;
  }
  return any;
}

function put(result: ReturnType<MixedKernel>, step: number, out: MixedResults): boolean {
  if (result === undefined) return false;
  if (typeof result === 'number') {
    out.values[step] = result;
    out.present[step] = FLOAT;
  } else {
    out.histograms[step] = result;
    out.present[step] = HISTOGRAM;
  }
  return true;
}

/** The first index from `index` on with a time after `timeMs`. */
export function indexAfter(timestampsMs: Float64Array, timeMs: number, index: number): number {
  while (index < timestampsMs.length && timestampsMs[index]! <= timeMs) index++;
  return index;
}
