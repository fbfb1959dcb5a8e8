// Samples that came out of order: not after the latest of their series. Each time is kept once; what was there first
// stays. Values and native histograms of a series share one set of times, in which a histogram is its digest.

import type { HistogramSample, TimeRange } from '../../interface.ts';
import { Columns } from '../columns.ts';
import { SortedSamples, type ValueBits } from './sorted-samples.ts';

export class LateSamples {
  readonly #series = new Map<number, SortedSamples>();
  readonly #histograms = new Map<number, Map<number, HistogramSample>>();
  readonly #scratch = new Columns();
  samples = 0;
  minTimeMs = Number.POSITIVE_INFINITY;
  maxTimeMs = Number.NEGATIVE_INFINITY;

  has(slot: number): boolean {
    return this.#series.has(slot);
  }

  /** Keeps the sample unless its time is there. `low` and `high`: its value, or the digest of its histogram. */
  insert(slot: number, timeMs: number, low: number, high: number, histogram?: HistogramSample): void {
    let own = this.#series.get(slot);
    if (own === undefined) this.#series.set(slot, (own = new SortedSamples()));
    if (!own.insert(timeMs, low, high)) return;
    if (histogram !== undefined) this.#addHistogram(slot, histogram);
    this.samples++;
    if (timeMs < this.minTimeMs) this.minTimeMs = timeMs;
    if (timeMs > this.maxTimeMs) this.maxTimeMs = timeMs;
  }

  find(slot: number, timeMs: number): ValueBits | undefined {
    return this.#series.get(slot)?.find(timeMs);
  }

  /** Appends the values in the range to `columns`, in order of time. */
  read(slot: number, range: TimeRange, columns: Columns): void {
    if (range.minTimeMs > this.maxTimeMs || range.maxTimeMs < this.minTimeMs) return;
    const own = this.#series.get(slot);
    if (own === undefined) return;
    const histograms = this.#histograms.get(slot);
    if (histograms === undefined) {
      own.read(range, columns);
      return;
    }
    const all = this.#scratch;
    all.clear();
    own.read(range, all);
    columns.ensure(all.length);
    for (let at = 0; at < all.length; at++) {
      if (histograms.has(all.timesMs[at]!)) continue;
      columns.push(all.timesMs[at]!, all.bits[2 * at]!, all.bits[2 * at + 1]!);
    }
  }

  /** In order of time. */
  histogramsOf(slot: number): readonly HistogramSample[] {
    const histograms = this.#histograms.get(slot);
    if (histograms === undefined) return [];
    return [...histograms.values()].sort((one, other) => one.timestampMs - other.timestampMs);
  }

  #addHistogram(slot: number, histogram: HistogramSample): void {
    let own = this.#histograms.get(slot);
    if (own === undefined) this.#histograms.set(slot, (own = new Map()));
    own.set(histogram.timestampMs, histogram);
  }
}
