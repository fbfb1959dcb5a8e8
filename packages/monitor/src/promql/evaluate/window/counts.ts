// Functions that count, and those that pick a sample by its place in the window. Changes and resets are counted once for the
// whole series: what a window has of them is the difference between its last and its first sample.

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { FLOAT } from '../series.ts';
import { bucketsOf, histogramEndsUpTo, inStretches, numberEnds, whenDone } from '../stretches.ts';
import { type MergedSamples, mergedSamples } from './merged-samples.ts';
import type {
  Columns,
  HistogramColumns,
  MixedKernel,
  MixedWindow,
  MixedWindowFunction,
  RangeSeries,
  WindowFunction,
  WindowKernel,
  WindowParameters,
  Windows,
} from './window-function.ts';
import { eachWindow } from './windows.ts';

export const countOverTime: WindowFunction =
  (_columns, _parameters, { from, to }) =>
  (first, end, results) => {
    for (let step = first; step < end; step++) results[step] = to[step]! - from[step]!;
  };

export const mixedCountOverTime: MixedWindowFunction =
  () =>
  ({ from, to, histogramFrom, histogramTo }) =>
    to - from + histogramTo - histogramFrom;

export const presentOverTime: WindowFunction = () => (first, end, results) => {
  results.fill(1, first, end);
};

export const mixedPresentOverTime: MixedWindowFunction = () => () => 1;

export const firstOverTime: WindowFunction = ({ values }, _parameters, windows) =>
  eachWindow(windows, (from) => values[from]!);

export const lastOverTime: WindowFunction =
  ({ values }, _parameters, { to, present }) =>
  (first, end, results) => {
    for (let step = first; step < end; step++) if (present[step] === FLOAT) results[step] = values[to[step]! - 1]!;
  };

export const timeOfFirst: WindowFunction = ({ timestampsMs }, _parameters, windows) =>
  eachWindow(windows, (from) => timestampsMs[from]! / 1000);

export const timeOfLast: WindowFunction = ({ timestampsMs }, _parameters, windows) =>
  eachWindow(windows, (_from, to) => timestampsMs[to - 1]! / 1000);

export const mixedFirstOverTime: MixedWindowFunction = (series) => (window) => {
  const { histograms } = series.histograms!;
  return isFloatFirst(series, window) ? series.values[window.from]! : histograms[window.histogramFrom]!;
};

export const mixedLastOverTime: MixedWindowFunction = (series) => (window) => {
  const { histograms } = series.histograms!;
  return isFloatLast(series, window) ? series.values[window.to - 1]! : histograms[window.histogramTo - 1]!;
};

export const mixedTimeOfFirst: MixedWindowFunction = (series) => (window) => {
  const { timestampsMs } = series.histograms!;
  return (
    (isFloatFirst(series, window) ? series.timestampsMs[window.from]! : timestampsMs[window.histogramFrom]!) / 1000
  );
};

export const mixedTimeOfLast: MixedWindowFunction = (series) => (window) => {
  const { timestampsMs } = series.histograms!;
  return (
    (isFloatLast(series, window) ? series.timestampsMs[window.to - 1]! : timestampsMs[window.histogramTo - 1]!) / 1000
  );
};

function isFloatFirst({ timestampsMs, histograms }: RangeSeries, window: MixedWindow): boolean {
  if (window.from === window.to) return false;
  if (window.histogramFrom === window.histogramTo) return true;
  return timestampsMs[window.from]! < histograms!.timestampsMs[window.histogramFrom]!;
}

function isFloatLast({ timestampsMs, histograms }: RangeSeries, window: MixedWindow): boolean {
  if (window.from === window.to) return false;
  if (window.histogramFrom === window.histogramTo) return true;
  return timestampsMs[window.to - 1]! > histograms!.timestampsMs[window.histogramTo - 1]!;
}

/** Whether a sample differs so from the one before that it counts. */
interface Difference {
  readonly ofFloats: (value: number, previous: number) => boolean;
  readonly ofHistograms: (histogram: FloatHistogram, previous: FloatHistogram) => boolean;
}

const CHANGE: Difference = {
  ofFloats: (value, previous) => value !== previous && !(Number.isNaN(value) && Number.isNaN(previous)),
  ofHistograms: (histogram, previous) => !histogram.equals(previous),
};

const RESET: Difference = {
  ofFloats: (value, previous) => value < previous,
  ofHistograms: (histogram, previous) => histogram.isResetSince(previous),
};

export const changes: WindowFunction = (columns, parameters, windows) =>
  floatDifferences(columns, parameters, windows, CHANGE);

export const resets: WindowFunction = (columns, parameters, windows) =>
  floatDifferences(columns, parameters, windows, RESET);

export const mixedChanges: MixedWindowFunction = (series, parameters) => mixedDifferences(series, parameters, CHANGE);

export const mixedResets: MixedWindowFunction = (series, parameters) => mixedDifferences(series, parameters, RESET);

/** With `anchored` the last sample up to the start of the window is the one that the first of the window is compared with. */
export const anchoredChanges: MixedWindowFunction = (series, parameters) => anchored(series, parameters, CHANGE);

export const anchoredResets: MixedWindowFunction = (series, parameters) => anchored(series, parameters, RESET);

function floatDifferences(
  { values }: Columns,
  { budget }: WindowParameters,
  windows: Windows,
  { ofFloats }: Difference,
): WindowKernel | Promise<WindowKernel> {
  const until = new Uint32Array(values.length);
  const computing = inStretches(values.length, budget, (from, to) => {
    for (let index = Math.max(1, from); index < to; index++) {
      until[index] = until[index - 1]! + (ofFloats(values[index]!, values[index - 1]!) ? 1 : 0);
    }
  });
  return whenDone(computing, () => eachWindow(windows, (from, to) => until[to - 1]! - until[from]!));
}

async function mixedDifferences(
  series: RangeSeries,
  { budget }: WindowParameters,
  difference: Difference,
): Promise<MixedKernel> {
  const until = await differencesUntil(series, mergedSamples(series), difference, budget);
  return ({ from, to, histogramFrom, histogramTo }) => until[to + histogramTo - 1]! - until[from + histogramFrom]!;
}

async function anchored(
  series: RangeSeries,
  { budget }: WindowParameters,
  difference: Difference,
): Promise<MixedKernel> {
  const merged = mergedSamples(series);
  const until = await differencesUntil(series, merged, difference, budget);
  const { timestampsMs } = merged;
  return ({ from, to, histogramFrom, histogramTo, startMs }) => {
    const last = to + histogramTo - 1;
    if (timestampsMs[last]! <= startMs) return undefined;
    let first = from + histogramFrom;
    while (timestampsMs[first + 1]! <= startMs) first++;
    return until[last]! - until[first]!;
  };
}

/** Over floats and histograms in order of time; from one kind to the other is a difference. */
async function differencesUntil(
  { values, histograms: columns }: RangeSeries,
  { histogramAt, floatAt }: MergedSamples,
  { ofFloats, ofHistograms }: Difference,
  budget: QueryBudget,
): Promise<Uint32Array> {
  const histograms: HistogramColumns['histograms'] = columns?.histograms ?? [];
  const until = new Uint32Array(floatAt.length);
  const isDifferentAt = (index: number): boolean => {
    const now = histogramAt[index]!;
    const before = histogramAt[index - 1]!;
    if (now >= 0 && before >= 0) return ofHistograms(histograms[now]!, histograms[before]!);
    return now >= 0 || before >= 0 || ofFloats(values[floatAt[index]!]!, values[floatAt[index - 1]!]!);
  };
  const compute = (from: number, to: number): void => {
    for (let index = Math.max(1, from); index < to; index++) {
      until[index] = until[index - 1]! + (isDifferentAt(index) ? 1 : 0);
    }
  };
  const largestBuckets = histograms.reduce((most, one) => Math.max(most, bucketsOf(one)), 0);
  const endOf = columns === undefined ? numberEnds : histogramEndsUpTo(largestBuckets);
  await inStretches(until.length, budget, compute, endOf);
  return until;
}
