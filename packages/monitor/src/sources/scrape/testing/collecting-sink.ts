// A sink that keeps what it is given, series by their text.

import type { MetricMetadata, NativeHistogram } from '../../../model/batch.ts';
import type { Labels } from '../../../model/labels.ts';
import type { GivenExemplar, SampleSink } from '../../interface.ts';
import { seriesText } from '../../testing/memory-appender.ts';

export type CollectedSample = readonly [series: string, value: number, timestampMs?: number];

export class CollectingSink implements SampleSink {
  firstSlot = 0;
  /** How often labels were read: what the cache is there to save. */
  slotsAsked = 0;
  samples: CollectedSample[] = [];
  histograms: (readonly [series: string, histogram: NativeHistogram, timestampMs?: number])[] = [];
  exemplars: (readonly [series: string, exemplar: GivenExemplar])[] = [];
  described: MetricMetadata[] = [];
  readonly #slots = new Map<string, number>();
  readonly #series = new Map<number, string>();

  slotOf(labels: Labels): number {
    this.slotsAsked++;
    const text = seriesText(labels);
    const known = this.#slots.get(text);
    if (known !== undefined) return known;
    const slot = this.firstSlot + this.#slots.size;
    this.#slots.set(text, slot);
    this.#series.set(slot, text);
    return slot;
  }

  add(slot: number, value: number, timestampMs?: number): void {
    const series = this.#seriesOf(slot);
    this.samples.push(timestampMs === undefined ? [series, value] : [series, value, timestampMs]);
  }

  histogram(slot: number, histogram: NativeHistogram, timestampMs?: number): void {
    const series = this.#seriesOf(slot);
    this.histograms.push(timestampMs === undefined ? [series, histogram] : [series, histogram, timestampMs]);
  }

  exemplar(slot: number, exemplar: GivenExemplar): void {
    this.exemplars.push([this.#seriesOf(slot), exemplar]);
  }

  describe(metadata: MetricMetadata): void {
    this.described.push(metadata);
  }

  /** What came since the last call. */
  take(): CollectedSample[] {
    const { samples } = this;
    this.samples = [];
    return samples;
  }

  /** Forgets every slot, as a recorder does when thousands of series have gone. */
  forget(): void {
    this.firstSlot += this.#slots.size;
    this.#slots.clear();
    this.#series.clear();
  }

  #seriesOf(slot: number): string {
    const series = this.#series.get(slot);
    if (series === undefined) throw new RangeError(`slot ${slot} was never given`);
    return series;
  }
}
