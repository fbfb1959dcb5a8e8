// What an instant selector sees of a series: at each step the latest sample not older than the lookback, unless it is a stale
// marker. The lookback is left-open: a sample exactly that old is too old.

import { bitsOf, isStaleAt } from '../../../model/staleness.ts';
import type { HistogramSample, SeriesSamples } from '../../../storage/interface.ts';
import { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { emptyHistograms, FLOAT, HISTOGRAM, type StepSeries, timeAt } from '../series.ts';
import { histogramEndsUpTo, inStretches, whenDone } from '../stretches.ts';
import { isStaleHistogram, largestBuckets } from './usable-samples.ts';
import type { WindowTimes } from './window-function.ts';

type Result = Pick<StepSeries, 'values' | 'present' | 'histograms'>;

/** Undefined when there is none at any step. Of long columns it comes later. */
export function latestAtSteps(
  samples: SeriesSamples,
  times: WindowTimes,
  budget: QueryBudget,
): Result | undefined | Promise<Result | undefined> {
  const { histograms } = samples;
  if (histograms !== undefined && histograms.length > 0) return latestOfBoth(samples, histograms, times, budget);
  const { count } = times.grid;
  const found: FoundFloats = {
    values: new Float64Array(count),
    present: new Uint8Array(count),
    latest: -1,
    any: false,
  };
  const computing = inStretches(count, budget, (from, to) => takeLatest(samples, times, found, from, to));
  return whenDone(computing, () => resultOf(found));
}

interface FoundFloats {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  /** The index of the sample that the last step has seen. */
  latest: number;
  any: boolean;
}

function resultOf({ values, present, any }: FoundFloats): Result | undefined {
  return any ? { values, present } : undefined;
}

function takeLatest(
  { timestampsMs, values }: SeriesSamples,
  { grid, offsetMs, rangeMs }: WindowTimes,
  found: FoundFloats,
  from: number,
  to: number,
): void {
  const { values: results, present } = found;
  let bits: Uint32Array | undefined;
  let { latest, any } = found;
  for (let step = from; step < to; step++) {
    const endMs = timeAt(grid, step) - offsetMs;
    while (latest + 1 < timestampsMs.length && timestampsMs[latest + 1]! <= endMs) latest++;
    if (latest < 0 || timestampsMs[latest]! <= endMs - rangeMs) continue;
    const value = values[latest]!;
    if (Number.isNaN(value) && isStaleAt((bits ??= bitsOf(values)), latest)) continue;
    results[step] = value;
    present[step] = FLOAT;
    any = true;
  }
  found.latest = latest;
  found.any = any;
}

/** The time of the latest sample in place of its value, in seconds. */
export async function latestTimesAtSteps(
  samples: SeriesSamples,
  times: WindowTimes,
  budget: QueryBudget,
): Promise<Result | undefined> {
  const { grid } = times;
  const out = { values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
  const latest = new LatestSample(samples, samples.histograms ?? []);
  let any = false;
  const computing = inStretches(grid.count, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      const endMs = timeAt(grid, step) - times.offsetMs;
      latest.moveTo(endMs);
      if (latest.timeMs <= endMs - times.rangeMs || latest.isStale()) continue;
      out.values[step] = latest.timeMs / 1000;
      out.present[step] = FLOAT;
      any = true;
    }
  });
  if (computing !== undefined) await computing;
  return any ? out : undefined;
}

async function latestOfBoth(
  samples: SeriesSamples,
  histograms: readonly HistogramSample[],
  times: WindowTimes,
  budget: QueryBudget,
): Promise<Result | undefined> {
  const { grid } = times;
  const values = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  const found = emptyHistograms(grid.count);
  const latest = new LatestSample(samples, histograms);
  let any = false;
  let anyHistogram = false;
  const take = (from: number, to: number): void => {
    for (let step = from; step < to; step++) {
      const endMs = timeAt(grid, step) - times.offsetMs;
      latest.moveTo(endMs);
      if (latest.timeMs <= endMs - times.rangeMs || latest.isStale()) continue;
      any = true;
      const histogram = latest.histogram();
      present[step] = histogram === undefined ? FLOAT : HISTOGRAM;
      if (histogram === undefined) values[step] = latest.value();
      else {
        found[step] = histogram;
        anyHistogram = true;
      }
    }
  };
  await inStretches(grid.count, budget, take, histogramEndsUpTo(largestBuckets(histograms)));
  if (!any) return undefined;
  return anyHistogram ? { values, present, histograms: found } : { values, present };
}

/** Walks floats and histograms of a series together. */
class LatestSample {
  timeMs = -Infinity;
  readonly #samples: SeriesSamples;
  readonly #bits: Uint32Array;
  readonly #histograms: readonly HistogramSample[];
  #float = -1;
  #histogram = -1;
  #isHistogram = false;
  /** The latest histogram that was asked for, which stays the same for many steps. */
  #converted: { readonly index: number; readonly histogram: FloatHistogram } | undefined;

  constructor(samples: SeriesSamples, histograms: readonly HistogramSample[]) {
    this.#samples = samples;
    this.#bits = bitsOf(samples.values);
    this.#histograms = histograms;
  }

  moveTo(timeMs: number): void {
    const { timestampsMs } = this.#samples;
    const histograms = this.#histograms;
    while (this.#float + 1 < timestampsMs.length && timestampsMs[this.#float + 1]! <= timeMs) this.#float++;
    while (this.#histogram + 1 < histograms.length && histograms[this.#histogram + 1]!.timestampMs <= timeMs) {
      this.#histogram++;
    }
    const floatMs = this.#float < 0 ? -Infinity : timestampsMs[this.#float]!;
    const histogramMs = this.#histogram < 0 ? -Infinity : histograms[this.#histogram]!.timestampMs;
    this.#isHistogram = histogramMs > floatMs;
    this.timeMs = this.#isHistogram ? histogramMs : floatMs;
  }

  isStale(): boolean {
    return this.#isHistogram
      ? isStaleHistogram(this.#histograms[this.#histogram]!)
      : this.#float >= 0 && isStaleAt(this.#bits, this.#float);
  }

  value(): number {
    return this.#samples.values[this.#float]!;
  }

  histogram(): FloatHistogram | undefined {
    if (!this.#isHistogram) return undefined;
    if (this.#converted?.index !== this.#histogram) {
      const { histogram } = this.#histograms[this.#histogram]!;
      this.#converted = { index: this.#histogram, histogram: FloatHistogram.from(histogram) };
    }
    return this.#converted!.histogram;
  }
}
