// How much native histograms grew in a window: `rate`, `increase`, `delta`, and between the last two samples `irate`, `idelta`.
// Windows with floats and histograms have no result, but a warning.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#rate

import { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { histogramEnds, inStretches } from '../stretches.ts';
import { extrapolation } from './extrapolation.ts';
import { delta, idelta, increase, irate, rate } from './rate.ts';
import type {
  MixedWindow,
  MixedWindowFunction,
  RangeSeries,
  WindowFunction,
  WindowParameters,
} from './window-function.ts';
import {
  informOfReconciledBounds,
  warnOfMixedSchemas,
  warnOfMixedTypes,
  warnOfNoCounter,
  warnOfNoGauge,
} from './window-notes.ts';
import { oneByOne } from './windows.ts';

/** A counter's fall is a restart from zero; a gauge may fall. */
type Nature = 'counter' | 'gauge';

export const mixedRate = extrapolated(rate, 'counter', ({ rangeMs }) => rangeMs / 1000);
export const mixedIncrease = extrapolated(increase, 'counter', () => 1);
export const mixedDelta = extrapolated(delta, 'gauge', () => 1);
export const mixedIrate = betweenLastTwo(irate, 'counter');
export const mixedIdelta = betweenLastTwo(idelta, 'gauge');

function extrapolated(
  ofFloats: WindowFunction,
  nature: Nature,
  divisorOf: (parameters: WindowParameters) => number,
): MixedWindowFunction {
  return async (series, parameters) => {
    const floatsAt = await oneByOne(ofFloats, series, parameters, 2);
    const growth = await growthOf(series, nature, parameters);
    const divisor = divisorOf(parameters);
    const { timestampsMs, histograms } = series.histograms!;
    return ({ from, to, histogramFrom, histogramTo, startMs, endMs, step }) => {
      if (histogramFrom === histogramTo) return to - from < 2 ? undefined : floatsAt(step);
      if (from < to) {
        warnOfMixedTypes(parameters);
        return undefined;
      }
      if (histogramTo - histogramFrom < 2) return undefined;
      const grown = growth(histogramFrom, histogramTo);
      if (grown === undefined) return undefined;
      const last = histogramTo - 1;
      const first = histograms[histogramFrom]!;
      const sampledSeconds = (timestampsMs[last]! - timestampsMs[histogramFrom]!) / 1000;
      const hasZero = nature === 'counter' && grown.count > 0 && first.count >= 0;
      const secondsToZero = hasZero ? sampledSeconds * (first.count / grown.count) : Infinity;
      const factor = extrapolation(timestampsMs, histogramFrom, last, startMs, endMs, secondsToZero);
      return grown.times(factor / divisor);
    };
  };
}

/** From the first to the last histogram of a window of two or more; undefined, with a warning, where they do not go together. */
async function growthOf(
  { histograms: columns }: RangeSeries,
  nature: Nature,
  parameters: WindowParameters,
): Promise<(from: number, to: number) => FloatHistogram | undefined> {
  const { histograms } = columns!;
  const isReset = await resetsOf(histograms, parameters.budget);
  return (from, to) => {
    const last = histograms[to - 1]!;
    const second = histograms[from + 1]!;
    const restarts = nature === 'counter' && isReset[from + 1] === 1;
    // What a first histogram that belongs to an earlier life looks like does not matter.
    const first = restarts ? FloatHistogram.empty(second) : histograms[from]!;
    let isGauge = nature === 'counter' && (histograms[from]!.hint === 'gauge' || last.hint === 'gauge');
    const custom = restarts ? second.usesCustomBuckets : first.usesCustomBuckets;
    if (last.usesCustomBuckets !== custom) {
      if (isGauge) warnOfNoCounter(parameters);
      warnOfMixedSchemas(parameters);
      return undefined;
    }
    let schema = Math.min(last.schema, first.schema);
    if (nature === 'counter') {
      for (let index = from + 1; index < to - 1; index++) {
        const histogram = histograms[index]!;
        isGauge ||= histogram.hint === 'gauge';
        schema = Math.min(schema, histogram.schema);
        if (histogram.usesCustomBuckets === custom) continue;
        warnOfMixedSchemas(parameters);
        return undefined;
      }
    }
    const grown = withLost(histograms, from, to, first, last.toSchema(schema), nature, isReset, parameters);
    if (grown === undefined) return undefined;
    if (isGauge) warnOfNoCounter(parameters);
    if (nature === 'gauge' && (first.hint !== 'gauge' || last.hint !== 'gauge')) warnOfNoGauge(parameters);
    return grown.withHint('gauge').compacted();
  };
}

/** The last less the first, and of a counter what was there before each of its restarts. */
function withLost(
  histograms: readonly FloatHistogram[],
  from: number,
  to: number,
  first: FloatHistogram,
  last: FloatHistogram,
  nature: Nature,
  isReset: Uint8Array,
  parameters: WindowParameters,
): FloatHistogram | undefined {
  const difference = last.minus(first);
  if (difference === undefined) {
    warnOfMixedSchemas(parameters);
    return undefined;
  }
  let grown = difference.histogram;
  let addsReconciled = false;
  if (nature === 'counter') {
    let previous = first;
    for (let index = from + 1; index < to; index++) {
      const histogram = histograms[index]!;
      const restarts = previous === histograms[index - 1] ? isReset[index] === 1 : histogram.isResetSince(previous);
      if (restarts) {
        const sum = grown.plus(previous);
        if (sum === undefined) {
          warnOfMixedSchemas(parameters);
          return undefined;
        }
        addsReconciled ||= sum.isReconciled;
        grown = sum.histogram;
      }
      previous = histogram;
    }
  }
  if (difference.isReconciled) informOfReconciledBounds(parameters, 'subtraction');
  if (addsReconciled) informOfReconciledBounds(parameters, 'addition');
  return grown;
}

/** 1 where a histogram is the first after a restart. */
async function resetsOf(histograms: readonly FloatHistogram[], budget: QueryBudget): Promise<Uint8Array> {
  const resets = new Uint8Array(histograms.length);
  const compute = (from: number, to: number): void => {
    for (let index = Math.max(1, from); index < to; index++) {
      if (histograms[index]!.isResetSince(histograms[index - 1]!)) resets[index] = 1;
    }
  };
  await inStretches(histograms.length, budget, compute, histogramEnds(histograms));
  return resets;
}

function betweenLastTwo(ofFloats: WindowFunction, nature: Nature): MixedWindowFunction {
  return async (series, parameters) => {
    const floatsAt = await oneByOne(ofFloats, series, parameters, 2);
    return (window) => {
      const { from, to, histogramFrom, histogramTo, step } = window;
      if (to - from + histogramTo - histogramFrom < 2) return undefined;
      const ofLastTwo = histogramsOfLastTwo(series, window);
      if (ofLastTwo === 0) return floatsAt(step);
      if (ofLastTwo === 2) return histogramDifference(series, histogramTo - 1, nature, parameters);
      warnOfMixedTypes(parameters);
      return undefined;
    };
  };
}

/** How many of the last two samples of a window are histograms. */
function histogramsOfLastTwo({ timestampsMs, histograms }: RangeSeries, window: MixedWindow): number {
  let [float, histogram] = [window.to - 1, window.histogramTo - 1];
  let count = 0;
  for (let taken = 0; taken < 2; taken++) {
    const isHistogram =
      histogram >= window.histogramFrom &&
      (float < window.from || histograms!.timestampsMs[histogram]! > timestampsMs[float]!);
    if (isHistogram) {
      histogram--;
      count++;
    } else float--;
  }
  return count;
}

function histogramDifference(
  { histograms: columns }: RangeSeries,
  at: number,
  nature: Nature,
  parameters: WindowParameters,
): FloatHistogram | undefined {
  const { timestampsMs, histograms } = columns!;
  const [last, previous] = [histograms[at]!, histograms[at - 1]!];
  const [isLastGauge, isPreviousGauge] = [last.hint === 'gauge', previous.hint === 'gauge'];
  if (nature === 'counter' && (isLastGauge || isPreviousGauge)) warnOfNoCounter(parameters);
  if (nature === 'gauge' && !(isLastGauge && isPreviousGauge)) warnOfNoGauge(parameters);
  let grown = last;
  if (nature === 'gauge' || !last.isResetSince(previous)) {
    const difference = last.minus(previous);
    if (difference === undefined) {
      warnOfMixedSchemas(parameters);
      return undefined;
    }
    if (difference.isReconciled) informOfReconciledBounds(parameters, 'subtraction');
    grown = difference.histogram;
  }
  const result = grown.withHint('gauge').compacted();
  return nature === 'gauge' ? result : result.dividedBy((timestampsMs[at]! - timestampsMs[at - 1]!) / 1000);
}
