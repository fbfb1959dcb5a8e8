// Gauges: values that go up and down. A gauge is absent until it is first set, because a value that was not measured must
// not look like 0. Inside, absent is NaN, which is why NaN is no value of a gauge.

import { HandleCache, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import type { RowLayout } from './series/row-layout.ts';
import { INVALID_VALUE, type SeriesTable } from './series/series-table.ts';

/** A gauge without labels, or one series of a gauge with labels. */
export interface Gauge {
  /** Sets the value; infinities are values. NaN, or no number, is dropped and counted as `invalid_value`. */
  set(value: number): void;
  /** Adds `amount` (default 1) to the value; an absent gauge starts from 0. */
  inc(amount?: number): void;
  /** Takes `amount` (default 1) from the value; an absent gauge starts from 0. */
  dec(amount?: number): void;
  /** Makes the gauge absent until it is set again. */
  clear(): void;
}

export interface LabelledGauge<S extends LabelSchema> {
  /** Finds the series once: the same object for the same labels. What a hot path should keep. */
  handle(labels: LabelValues<S>): Gauge;
  set(labels: LabelValues<S>, value: number): void;
  inc(labels: LabelValues<S>, amount?: number): void;
  dec(labels: LabelValues<S>, amount?: number): void;
  /** Ends a series; true if there was one. A combination of closed labels only becomes absent, as by `clear`. */
  remove(labels: LabelValues<S>): boolean;
}

export const GAUGE_LAYOUT: RowLayout = { slots: 1, exposed: 1, initial: Number.NaN, overflows: false };
/** With a second slot for the stamp of the last set. */
export const STAMPED_GAUGE_LAYOUT: RowLayout = { ...GAUGE_LAYOUT, slots: 2 };
export const STAMP_SLOT = 1;

export class GaugeHandle extends SeriesHandle implements Gauge {
  set(value: number): void {
    if (this.values.length > 0 && isValue(value)) this.values[this.offset] = value;
    else if (isValue(value) && this.revive()) this.values[this.offset] = value;
    else this.drop();
  }

  inc(amount = 1): void {
    this.set(isValue(amount) ? this.#current() + amount : Number.NaN);
  }

  dec(amount = 1): void {
    this.set(isValue(amount) ? this.#current() - amount : Number.NaN);
  }

  clear(): void {
    this.values[this.offset] = Number.NaN;
  }

  /** What an addition starts from. The series may have come back without this handle, and then it has a value. */
  #current(): number {
    let value = this.values[this.offset];
    if (value === undefined && this.revive()) value = this.values[this.offset];
    return startingFromZero(value);
  }
}

class WatchedGaugeHandle extends GaugeHandle {
  readonly #afterRecord: (row: number) => void;

  constructor(table: SeriesTable, row: number, afterRecord: (row: number) => void) {
    super(table, row);
    this.#afterRecord = afterRecord;
  }

  /** `inc` and `dec` end here too. */
  override set(value: number): void {
    super.set(value);
    if (isValue(value) && this.row >= 0) this.#afterRecord(this.row);
  }
}

export class GaugeFamily<S extends LabelSchema> implements LabelledGauge<S> {
  readonly #table: SeriesTable;
  readonly handles: HandleCache<GaugeHandle>;

  constructor(table: SeriesTable) {
    this.#table = table;
    this.handles = new HandleCache(table, gaugeHandleMakers(table));
  }

  handle(labels: LabelValues<S>): Gauge {
    return this.handles.of(labels);
  }

  set(labels: LabelValues<S>, value: number): void {
    const table = this.#table;
    // The value before the labels: what cannot be taken must not make a series.
    let row = isValue(value) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) row = table.settle(row);
    if (row < 0) return;
    table.chunkOf(row)[table.offsetOf(row)] = value;
    if (table.isWatched) table.recorded(row);
  }

  inc(labels: LabelValues<S>, amount = 1): void {
    const table = this.#table;
    let row = isValue(amount) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) row = table.settle(row);
    if (row < 0) return;
    const values = table.chunkOf(row);
    const offset = table.offsetOf(row);
    const sum = startingFromZero(values[offset]) + amount;
    if (!isValue(sum)) {
      table.settle(INVALID_VALUE);
      return;
    }
    values[offset] = sum;
    if (table.isWatched) table.recorded(row);
  }

  /** Makes an absent one 0 as if it had been so all along: what any thread has set goes before it. */
  appear(labels: LabelValues<S>): void {
    const table = this.#table;
    let row = table.rowOf(labels);
    if (row < 0) row = table.settle(row);
    if (row < 0) return;
    const values = table.chunkOf(row);
    const offset = table.offsetOf(row);
    if (Number.isNaN(values[offset])) {
      if (table.family.stampSlot !== undefined) values[offset + table.family.stampSlot] = 0;
      values[offset] = 0;
    }
    table.touch(row);
  }

  dec(labels: LabelValues<S>, amount = 1): void {
    // What is no number is handed on as it is: its negative might be one, or throw.
    this.inc(labels, typeof amount === 'number' ? -amount : amount);
  }

  remove(labels: LabelValues<S>): boolean {
    if (this.#table.isOpen) return this.handles.remove(labels);
    const row = this.#table.existingRowOf(labels);
    if (row < 0) return false;
    const chunk = this.#table.chunkOf(row);
    const offset = this.#table.offsetOf(row);
    const wasPresent = !Number.isNaN(chunk[offset]);
    chunk[offset] = Number.NaN;
    return wasPresent;
  }
}

function gaugeHandleMakers(table: SeriesTable) {
  return {
    plain: (row: number) => new GaugeHandle(table, row),
    watched: (row: number, afterRecord: (row: number) => void) => new WatchedGaugeHandle(table, row, afterRecord),
  };
}

function isValue(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

function startingFromZero(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
