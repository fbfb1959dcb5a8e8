// Puts together the samples of one series from several parts, each in order of time: chunks and heads. Where two parts
// have the same time the part that was stored first stays, whatever the kind of the sample. Mostly the parts follow each
// other in time, and then nothing is sorted.

import type { HistogramSample } from '../interface.ts';
import { Columns } from './columns.ts';

export class Gathered {
  /** A part appends its values here and calls `endPart`. */
  readonly columns = new Columns();
  #histograms: HistogramSample[] = [];
  /** The number of the part that each histogram came with. */
  #histogramParts: number[] = [];
  /** Where in the columns each part ended, and when it was stored. */
  #partEnds: number[] = [];
  #partAges: number[] = [];
  #isInOrder = true;
  #latestMs = Number.NEGATIVE_INFINITY;

  clear(): void {
    this.columns.clear();
    this.#histograms = [];
    this.#histogramParts = [];
    this.#partEnds = [];
    this.#partAges = [];
    this.#isInOrder = true;
    this.#latestMs = Number.NEGATIVE_INFINITY;
  }

  get isEmpty(): boolean {
    return this.columns.length === 0 && this.#histograms.length === 0;
  }

  /**
   * Ends a part: what was appended to the columns since the last one, and these histograms, both in order of time. Of
   * two parts with the same time, the one with the smaller `storedAt` stays.
   */
  endPart(storedAt: number, histograms: readonly HistogramSample[] = []): void {
    const { timesMs, length } = this.columns;
    const start = this.#partEnds.at(-1) ?? 0;
    let firstMs = histograms[0]?.timestampMs ?? Number.POSITIVE_INFINITY;
    let lastMs = histograms.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY;
    if (length > start) {
      firstMs = Math.min(firstMs, timesMs[start]!);
      lastMs = Math.max(lastMs, timesMs[length - 1]!);
    }
    if (firstMs <= this.#latestMs) this.#isInOrder = false;
    this.#latestMs = Math.max(this.#latestMs, lastMs);
    for (const histogram of histograms) {
      this.#histogramParts.push(this.#partEnds.length);
      this.#histograms.push(histogram);
    }
    this.#partEnds.push(length);
    this.#partAges.push(storedAt);
  }

  /** Leaves each time once, in order; the columns and the result are valid until `clear`. */
  finish(): readonly HistogramSample[] {
    if (!this.#isInOrder) this.#sort();
    return this.#histograms;
  }

  #sort(): void {
    const { columns } = this;
    const values = columns.length;
    const histograms = this.#histograms;
    const timeOf = (at: number) => (at < values ? columns.timesMs[at]! : histograms[at - values]!.timestampMs);
    const storedAt = this.#storageTimes();
    const order = Array.from({ length: values + histograms.length }, (_, at) => at);
    order.sort((one, other) => timeOf(one) - timeOf(other) || storedAt[one]! - storedAt[other]!);
    const bits = columns.copyBits();
    const timesMs = columns.copyTimes();
    columns.clear();
    this.#histograms = [];
    let latestMs = Number.NEGATIVE_INFINITY;
    for (const at of order) {
      const timeMs = at < values ? timesMs[at]! : histograms[at - values]!.timestampMs;
      if (timeMs === latestMs) continue;
      latestMs = timeMs;
      if (at < values) columns.push(timeMs, bits[2 * at]!, bits[2 * at + 1]!);
      else this.#histograms.push(histograms[at - values]!);
    }
  }

  #storageTimes(): Float64Array {
    const values = this.columns.length;
    const storedAt = new Float64Array(values + this.#histograms.length);
    let start = 0;
    for (const [part, end] of this.#partEnds.entries()) {
      storedAt.fill(this.#partAges[part]!, start, end);
      start = end;
    }
    for (const [at, part] of this.#histogramParts.entries()) storedAt[values + at] = this.#partAges[part]!;
    return storedAt;
  }
}
