// Gauges: values that go up and down. A gauge is absent until it is first set, because a value that was not measured must
// not look like 0. Inside, absent is NaN, which is why NaN is no value of a gauge.

import { HandleCache, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import { INVALID_VALUE, type RowLayout, type SeriesTable } from './series-table.ts';

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

export const GAUGE_LAYOUT: RowLayout = { slots: 1, exposed: 1, initial: Number.NaN };

export class GaugeHandle extends SeriesHandle implements Gauge {
  set(value: number): void {
    if (this.values.length === 0 || !isValue(value)) this.drop();
    else this.values[this.offset] = value;
  }

  inc(amount = 1): void {
    this.set(isValue(amount) ? startingFromZero(this.values[this.offset]) + amount : Number.NaN);
  }

  dec(amount = 1): void {
    this.set(isValue(amount) ? startingFromZero(this.values[this.offset]) - amount : Number.NaN);
  }

  clear(): void {
    this.values[this.offset] = Number.NaN;
  }
}

export class GaugeFamily<S extends LabelSchema> implements LabelledGauge<S> {
  readonly #table: SeriesTable;
  readonly #handles: HandleCache<GaugeHandle>;

  constructor(table: SeriesTable) {
    this.#table = table;
    this.#handles = new HandleCache(table, (row) => new GaugeHandle(table, row));
  }

  handle(labels: LabelValues<S>): Gauge {
    return this.#handles.of(labels);
  }

  set(labels: LabelValues<S>, value: number): void {
    const table = this.#table;
    // The value before the labels: what cannot be taken must not make a series.
    const row = isValue(value) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) table.countRefusal(row);
    else table.chunkOf(row)[table.offsetOf(row)] = value;
  }

  inc(labels: LabelValues<S>, amount = 1): void {
    const table = this.#table;
    const row = isValue(amount) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) {
      table.countRefusal(row);
      return;
    }
    const values = table.chunkOf(row);
    const offset = table.offsetOf(row);
    const sum = startingFromZero(values[offset]) + amount;
    if (isValue(sum)) values[offset] = sum;
    else table.countRefusal(INVALID_VALUE);
  }

  dec(labels: LabelValues<S>, amount = 1): void {
    // What is no number is handed on as it is: its negative might be one, or throw.
    this.inc(labels, typeof amount === 'number' ? -amount : amount);
  }

  remove(labels: LabelValues<S>): boolean {
    if (this.#table.isOpen) return this.#handles.remove(labels);
    const row = this.#table.existingRowOf(labels);
    if (row < 0) return false;
    const chunk = this.#table.chunkOf(row);
    const offset = this.#table.offsetOf(row);
    const wasPresent = !Number.isNaN(chunk[offset]);
    chunk[offset] = Number.NaN;
    return wasPresent;
  }
}

function isValue(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(value);
}

function startingFromZero(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
