// An `Appender` that keeps everything where a test can look at it, with the store's rules of order and on request its
// failures. The store itself has tests of its own.

import type { Batch, MetricMetadata } from '../../model/batch.ts';
import type { ChainpulseError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import { bitsOf, isStaleAt } from '../../model/staleness.ts';
import type { Appender, AppendOutcome } from '../../storage/interface.ts';

export interface MemorySample {
  readonly timestampMs: number;
  readonly value: number | 'stale';
}

export class MemoryAppender implements Appender {
  readonly batches: Batch[] = [];
  readonly metadata = new Map<string, MetricMetadata>();
  /** Every call throws while this is set. */
  failure: ChainpulseError | undefined;
  seriesLimit = Number.POSITIVE_INFINITY;
  resolvedSeries = 0;
  readonly #series: { labels: Labels; samples: MemorySample[] }[] = [];
  readonly #refs = new Map<string, number>();

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    if (this.failure !== undefined) throw this.failure;
    this.resolvedSeries += series.length;
    return Uint32Array.from(series, (labels) => {
      const key = labelsKey(labels);
      const known = this.#refs.get(key);
      if (known !== undefined) return known;
      if (this.#series.length >= this.seriesLimit) return 0;
      this.#refs.set(key, this.#series.push({ labels, samples: [] }));
      return this.#series.length;
    });
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    if (this.failure !== undefined) throw this.failure;
    this.batches.push(batch);
    const bits = bitsOf(batch.values);
    let outOfOrder = 0;
    for (const [row, ref] of batch.refs.entries()) {
      const { samples } = this.#series[ref - 1]!;
      const { timestampsMs } = batch;
      const timestampMs = typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!;
      if (timestampMs <= (samples.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY)) outOfOrder++;
      else samples.push({ timestampMs, value: isStaleAt(bits, row) ? 'stale' : batch.values[row]! });
    }
    for (const each of batch.metadata ?? []) this.metadata.set(each.name, each);
    return {
      acceptedSamples: batch.refs.length - outOfOrder,
      rejectedSamples: { out_of_order: outOfOrder, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0 },
    };
  }

  /** All samples by the text of their series, `name{label="value",…}`, labels in order. */
  samples(): Map<string, readonly MemorySample[]> {
    return new Map(this.#series.map(({ labels, samples }) => [seriesText(labels), samples]));
  }

  /** The values of one series in the order of time. */
  valuesOf(series: string): readonly (number | 'stale')[] {
    return (this.samples().get(series) ?? []).map(({ value }) => value);
  }
}

export function seriesText(labels: Labels): string {
  const name = labels.find((label) => label.name === '__name__')?.value ?? '';
  const others = labels.filter((label) => label.name !== '__name__');
  return `${name}{${others.map((label) => `${label.name}=${JSON.stringify(label.value)}`).join(',')}}`;
}
