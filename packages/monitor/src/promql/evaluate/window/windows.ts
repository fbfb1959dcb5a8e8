// Windows over the columns of one series. A window is left-open and right-closed, (end - range, end], as in Prometheus
// 3. Its indexes only ever move forward, so a series is walked once whatever the number of steps; a kernel sees
// the indexes and never a copy. A kernel owns its loop over the steps: a call a step would cost more than most functions do.

import type { QueryBudget } from '../budget.ts';
import { FLOAT, HISTOGRAM, type StepHistograms, timeAt } from '../series.ts';
import type {
  MixedKernel,
  MixedWindow,
  RangeSeries,
  WindowComputation,
  WindowFunction,
  WindowKernel,
  WindowParameters,
  Windows,
  WindowTimes,
} from './window-function.ts';

const WORK_BETWEEN_CLOCK_READS = 20_000;
/** What a histogram of a window costs, compared with a float. */
const WORK_OF_HISTOGRAM = 50;
const NO_TIMES = new Float64Array(0);

/** No sample is in two windows: nothing is worth carrying from one to the next. */
export function haveNothingInCommon({ grid, rangeMs }: Pick<WindowTimes, 'grid' | 'rangeMs'>): boolean {
  return grid.count === 1 || grid.stepMs >= rangeMs;
}

/** `known`: of the series before, whose column of times is often the very same. */
export function windowsOver(
  timestampsMs: Float64Array,
  times: WindowTimes,
  minimumSamples: number,
  known?: Windows,
): Windows {
  if (known?.timestampsMs === timestampsMs) return known;
  const { grid, offsetMs, rangeMs } = times;
  const { count } = grid;
  const columns = { from: new Int32Array(count), to: new Int32Array(count), present: new Uint8Array(count) };
  const stretchEnds: number[] = [];
  let from = 0;
  let to = 0;
  let work = 0;
  let isAnyPresent = false;
  for (let step = 0; step < count; step++) {
    const endMs = timeAt(grid, step) - offsetMs;
    const startMs = endMs - rangeMs;
    while (to < timestampsMs.length && timestampsMs[to]! <= endMs) to++;
    while (from < to && timestampsMs[from]! <= startMs) from++;
    columns.from[step] = from;
    columns.to[step] = to;
    work += to - from + 1;
    if (work > WORK_BETWEEN_CLOCK_READS) {
      stretchEnds.push(step + 1);
      work = 0;
    }
    if (to - from < minimumSamples) continue;
    columns.present[step] = FLOAT;
    isAnyPresent = true;
  }
  if (stretchEnds.at(-1) !== count) stretchEnds.push(count);
  return { timestampsMs, times, ...columns, isAnyPresent, stretchEnds };
}

/** Fills `values` where windows have samples enough. */
export function overWindows(
  { stretchEnds }: Windows,
  kernel: WindowKernel,
  values: Float64Array,
  budget: QueryBudget,
): void | Promise<void> {
  const [only] = stretchEnds;
  if (stretchEnds.length > 1) return overStretches(stretchEnds, kernel, values, budget);
  kernel(0, only!, values);
}

async function overStretches(
  stretchEnds: readonly number[],
  kernel: WindowKernel,
  values: Float64Array,
  budget: QueryBudget,
): Promise<void> {
  let first = 0;
  for (const end of stretchEnds) {
    kernel(first, end, values);
    first = end;
    if (budget.isDue()) await budget.pause();
  }
}

/** A kernel that computes each window by itself. */
export function eachWindow(windows: Windows, compute: WindowComputation): WindowKernel {
  const { from, to, present } = windows;
  return (first, end, results) => {
    for (let step = first; step < end; step++) {
      if (present[step] === FLOAT) results[step] = compute(from[step]!, to[step]!, step);
    }
  };
}

/** The floats of a series that has histograms too, one window at a time: at least so many samples must be in those asked for. */
export function oneByOne(
  window: WindowFunction,
  series: RangeSeries,
  parameters: WindowParameters,
  minimumSamples: number,
): (step: number) => number {
  const { times } = parameters;
  const kernel = window(series, parameters, windowsOver(series.timestampsMs, times, minimumSamples));
  const results = new Float64Array(times.grid.count);
  return (step) => {
    kernel(step, step + 1, results);
    return results[step]!;
  };
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
