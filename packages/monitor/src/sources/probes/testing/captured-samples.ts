// A sample sink for tests: keeps what the last collection gave, under the text form of each series.

import type { MetricMetadata } from '../../../model/batch.ts';
import { type Labels, METRIC_NAME } from '../../../model/labels.ts';
import type { Collector, SampleSink } from '../../interface.ts';

export class CapturedSamples implements SampleSink {
  readonly metadata = new Map<string, MetricMetadata>();
  readonly values = new Map<string, number>();
  slotCalls = 0;
  firstSlot = 0;
  readonly #series: string[] = [];

  /** Forgets all slots, as a sink does when very many series have gone away. */
  forgetSlots(): void {
    this.firstSlot = this.#series.length;
  }

  slotOf(labels: Labels): number {
    this.slotCalls++;
    const text = textOf(labels);
    const known = this.#series.indexOf(text, this.firstSlot);
    return known === -1 ? this.#series.push(text) - 1 : known;
  }

  add(slot: number, value: number): void {
    const series = this.#series[slot];
    if (series === undefined || slot < this.firstSlot) throw new Error(`slot ${slot} is not given out`);
    if (this.values.has(series)) throw new Error(`${series} came twice in one collection`);
    this.values.set(series, value);
  }

  describe(metadata: MetricMetadata): void {
    this.metadata.set(metadata.name, metadata);
  }

  /** One collection, whose samples replace those of the last. */
  async collect(collector: Collector, signal: AbortSignal = AbortSignal.timeout(10_000)): Promise<void> {
    this.values.clear();
    await collector.collect(this, signal);
  }

  /** The value of a series written as `name{label="value"}`. */
  value(series: string): number | undefined {
    return this.values.get(series);
  }

  names(): ReadonlySet<string> {
    return new Set([...this.values.keys()].map((series) => series.replace(/\{.*/, '')));
  }
}

function textOf(labels: Labels): string {
  const name = labels.find((label) => label.name === METRIC_NAME)?.value ?? '';
  const pairs = labels.filter((label) => label.name !== METRIC_NAME).map((label) => `${label.name}="${label.value}"`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}
