// An `Appender` that keeps everything where a test can look at it, with the store's rules of order and on request its
// failures. The store itself has tests of its own.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../../model/batch.ts';
import type { ChainpulseError } from '../../model/errors.ts';
import { type Labels, labelsKey } from '../../model/labels.ts';
import { bitsOf, isStaleAt } from '../../model/staleness.ts';
import type { Appender, AppendOutcome } from '../../storage/interface.ts';

export interface MemorySample {
  readonly timestampMs: number;
  /** The sum of a native histogram. */
  readonly value: number | 'stale';
  readonly histogram?: NativeHistogram;
}

interface MemorySeries {
  readonly labels: Labels;
  readonly samples: MemorySample[];
  readonly exemplars: Exemplar[];
}

export class MemoryAppender implements Appender {
  readonly batches: Batch[] = [];
  readonly metadata = new Map<string, MetricMetadata>();
  /** Every call throws while this is set. */
  failure: ChainpulseError | undefined;
  /** The same of the resolving of series alone. */
  resolvingFailure: ChainpulseError | undefined;
  seriesLimit = Number.POSITIVE_INFINITY;
  resolvedSeries = 0;
  readonly #series: MemorySeries[] = [];
  /** By reference - 1; undefined once the reference is forgotten. */
  readonly #byRef: (MemorySeries | undefined)[] = [];
  readonly #refs = new Map<string, number>();

  async resolveSeries(series: readonly Labels[]): Promise<Uint32Array> {
    const failure = this.failure ?? this.resolvingFailure;
    if (failure !== undefined) throw failure;
    this.resolvedSeries += series.length;
    return Uint32Array.from(series, (labels) => {
      const key = labelsKey(labels);
      const known = this.#refs.get(key);
      if (known !== undefined) return known;
      if (this.#refs.size >= this.seriesLimit) return 0;
      this.#refs.set(key, this.#byRef.push(this.#withLabels(labels)));
      return this.#byRef.length;
    });
  }

  /** The references of these series, by their text, are of none any more, as of series without a sample for long. */
  forget(...series: readonly string[]): void {
    for (const [key, ref] of this.#refs) {
      if (!series.includes(seriesText(this.#byRef[ref - 1]!.labels))) continue;
      this.#byRef[ref - 1] = undefined;
      this.#refs.delete(key);
    }
  }

  async append(batch: Batch): Promise<AppendOutcome> {
    if (this.failure !== undefined) throw this.failure;
    this.batches.push(batch);
    const rejected = { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0, unknown_series: 0 };
    const bits = bitsOf(batch.values);
    const histograms = new Map(batch.histograms?.map(({ row, histogram }) => [row, histogram]));
    const { timestampsMs } = batch;
    let accepted = 0;
    for (const [row, ref] of batch.refs.entries()) {
      const series = this.#byRef[ref - 1];
      const timestampMs = typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!;
      if (series === undefined) rejected.unknown_series++;
      else if (timestampMs <= (series.samples.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY)) rejected.out_of_order++;
      else {
        accepted++;
        const value = isStaleAt(bits, row) ? 'stale' : batch.values[row]!;
        const histogram = histograms.get(row);
        series.samples.push(histogram === undefined ? { timestampMs, value } : { timestampMs, value, histogram });
      }
    }
    for (const { row, exemplar } of batch.exemplars ?? []) this.#byRef[batch.refs[row]! - 1]?.exemplars.push(exemplar);
    for (const each of batch.metadata ?? []) this.metadata.set(each.name, each);
    return { acceptedSamples: accepted, rejectedSamples: rejected };
  }

  /** All samples by the text of their series, `name{label="value",…}`, labels in order. */
  samples(): Map<string, readonly MemorySample[]> {
    return new Map(this.#series.map(({ labels, samples }) => [seriesText(labels), samples]));
  }

  /** All exemplars by the text of their series, of those that have any. */
  exemplars(): Map<string, readonly Exemplar[]> {
    const shown = this.#series.filter(({ exemplars }) => exemplars.length > 0);
    return new Map(shown.map(({ labels, exemplars }) => [seriesText(labels), exemplars]));
  }

  /** The values of one series in the order of time. */
  valuesOf(series: string): readonly (number | 'stale')[] {
    return (this.samples().get(series) ?? []).map(({ value }) => value);
  }

  #withLabels(labels: Labels): MemorySeries {
    const text = seriesText(labels);
    // A series that was forgotten goes on: readers find it by its labels.
    const known =
      this.#byRef.length === this.#refs.size
        ? undefined
        : this.#series.find((each) => seriesText(each.labels) === text);
    if (known !== undefined) return known;
    const series = { labels, samples: [], exemplars: [] };
    this.#series.push(series);
    return series;
  }
}

export function seriesText(labels: Labels): string {
  const name = labels.find((label) => label.name === '__name__')?.value ?? '';
  const others = labels.filter((label) => label.name !== '__name__');
  return `${name}{${others.map((label) => `${label.name}=${JSON.stringify(label.value)}`).join(',')}}`;
}
