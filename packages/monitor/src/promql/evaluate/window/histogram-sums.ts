// Sums and averages of windows of native histograms. Windows with floats and histograms have no result, but a warning.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#aggregation_over_time

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { HistogramMean, HistogramSum } from '../../histogram/sums.ts';
import { avgOverTime, sumOverTime } from './sums.ts';
import type { MixedWindowFunction, WindowFunction, WindowParameters } from './window-function.ts';
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
  return (series, parameters) => {
    const floatsAt = oneByOne(ofFloats, series, parameters, 1);
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

function fold(
  histograms: readonly FloatHistogram[],
  from: number,
  to: number,
  total: HistogramSum | HistogramMean,
  parameters: WindowParameters,
): FloatHistogram | undefined {
  let sawReset = histograms[from]!.hint === 'reset';
  let sawNoReset = histograms[from]!.hint === 'no-reset';
  let isReconciled = false;
  for (let index = from + 1; index < to; index++) {
    const histogram = histograms[index]!;
    sawReset ||= histogram.hint === 'reset';
    sawNoReset ||= histogram.hint === 'no-reset';
    const added = total.add(histogram);
    if (added === 'incompatible') {
      warnOfMixedSchemas(parameters);
      return undefined;
    }
    isReconciled ||= added.isReconciled;
  }
  if (sawReset && sawNoReset) warnOfCollidingResets(parameters);
  if (isReconciled) informOfReconciledBounds(parameters, 'aggregation');
  return total.result();
}
