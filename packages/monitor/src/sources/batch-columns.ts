// The columns of a batch being made of a collection. Rows without a reference are dropped and counted.

import type { Batch, Exemplar, MetricMetadata, NativeHistogram } from '../model/batch.ts';
import { bitsOf, writeStaleAt } from '../model/staleness.ts';

export class BatchColumns {
  count = 0;
  dropped = 0;
  readonly #refs: Uint32Array;
  readonly #values: Float64Array;
  readonly #timestampsMs: Float64Array | undefined;
  readonly #histograms: { readonly row: number; readonly histogram: NativeHistogram }[] = [];
  readonly #exemplars: { readonly row: number; readonly exemplar: Exemplar }[] = [];

  constructor(rows: number, hasTimestamps: boolean) {
    this.#refs = new Uint32Array(rows);
    this.#values = new Float64Array(rows);
    this.#timestampsMs = hasTimestamps ? new Float64Array(rows) : undefined;
  }

  /** Whether the row is in. */
  add(ref: number, value: number, timestampMs: number): boolean {
    if (ref === 0) {
      this.dropped++;
      return false;
    }
    this.#refs[this.count] = ref;
    this.#values[this.count] = value;
    if (this.#timestampsMs !== undefined) this.#timestampsMs[this.count] = timestampMs;
    this.count++;
    return true;
  }

  /** The row that was added last is one. */
  makeHistogram(histogram: NativeHistogram): void {
    this.#histograms.push({ row: this.count - 1, histogram });
  }

  /** Of the row that was added last. */
  addExemplar(exemplar: Exemplar): void {
    this.#exemplars.push({ row: this.count - 1, exemplar });
  }

  /** Rows from `staleFrom` on become stale markers. */
  batch(staleFrom: number, timestampMs: number, metadata: readonly MetricMetadata[]): Batch {
    const values = this.#cut(this.#values);
    const bits = bitsOf(values);
    for (let row = staleFrom; row < this.count; row++) writeStaleAt(bits, row);
    return {
      refs: this.#cut(this.#refs),
      timestampsMs: this.#timestampsMs === undefined ? timestampMs : this.#cut(this.#timestampsMs),
      values,
      ...(this.#histograms.length > 0 && { histograms: this.#histograms }),
      ...(this.#exemplars.length > 0 && { exemplars: this.#exemplars }),
      ...(metadata.length > 0 && { metadata }),
    };
  }

  /** A batch's columns own their buffers, so that they can be handed to another thread. */
  #cut<Column extends Uint32Array | Float64Array>(column: Column): Column {
    return (this.count === column.length ? column : column.slice(0, this.count)) as Column;
  }
}
