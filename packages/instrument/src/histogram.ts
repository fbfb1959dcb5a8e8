// Classic histograms: fixed upper bounds, a count for each and for what is above all of them, and the sum. Inside, a count
// belongs to its own bucket only; the exposition adds them up, so that an observation changes two numbers however many
// buckets there are. The number of observations is the sum of the counts and is not kept twice.

import { HandleCache, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import { INVALID_VALUE, type RowLayout, type SeriesTable } from './series-table.ts';

/** A histogram without labels, or one series of a histogram with labels. */
export interface Histogram {
  /** Counts a finite value in its bucket (`value <= bound`). Anything else is dropped and counted as `invalid_value`. */
  observe(value: number): void;
}

export interface LabelledHistogram<S extends LabelSchema> {
  /** Finds the series once: the same object for the same labels. What a hot path should keep. */
  handle(labels: LabelValues<S>): Histogram;
  observe(labels: LabelValues<S>, value: number): void;
  /** Ends a series; true if there was one. Combinations of closed labels exist for ever: false, and nothing happens. */
  remove(labels: LabelValues<S>): boolean;
}

/** Where the sum is in a row; the counts follow, the one above all bounds last. */
export const SUM_SLOT = 0;
export const FIRST_COUNT_SLOT = 1;

/** Of a row with `boundCount` bounds: the sum and the counts inside; the buckets, `_sum` and `_count` outside. */
export function histogramLayout(boundCount: number): RowLayout {
  return { slots: FIRST_COUNT_SLOT + boundCount + 1, exposed: boundCount + 3, initial: 0 };
}

export class HistogramHandle extends SeriesHandle implements Histogram {
  readonly #bounds: Float64Array;

  constructor(table: SeriesTable, row: number, bounds: Float64Array) {
    super(table, row);
    this.#bounds = bounds;
  }

  observe(value: number): void {
    if (this.values.length === 0 || !isObservation(value)) this.drop();
    else count(this.values, this.offset, this.#bounds, value);
  }
}

export class HistogramFamily<S extends LabelSchema> implements LabelledHistogram<S> {
  readonly #table: SeriesTable;
  readonly #bounds: Float64Array;
  readonly #handles: HandleCache<HistogramHandle>;

  constructor(table: SeriesTable, bounds: Float64Array) {
    this.#table = table;
    this.#bounds = bounds;
    this.#handles = new HandleCache(table, (row) => new HistogramHandle(table, row, bounds));
  }

  handle(labels: LabelValues<S>): Histogram {
    return this.#handles.of(labels);
  }

  observe(labels: LabelValues<S>, value: number): void {
    const table = this.#table;
    // The value before the labels: what cannot be taken must not make a series.
    const row = isObservation(value) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) table.countRefusal(row);
    else count(table.chunkOf(row), table.offsetOf(row), this.#bounds, value);
  }

  remove(labels: LabelValues<S>): boolean {
    return this.#handles.remove(labels);
  }
}

function count(values: Float64Array, offset: number, bounds: Float64Array, value: number): void {
  let bucket = 0;
  while (bucket < bounds.length && value > bounds[bucket]!) bucket++;
  values[offset + FIRST_COUNT_SLOT + bucket]! += 1;
  values[offset + SUM_SLOT]! += value;
}

function isObservation(value: unknown): value is number {
  return typeof value === 'number' && value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY;
}
