// What an instant selector sees of a series: at each step the latest sample not older than the lookback, unless it is a stale
// marker. The lookback is left-open: a sample exactly that old is too old.

import { bitsOf, isStaleAt } from '../../../model/staleness.ts';
import type { HistogramSample, SeriesSamples } from '../../../storage/interface.ts';
import { FloatHistogram } from '../../histogram/float-histogram.ts';
import { FLOAT, HISTOGRAM, type StepHistograms, type StepSeries, timeAt } from '../series.ts';
import { isStaleHistogram } from './usable-samples.ts';
import type { WindowTimes } from './window-function.ts';

type Result = Pick<StepSeries, 'values' | 'present' | 'histograms'>;

/** Undefined when there is none at any step. */
export function latestAtSteps(samples: SeriesSamples, times: WindowTimes): Result | undefined {
  const { histograms } = samples;
  if (histograms !== undefined && histograms.length > 0) return latestOfBoth(samples, histograms, times);
  const { timestampsMs, values } = samples;
  const { grid, offsetMs, rangeMs } = times;
  const found = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  let bits: Uint32Array | undefined;
  let latest = -1;
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - offsetMs;
    while (latest + 1 < timestampsMs.length && timestampsMs[latest + 1]! <= endMs) latest++;
    if (latest < 0 || timestampsMs[latest]! <= endMs - rangeMs) continue;
    const value = values[latest]!;
    if (Number.isNaN(value) && isStaleAt((bits ??= bitsOf(values)), latest)) continue;
    found[step] = value;
    present[step] = FLOAT;
    any = true;
  }
  return any ? { values: found, present } : undefined;
}

/** The time of the latest sample in place of its value, in seconds. */
export function latestTimesAtSteps(samples: SeriesSamples, times: WindowTimes): Result | undefined {
  const { grid } = times;
  const out = { values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
  const latest = new LatestSample(samples, samples.histograms ?? []);
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - times.offsetMs;
    latest.moveTo(endMs);
    if (latest.timeMs <= endMs - times.rangeMs || latest.isStale()) continue;
    out.values[step] = latest.timeMs / 1000;
    out.present[step] = FLOAT;
    any = true;
  }
  return any ? out : undefined;
}

function latestOfBoth(
  samples: SeriesSamples,
  histograms: readonly HistogramSample[],
  times: WindowTimes,
): Result | undefined {
  const { grid } = times;
  const values = new Float64Array(grid.count);
  const present = new Uint8Array(grid.count);
  const found: StepHistograms = [];
  const latest = new LatestSample(samples, histograms);
  let any = false;
  for (let step = 0; step < grid.count; step++) {
    const endMs = timeAt(grid, step) - times.offsetMs;
    latest.moveTo(endMs);
    if (latest.timeMs <= endMs - times.rangeMs || latest.isStale()) continue;
    any = true;
    const histogram = latest.histogram();
    present[step] = histogram === undefined ? FLOAT : HISTOGRAM;
    if (histogram === undefined) values[step] = latest.value();
    else found[step] = histogram;
  }
  if (!any) return undefined;
  return found.length === 0 ? { values, present } : { values, present, histograms: found };
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
