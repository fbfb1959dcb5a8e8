// A limit on the memory of a registry's series, estimated by their number. Past it, records of series that exist go on and those
// that would make new ones are refused.

import type { Registry } from '../registry.ts';
import type { CollectorLabels } from './instrument-port.ts';

/**
 * What a series takes on Node 24, 64-bit, once it was rendered: its value, its labels, what finds it and its line of text. Measured
 * with 10,000 counters of one bounded label; a bucket of a histogram takes less.
 */
export const ESTIMATED_BYTES_PER_SERIES = 512;

export class MemoryCap {
  readonly #registry: Registry;
  readonly #maxSeries: number;

  /** What the registry holds already, the collector's own metric among it, is not counted against the limit. */
  constructor(registry: Registry, maxMemoryBytes: number) {
    this.#registry = registry;
    this.#maxSeries = registry.seriesCount() + Math.floor(maxMemoryBytes / ESTIMATED_BYTES_PER_SERIES);
  }

  get isFull(): boolean {
    return this.#registry.seriesCount() >= this.#maxSeries;
  }

  /** Whether a record of these labels may be made. */
  admits(name: string, labels: CollectorLabels | undefined): boolean {
    return !this.isFull || this.#registry.hasSeries(name, labels ?? {});
  }
}
