// How much native histograms grew in a window that sees beyond its edges (`anchored`, `smoothed`).

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { edgeSamples } from './edges.ts';
import { interpolatedHistogram, type Nature } from './interpolation.ts';
import type { HistogramColumns, MixedWindow, WindowParameters } from './window-function.ts';
import { informOfReconciledBounds, warnOfMixedSchemas, warnOfNoCounter, warnOfNoGauge } from './window-notes.ts';

/** Undefined where there is nothing to compare or where, with a warning, histograms do not go together. */
export function extendedHistogramGrowth(
  columns: HistogramColumns,
  nature: Nature,
  parameters: WindowParameters,
): (window: MixedWindow) => FloatHistogram | undefined {
  const { timestampsMs, histograms } = columns;
  const isSmoothed = parameters.edges === 'smoothed';
  return (window) => {
    const { startMs, endMs, histogramFrom, histogramTo } = window;
    const found = edgeSamples(timestampsMs, histogramFrom, histogramTo, window, parameters.edges);
    if (found === undefined) return undefined;
    const { first, last } = found;
    if (!goTogether(histograms, first, last, nature, parameters)) return undefined;
    const left =
      isSmoothed && timestampsMs[first]! < startMs
        ? interpolatedHistogram(columns, first, startMs, nature, parameters)
        : histograms[first]!;
    if (left === undefined) return undefined;
    const right =
      isSmoothed && last > histogramFrom && timestampsMs[last]! > endMs
        ? interpolatedHistogram(columns, last - 1, endMs, nature, parameters)
        : histograms[last]!;
    if (right === undefined) return undefined;
    if (nature === 'gauge' && !(left.hint === 'gauge' && right.hint === 'gauge')) warnOfNoGauge(parameters);
    const difference = right.minus(left);
    if (difference === undefined) {
      warnOfMixedSchemas(parameters);
      return undefined;
    }
    if (difference.isReconciled) informOfReconciledBounds(parameters, 'subtraction');
    if (nature === 'gauge') return difference.histogram;
    return withLost(difference.histogram, left, right, columns, { first, last, startMs, isSmoothed }, parameters);
  };
}

function goTogether(
  histograms: readonly FloatHistogram[],
  first: number,
  last: number,
  nature: Nature,
  parameters: WindowParameters,
): boolean {
  const custom = histograms[first]!.usesCustomBuckets;
  for (let index = first; index <= last; index++) {
    const histogram = histograms[index]!;
    if (histogram.usesCustomBuckets !== custom) {
      warnOfMixedSchemas(parameters);
      return false;
    }
    if (nature === 'counter' && histogram.hint === 'gauge') warnOfNoCounter(parameters);
  }
  return true;
}

interface Stretch {
  readonly first: number;
  readonly last: number;
  readonly startMs: number;
  readonly isSmoothed: boolean;
}

/** Adds what was there before each restart between the edges. */
function withLost(
  growth: FloatHistogram,
  left: FloatHistogram,
  right: FloatHistogram,
  { timestampsMs, histograms }: HistogramColumns,
  { first, last, startMs, isSmoothed }: Stretch,
  parameters: WindowParameters,
): FloatHistogram | undefined {
  let index = first + 1;
  let previous = left;
  if (isSmoothed && timestampsMs[first]! < startMs && histograms[index]!.isResetSince(histograms[first]!)) {
    // The interpolation of the left edge has taken account of this restart.
    previous = histograms[index]!;
    index++;
  }
  // The last sample is the right edge, or its restart is that of the right edge.
  if (index > last) return growth;
  let lost: FloatHistogram | undefined;
  for (; index <= last; index++) {
    const histogram = index === last ? right : histograms[index]!;
    if (histogram.isResetSince(previous)) {
      lost = lost === undefined ? previous : plus(lost, previous, parameters);
      if (lost === undefined) return undefined;
    }
    previous = histogram;
  }
  return lost === undefined ? growth : plus(growth, lost, parameters);
}

function plus(sum: FloatHistogram, other: FloatHistogram, parameters: WindowParameters): FloatHistogram | undefined {
  const added = sum.plus(other);
  if (added === undefined) warnOfMixedSchemas(parameters);
  else if (added.isReconciled) informOfReconciledBounds(parameters, 'addition');
  return added?.histogram;
}
