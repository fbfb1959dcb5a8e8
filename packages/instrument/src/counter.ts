// Counters: totals that only grow. They exist from the start at 0, because a rate needs a value before the first event.

import { HandleCache, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import { INVALID_VALUE, type RowLayout, type SeriesTable } from './series-table.ts';

/** A counter without labels, or one series of a counter with labels. */
export interface Counter {
  /** Adds `amount` (default 1; finite, not negative). Anything else is dropped and counted as `invalid_value`. */
  inc(amount?: number): void;
  /**
   * Sets the total of something that is counted elsewhere, such as a counter of the kernel (finite, not negative). A total
   * smaller than the last one means that its origin started anew, and that is how Prometheus reads it.
   */
  mirrorTotal(total: number): void;
}

export interface LabelledCounter<S extends LabelSchema> {
  /** Finds the series once: the same object for the same labels. What a hot path should keep. */
  handle(labels: LabelValues<S>): Counter;
  inc(labels: LabelValues<S>, amount?: number): void;
  /** See {@link Counter.mirrorTotal}. */
  mirrorTotal(labels: LabelValues<S>, total: number): void;
  /** Ends a series; true if there was one. Combinations of closed labels exist for ever: false, and nothing happens. */
  remove(labels: LabelValues<S>): boolean;
}

export const COUNTER_LAYOUT: RowLayout = { slots: 1, exposed: 1, initial: 0 };

export class CounterHandle extends SeriesHandle implements Counter {
  inc(amount = 1): void {
    const total = this.values[this.offset];
    if (total === undefined || !isAmount(amount)) this.drop();
    else this.values[this.offset] = total + amount;
  }

  mirrorTotal(total: number): void {
    if (this.values.length === 0 || !isAmount(total)) this.drop();
    else this.values[this.offset] = total;
  }
}

export class CounterFamily<S extends LabelSchema> implements LabelledCounter<S> {
  readonly #table: SeriesTable;
  readonly #handles: HandleCache<CounterHandle>;

  constructor(table: SeriesTable) {
    this.#table = table;
    this.#handles = new HandleCache(table, (row) => new CounterHandle(table, row));
  }

  handle(labels: LabelValues<S>): Counter {
    return this.#handles.of(labels);
  }

  inc(labels: LabelValues<S>, amount = 1): void {
    const table = this.#table;
    // The value before the labels: what cannot be taken must not make a series.
    const row = isAmount(amount) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) table.countRefusal(row);
    else table.chunkOf(row)[table.offsetOf(row)]! += amount;
  }

  mirrorTotal(labels: LabelValues<S>, total: number): void {
    const table = this.#table;
    const row = isAmount(total) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) table.countRefusal(row);
    else table.chunkOf(row)[table.offsetOf(row)] = total;
  }

  remove(labels: LabelValues<S>): boolean {
    return this.#handles.remove(labels);
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}
