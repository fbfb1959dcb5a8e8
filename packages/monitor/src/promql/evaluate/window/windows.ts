// Windows over the columns of one series. A window is left-open and right-closed, (end - range, end], as in Prometheus
// 3. Its indexes only ever move forward, so a series is walked once whatever the number of steps; a kernel sees
// the indexes and never a copy. A kernel owns its loop over the steps: a call a step would cost more than most functions do.

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { FLOAT, HISTOGRAM, type StepHistograms, timeAt } from '../series.ts';
import { bucketsOf, inStretches, STRETCH_STEPS, whenDone } from '../stretches.ts';
import type {
  MixedKernel,
  MixedResult,
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
/** What a histogram of a window costs beside its buckets, compared with a float. */
const WORK_OF_HISTOGRAM = 50;
const NO_TIMES = new Float64Array(0);

/** No sample is in two windows: nothing is worth carrying from one to the next. */
export function haveNothingInCommon({ grid, rangeMs }: Pick<WindowTimes, 'grid' | 'rangeMs'>): boolean {
  return grid.count === 1 || grid.stepMs >= rangeMs;
}

/** `known`: of the series before, whose column of times is often the very same. Of many steps they come later. */
export function windowsOver(
  timestampsMs: Float64Array,
  times: WindowTimes,
  minimumSamples: number,
  budget: QueryBudget,
  known?: Windows,
): Windows | Promise<Windows> {
  if (known?.timestampsMs === timestampsMs) return known;
  const { count } = times.grid;
  const endMs = times.grid.startMs - times.offsetMs;
  // The first window may have millions of samples.
  const isLong = timestampsMs.length > STRETCH_STEPS;
  const making: WindowsMaking = {
    timestampsMs,
    times,
    from: new Int32Array(count),
    to: new Int32Array(count),
    present: new Uint8Array(count),
    isAnyPresent: false,
    stretchEnds: [],
    nextFrom: isLong ? halvedIndexAfter(timestampsMs, endMs - times.rangeMs) : 0,
    nextTo: isLong ? halvedIndexAfter(timestampsMs, endMs) : 0,
    work: 0,
  };
  if (count <= STRETCH_STEPS) {
    takeWindows(making, minimumSamples, 0, count);
    return finished(making);
  }
  const computing = inStretches(count, budget, (from, to) => takeWindows(making, minimumSamples, from, to));
  return whenDone(computing, () => finished(making));
}

interface WindowsMaking extends Windows {
  isAnyPresent: boolean;
  readonly stretchEnds: number[];
  /** Where the next window begins to look for its edges. */
  nextFrom: number;
  nextTo: number;
  /** Since the last end of a stretch. */
  work: number;
}

function takeWindows(making: WindowsMaking, minimumSamples: number, first: number, end: number): void {
  const { timestampsMs, times, stretchEnds } = making;
  const { grid, offsetMs, rangeMs } = times;
  let { nextFrom: from, nextTo: to, work, isAnyPresent } = making;
  for (let step = first; step < end; step++) {
    const endMs = timeAt(grid, step) - offsetMs;
    const startMs = endMs - rangeMs;
    while (to < timestampsMs.length && timestampsMs[to]! <= endMs) to++;
    while (from < to && timestampsMs[from]! <= startMs) from++;
    making.from[step] = from;
    making.to[step] = to;
    work += to - from + 1;
    if (work > WORK_BETWEEN_CLOCK_READS) {
      stretchEnds.push(step + 1);
      work = 0;
    }
    if (to - from < minimumSamples) continue;
    making.present[step] = FLOAT;
    isAnyPresent = true;
  }
  making.nextFrom = from;
  making.nextTo = to;
  making.work = work;
  making.isAnyPresent = isAnyPresent;
}

function finished(making: WindowsMaking): Windows {
  const { times, stretchEnds } = making;
  if (stretchEnds.at(-1) !== times.grid.count) stretchEnds.push(times.grid.count);
  return making;
}

/** The first index with a time after `timeMs`. */
function halvedIndexAfter(timestampsMs: Float64Array, timeMs: number): number {
  let low = 0;
  let high = timestampsMs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timestampsMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
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
  return kernel(0, only!, values);
}

async function overStretches(
  stretchEnds: readonly number[],
  kernel: WindowKernel,
  values: Float64Array,
  budget: QueryBudget,
): Promise<void> {
  let first = 0;
  for (const end of stretchEnds) {
    const computing = kernel(first, end, values);
    if (computing !== undefined) await computing;
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
export async function oneByOne(
  window: WindowFunction,
  series: RangeSeries,
  parameters: WindowParameters,
  minimumSamples: number,
): Promise<(step: number) => number | Promise<number>> {
  const { times, budget } = parameters;
  const kernel = await window(
    series,
    parameters,
    await windowsOver(series.timestampsMs, times, minimumSamples, budget),
  );
  const results = new Float64Array(times.grid.count);
  return (step) => {
    const computing = kernel(step, step + 1, results);
    return computing === undefined ? results[step]! : computing.then(() => results[step]!);
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
  const histograms = series.histograms?.histograms;
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
    work += window.to - window.from + 1 + histogramCount * workOf(histograms?.[window.histogramTo - 1]);
    if (work > WORK_BETWEEN_CLOCK_READS) {
      work = 0;
      if (budget.isDue()) await budget.pause();
    }
    if (window.to - window.from + histogramCount === 0) continue;
    const computing = kernel(window);
    any = put(computing instanceof Promise ? await computing : computing, step, out) || any;
  }
  return any;
}

/** All of a window are taken to be as large as its last. */
function workOf(last: FloatHistogram | undefined): number {
  return WORK_OF_HISTOGRAM + bucketsOf(last);
}

function put(result: MixedResult, step: number, out: MixedResults): boolean {
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
