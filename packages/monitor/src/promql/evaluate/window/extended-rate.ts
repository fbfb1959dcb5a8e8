// `rate`, `increase` and `delta` of windows that see beyond their edges. `anchored`: the last sample up to the start of the window
// is taken as if it were there. `smoothed`: the values at both edges are interpolated. Nothing is extrapolated.
// https://prometheus.io/docs/prometheus/latest/feature_flags/#extended-range-selectors

import { edgeSamples, edgeValues } from './edges.ts';
import { extendedHistogramGrowth } from './extended-histogram-rate.ts';
import type { Nature } from './interpolation.ts';
import type { Columns, MixedWindow, MixedWindowFunction, WindowParameters } from './window-function.ts';
import { warnOfMixedTypes } from './window-notes.ts';

export const extendedRate = extended('counter', ({ rangeMs }) => rangeMs / 1000);
export const extendedIncrease = extended('counter');
export const extendedDelta = extended('gauge');

function extended(nature: Nature, divisorOf?: (parameters: WindowParameters) => number): MixedWindowFunction {
  return (series, parameters) => {
    const divisor = divisorOf?.(parameters);
    const histogramGrowth =
      series.histograms === undefined ? undefined : extendedHistogramGrowth(series.histograms, nature, parameters);
    return (window) => {
      if (window.histogramFrom < window.histogramTo) {
        if (window.from < window.to) {
          warnOfMixedTypes(parameters);
          return undefined;
        }
        const grown = histogramGrowth!(window);
        return (divisor === undefined ? grown : grown?.dividedBy(divisor))?.withHint('gauge').compacted();
      }
      const grown = extendedGrowth(series, window, parameters.edges, nature);
      return grown === undefined || divisor === undefined ? grown : grown / divisor;
    };
  };
}

function extendedGrowth(
  columns: Columns,
  window: MixedWindow,
  edges: WindowParameters['edges'],
  nature: Nature,
): number | undefined {
  const { timestampsMs, values } = columns;
  const { startMs, endMs } = window;
  const found = edgeSamples(timestampsMs, window.from, window.to, window, edges);
  if (found === undefined) return undefined;
  let { first, last } = found;
  const { left, right } = edgeValues(columns, window, found, edges, nature);
  const growth = right - left;
  if (nature === 'gauge') return growth;
  if (timestampsMs[first]! <= startMs) first++;
  if (timestampsMs[last]! >= endMs) last--;
  let lost = 0;
  let previous = left;
  for (let index = first; index <= last; index++) {
    if (values[index]! < previous) lost += previous;
    previous = values[index]!;
  }
  if (right < previous) lost += previous;
  return growth + lost;
}
