// Sums and averages of windows of native histograms. Windows with floats and histograms have no result, but a warning.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../../histogram/sums.ts';
import { histogramEnds, inStretches, whenDone } from '../stretches.ts';
import { avgOverTime, sumOverTime } from './sums.ts';
import type { MixedResult, MixedWindowFunction, WindowFunction, WindowParameters } from './window-function.ts';
import {
  informOfReconciledBounds,
  warnOfCollidingResets,
  warnOfMixedSchemas,
  warnOfMixedTypes,
} from './window-notes.ts';
import { oneByOne } from './windows.ts';

export const mixedSumOverTime = folded(sumOverTime, (first) => new HistogramSum(first));
export const mixedAvgOverTime = folded(avgOverTime, (first) => new HistogramMean(first));

function folded(
  ofFloats: WindowFunction,
  start: (first: FloatHistogram) => HistogramSum | HistogramMean,
): MixedWindowFunction {
  return async (series, parameters) => {
    const floatsAt = await oneByOne(ofFloats, series, parameters, 1);
    const { histograms } = series.histograms!;
    return ({ from, to, histogramFrom, histogramTo, step }) => {
      if (histogramFrom === histogramTo) return floatsAt(step);
      if (from < to) {
        warnOfMixedTypes(parameters);
        return undefined;
      }
      return fold(histograms, histogramFrom, histogramTo, start(histograms[histogramFrom]!), parameters);
    };
  };
}

/** Of a window with many histograms it comes later. */
function fold(
  histograms: readonly FloatHistogram[],
  histogramFrom: number,
  histogramTo: number,
  total: HistogramSum | HistogramMean,
  parameters: WindowParameters,
): MixedResult | Promise<MixedResult> {
  let sawReset = histograms[histogramFrom]!.hint === 'reset';
  let sawNoReset = histograms[histogramFrom]!.hint === 'no-reset';
  let isReconciled = false;
  let isIncompatible = false;
  const add = (from: number, to: number): void => {
    for (let index = Math.max(1, from); index < to && !isIncompatible; index++) {
      const histogram = histograms[histogramFrom + index]!;
      sawReset ||= histogram.hint === 'reset';
      sawNoReset ||= histogram.hint === 'no-reset';
      const added = total.add(histogram);
      if (added === 'incompatible') isIncompatible = true;
      else isReconciled ||= added.isReconciled;
    }
  };
  const count = histogramTo - histogramFrom;
  const stretchEnd = histogramEnds(histograms);
  const endOf = (from: number): number => stretchEnd(histogramFrom + from, histogramTo) - histogramFrom;
  return whenDone(inStretches(count, parameters.budget, add, endOf), () => {
    if (isIncompatible) {
      warnOfMixedSchemas(parameters);
      return undefined;
    }
    if (sawReset && sawNoReset) warnOfCollidingResets(parameters);
    if (isReconciled) informOfReconciledBounds(parameters, 'aggregation');
    return total.result();
  });
}
