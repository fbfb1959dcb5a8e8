// A store in memory for the tests of this folder: series with their samples, searched one after the other.

import { type Labels, labelsFromRecord } from '../../model/labels.ts';
import { labelsPredicate } from '../../model/matcher.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import type { Queryable, SelectRequest, SeriesSamples } from '../../storage/interface.ts';

/** A stale marker among the values of `addSeries`. */
export const STALE = Symbol('stale');

export class InMemoryQueryable implements Queryable {
  readonly #series: SeriesSamples[] = [];
  /** What was asked of `select`, in order. */
  readonly requests: SelectRequest[] = [];

  /** Samples are pairs of seconds and value. */
  addSeries(
    labels: Record<string, string>,
    samples: readonly (readonly [seconds: number, value: number | symbol])[],
  ): this {
    const timestampsMs = Float64Array.from(samples, ([seconds]) => Math.round(seconds * 1000));
    const values = Float64Array.from(samples, ([, value]) => (typeof value === 'number' ? value : 0));
    const bits = bitsOf(values);
    for (const [index, [, value]] of samples.entries()) if (typeof value === 'symbol') writeStaleAt(bits, index);
    return this.addColumns(labelsFromRecord(labels), timestampsMs, values);
  }

  addColumns(labels: Labels, timestampsMs: Float64Array, values: Float64Array): this {
    this.#series.push({ labels, timestampsMs, values });
    return this;
  }

  async *select(request: SelectRequest): AsyncGenerator<SeriesSamples> {
    this.requests.push(request);
    const matches = labelsPredicate(request.matchers);
    for (const series of this.#series) {
      if (!matches(series.labels)) continue;
      const from = firstIndex(series.timestampsMs, (timeMs) => timeMs >= request.minTimeMs);
      const to = firstIndex(series.timestampsMs, (timeMs) => timeMs > request.maxTimeMs);
      if (from >= to) continue;
      yield {
        labels: series.labels,
        timestampsMs: series.timestampsMs.slice(from, to),
        values: series.values.slice(from, to),
      };
    }
  }

  async *selectExemplars(): AsyncGenerator<never> {}

  async series(): Promise<Labels[]> {
    return this.#series.map(({ labels }) => labels);
  }

  async labelNames(): Promise<string[]> {
    return [...new Set(this.#series.flatMap(({ labels }) => labels.map(({ name }) => name)))].sort();
  }

  async labelValues(name: string): Promise<string[]> {
    const values = this.#series.flatMap(({ labels }) => labels.filter((label) => label.name === name));
    return [...new Set(values.map(({ value }) => value))].sort();
  }

  async metadata(): Promise<never[]> {
    return [];
  }
}

function firstIndex(sorted: Float64Array, holds: (timeMs: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(sorted[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
