// Counters: totals that only grow. They exist from the start at 0, because a rate needs a value before the first event.

import type { ExemplarLabels } from './exemplar.ts';
import { HandleCache, keepExemplar, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import type { RowLayout } from './series/row-layout.ts';
import { INVALID_VALUE, type SeriesTable } from './series/series-table.ts';

/** A counter without labels, or one series of a counter with labels. */
export interface Counter {
  /**
   * Adds `amount` (default 1; from 0 to 2^53). Anything else is dropped and counted as `invalid_value`. A total that would
   * pass 2^53, where doubles stop counting, begins anew at `amount`: Prometheus reads that as a restart of the process.
   */
  inc(amount?: number): void;
  /** Adds `amount` and keeps it as the exemplar of this series: `labels` lead to its trace. */
  incWithExemplar(amount: number, labels: ExemplarLabels): void;
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
  /** See {@link Counter.incWithExemplar}. */
  incWithExemplar(labels: LabelValues<S>, amount: number, exemplarLabels: ExemplarLabels): void;
  /** See {@link Counter.mirrorTotal}. */
  mirrorTotal(labels: LabelValues<S>, total: number): void;
  /** Ends a series; true if there was one. Combinations of closed labels exist for ever: false, and nothing happens. */
  remove(labels: LabelValues<S>): boolean;
}

export const COUNTER_LAYOUT: RowLayout = { slots: 1, exposed: 1, initial: 0, overflows: true };

/** From here on, doubles skip whole numbers. */
const MAX_TOTAL = 2 ** 53;
const EXEMPLAR_BUCKET = 0;

export class CounterHandle extends SeriesHandle implements Counter {
  inc(amount = 1): void {
    if (typeof amount === 'number' && amount >= 0) {
      // Where there is no series this is NaN, which no comparison lets pass.
      const total = this.values[this.offset]! + amount;
      if (total <= MAX_TOTAL) {
        this.values[this.offset] = total;
        return;
      }
    }
    this.#incOtherwise(amount);
  }

  incWithExemplar(amount: number, labels: ExemplarLabels): void {
    this.inc(amount);
    if (isAmount(amount)) this.keepExemplar(EXEMPLAR_BUCKET, amount, labels);
  }

  mirrorTotal(total: number): void {
    if (!isTotal(total) || (this.values.length === 0 && !this.revive())) {
      this.drop();
      return;
    }
    if (total < this.values[this.offset]!) this.table.restart(this.row);
    this.values[this.offset] = total;
  }

  #incOtherwise(amount: unknown): void {
    if (!isAmount(amount) || (this.values.length === 0 && !this.revive())) {
      this.drop();
      return;
    }
    const total = this.values[this.offset]! + amount;
    if (total > MAX_TOTAL) this.table.restart(this.row);
    this.values[this.offset] = total > MAX_TOTAL ? amount : total;
  }
}

class WatchedCounterHandle extends CounterHandle {
  readonly #afterRecord: (row: number) => void;

  constructor(table: SeriesTable, row: number, afterRecord: (row: number) => void) {
    super(table, row);
    this.#afterRecord = afterRecord;
  }

  override inc(amount = 1): void {
    super.inc(amount);
    if (isAmount(amount) && this.row >= 0) this.#afterRecord(this.row);
  }

  override mirrorTotal(total: number): void {
    super.mirrorTotal(total);
    if (isTotal(total) && this.row >= 0) this.#afterRecord(this.row);
  }
}

export class CounterFamily<S extends LabelSchema> implements LabelledCounter<S> {
  readonly #table: SeriesTable;
  readonly handles: HandleCache<CounterHandle>;

  constructor(table: SeriesTable) {
    this.#table = table;
    this.handles = new HandleCache(table, {
      plain: (row) => new CounterHandle(table, row),
      watched: (row, afterRecord) => new WatchedCounterHandle(table, row, afterRecord),
    });
  }

  handle(labels: LabelValues<S>): Counter {
    return this.handles.of(labels);
  }

  inc(labels: LabelValues<S>, amount = 1): void {
    this.#add(labels, amount);
  }

  incWithExemplar(labels: LabelValues<S>, amount: number, exemplarLabels: ExemplarLabels): void {
    const row = this.#add(labels, amount);
    keepExemplar(this.#table, row, { bucket: EXEMPLAR_BUCKET, value: amount, labels: exemplarLabels });
  }

  mirrorTotal(labels: LabelValues<S>, total: number): void {
    const table = this.#table;
    let row = isTotal(total) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) row = table.settle(row);
    if (row < 0) return;
    const values = table.chunkOf(row);
    const offset = table.offsetOf(row);
    if (total < values[offset]!) table.restart(row);
    values[offset] = total;
    if (table.isWatched) table.recorded(row);
  }

  remove(labels: LabelValues<S>): boolean {
    return this.handles.remove(labels);
  }

  /** Answers with the row, or -1. */
  #add(labels: LabelValues<S>, amount: number): number {
    const table = this.#table;
    // The value before the labels: what cannot be taken must not make a series.
    let row = isAmount(amount) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) row = table.settle(row);
    if (row < 0) return row;
    const values = table.chunkOf(row);
    const offset = table.offsetOf(row);
    const total = values[offset]! + amount;
    if (total <= MAX_TOTAL) {
      values[offset] = total;
    } else {
      values[offset] = amount;
      table.restart(row);
    }
    if (table.isWatched) table.recorded(row);
    return row;
  }
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MAX_TOTAL;
}

function isTotal(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value < Number.POSITIVE_INFINITY;
}
