// What an instant selector with `smoothed` sees of a series: at each step the value between the sample before and the one after,
// both within the lookback. Without one after it is that before.
// https://prometheus.io/docs/prometheus/latest/feature_flags/#extended-range-selectors

import type { SeriesSamples } from '../../../storage/interface.ts';
import type { QueryBudget } from '../budget.ts';
import { emptyHistograms, FLOAT, HISTOGRAM, type StepSeries, timeAt } from '../series.ts';
import { histogramEndsUpTo, inStretches, numberEnds } from '../stretches.ts';
import { interpolated, interpolatedHistogram } from './interpolation.ts';
import { histogramColumns, largestBuckets, withoutStaleMarkers } from './usable-samples.ts';
import type { HistogramColumns, WindowParameters, WindowTimes } from './window-function.ts';
import { warnOfMixedSchemas, warnOfMixedTypes } from './window-notes.ts';
import { indexAfter } from './windows.ts';

type Place = Pick<WindowParameters, 'labels' | 'notes' | 'noteSpan'>;

const NO_HISTOGRAMS: HistogramColumns = { timestampsMs: new Float64Array(0), histograms: [] };

/** Undefined when there is no value at any step. */
export async function smoothedAtSteps(
  samples: SeriesSamples,
  times: WindowTimes,
  place: Place,
  budget: QueryBudget,
): Promise<Pick<StepSeries, 'values' | 'present' | 'histograms'> | undefined> {
  const columns = withoutStaleMarkers(samples);
  const histograms = (await histogramColumns(samples.histograms ?? [], budget)) ?? NO_HISTOGRAMS;
  const { grid, aheadMs = 0 } = times;
  const floats = new Neighbours(columns.timestampsMs);
  const ofHistograms = new Neighbours(histograms.timestampsMs);
  const values = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  const found = emptyHistograms(grid.count);
  let any = false;
  let anyHistogram = false;
  const smoothAt = (step: number): void => {
    const timeMs = timeAt(grid, step) - times.offsetMs;
    floats.moveTo(timeMs - times.rangeMs, timeMs, timeMs + aheadMs);
    ofHistograms.moveTo(timeMs - times.rangeMs, timeMs, timeMs + aheadMs);
    if (floats.isAny && ofHistograms.isAny) {
      warnOfMixedTypes(place);
    } else if (floats.before >= 0) {
      const { before, after } = floats;
      values[step] =
        columns.timestampsMs[before] === timeMs || after < 0
          ? columns.values[before]!
          : interpolated(columns, before, timeMs, 'gauge');
      present[step] = FLOAT;
      any = true;
    } else if (ofHistograms.before >= 0) {
      const histogram = histogramBetween(histograms, ofHistograms, timeMs, place);
      if (histogram === undefined) return;
      found[step] = histogram;
      present[step] = HISTOGRAM;
      any = true;
      anyHistogram = true;
    }
  };
  const compute = (from: number, to: number): void => {
    for (let step = from; step < to; step++) smoothAt(step);
  };
  const endOf = histograms === NO_HISTOGRAMS ? numberEnds : histogramEndsUpTo(largestBuckets(samples.histograms ?? []));
  await inStretches(grid.count, budget, compute, endOf);
  if (!any) return undefined;
  return anyHistogram ? { values, present, histograms: found } : { values, present };
}

function histogramBetween(columns: HistogramColumns, { before, after }: Neighbours, timeMs: number, place: Place) {
  const { timestampsMs, histograms } = columns;
  const left = histograms[before]!;
  if (timestampsMs[before] === timeMs) return left;
  // The hint is of two samples that follow each other, and here is none that follows.
  if (after < 0) return left.withHint('unknown');
  const right = histograms[after]!;
  if (left.usesCustomBuckets !== right.usesCustomBuckets) {
    warnOfMixedSchemas(place);
    return undefined;
  }
  const nature = left.hint === 'gauge' && right.hint === 'gauge' ? 'gauge' : 'counter';
  return interpolatedHistogram(columns, before, timeMs, nature, place);
}

/** The samples next to a moment within a window around it: the last up to it, the first after it; -1 where there is none. */
class Neighbours {
  before = -1;
  after = -1;
  isAny = false;
  readonly #timestampsMs: Float64Array;
  #next = 0;

  constructor(timestampsMs: Float64Array) {
    this.#timestampsMs = timestampsMs;
  }

  moveTo(startMs: number, timeMs: number, endMs: number): void {
    const timestampsMs = this.#timestampsMs;
    this.#next = indexAfter(timestampsMs, timeMs, this.#next);
    const before = this.#next - 1;
    this.before = before >= 0 && timestampsMs[before]! > startMs ? before : -1;
    this.after = this.#next < timestampsMs.length && timestampsMs[this.#next]! <= endMs ? this.#next : -1;
    this.isAny = this.before >= 0 || this.after >= 0;
  }
}
