// The samples of an instrument registry as a source: how the monitor watches itself, this machine and whatever a probe
// measures. Invariant: a series that the sink has seen costs a look-up by its number and no labels.

import type { Label, Registry } from '@chainpulse/instrument';
import { labelsFrom, METRIC_NAME } from '../model/labels.ts';
import type { Collector, SampleSink, SourceType } from './interface.ts';

export interface RegistryCollectorOptions {
  readonly registry: Registry;
  readonly type: SourceType;
  /** Called before every reading, for values that have to be fetched first; what it throws fails the collection. */
  readonly refresh?: (signal: AbortSignal) => Promise<void> | void;
}

export function createRegistryCollector({ registry, type, refresh }: RegistryCollectorOptions): Collector {
  const reader = new RegistryReader(registry);
  return {
    type,
    async collect(sink, signal) {
      await refresh?.(signal);
      signal.throwIfAborted();
      reader.readInto(sink);
    },
    close: () => Promise.resolve(),
  };
}

/** Hands all samples of one registry to a sink and remembers the sink's slots by the number of the series. */
export class RegistryReader {
  readonly #registry: Registry;
  #sink: SampleSink | undefined;
  #firstSlot = 0;
  #described = new Set<string>();
  #slots = new Map<number, number>();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  readInto(sink: SampleSink): void {
    if (sink !== this.#sink || sink.firstSlot !== this.#firstSlot) this.#forget(sink);
    let sampleCount = 0;
    this.#registry.visit({
      family: ({ name, type, help, unit }) => {
        if (this.#described.has(name)) return;
        this.#described.add(name);
        sink.describe({ name, type: type === 'exponential' ? 'histogram' : type, help, unit });
      },
      sample: (name, labels, value, seriesId) => {
        sampleCount++;
        sink.add(this.#slots.get(seriesId) ?? this.#newSlot(name, labels, seriesId), value);
      },
    });
    // Series that ended keep their numbers for ever: without this the map of a registry whose series come and go grows.
    if (this.#slots.size > 2 * sampleCount + 64) this.#slots = new Map();
  }

  #newSlot(name: string, labels: readonly Label[], seriesId: number): number {
    const pairs = labels.map((label): [string, string] => [label.name, label.value]);
    const slot = this.#sink!.slotOf(labelsFrom([[METRIC_NAME, name], ...pairs]));
    this.#slots.set(seriesId, slot);
    return slot;
  }

  #forget(sink: SampleSink): void {
    this.#sink = sink;
    this.#firstSlot = sink.firstSlot;
    this.#described = new Set();
    this.#slots = new Map();
  }
}
