// What classic and exponential histograms with labels have in common: finding the series and telling what was recorded. How
// an observation is counted is theirs.

import type { ExemplarLabels } from './exemplar.ts';
import { HandleCache, type HandleMakers, keepExemplar, SeriesHandle } from './handle.ts';
import type { LabelSchema, LabelValues } from './labels.ts';
import { INVALID_VALUE, type SeriesTable } from './series/series-table.ts';

/** A histogram without labels, or one series of a histogram with labels. */
export interface Histogram {
  /** Counts a finite value in its bucket. Anything else is dropped and counted as `invalid_value`. */
  observe(value: number): void;
  /** Counts a value `times` over at once (a whole number from 1 to 2^32), as after sampling. */
  observeMany(value: number, times: number): void;
  /** Observes, and keeps the value as the exemplar of its bucket: `labels` lead to its trace. */
  observeWithExemplar(value: number, labels: ExemplarLabels): void;
}

export interface LabelledHistogram<S extends LabelSchema> {
  /** Finds the series once: the same object for the same labels. What a hot path should keep. */
  handle(labels: LabelValues<S>): Histogram;
  observe(labels: LabelValues<S>, value: number): void;
  /** See {@link Histogram.observeMany}. */
  observeMany(labels: LabelValues<S>, value: number, times: number): void;
  /** See {@link Histogram.observeWithExemplar}. */
  observeWithExemplar(labels: LabelValues<S>, value: number, exemplarLabels: ExemplarLabels): void;
  /** Ends a series; true if there was one. Combinations of closed labels exist for ever: false, and nothing happens. */
  remove(labels: LabelValues<S>): boolean;
}

export abstract class ObservingHandle extends SeriesHandle implements Histogram {
  abstract observe(value: number): void;
  abstract observeMany(value: number, times: number): void;
  /** The bucket of an exemplar with this value. */
  protected abstract bucketOf(value: number): number;

  /** Whether `observe` counts such a value, where there is a series. */
  protected takes(value: unknown): value is number {
    return isObservation(value);
  }

  observeWithExemplar(value: number, labels: ExemplarLabels): void {
    this.observe(value);
    if (this.takes(value) && this.row >= 0) this.keepExemplar(this.bucketOf(value), value, labels);
  }
}

export abstract class ObservingFamily<S extends LabelSchema> implements LabelledHistogram<S> {
  protected readonly table: SeriesTable;
  readonly handles: HandleCache<ObservingHandle>;

  constructor(table: SeriesTable, makers: HandleMakers<ObservingHandle>) {
    this.table = table;
    this.handles = new HandleCache(table, makers);
  }

  handle(labels: LabelValues<S>): Histogram {
    return this.handles.of(labels);
  }

  observe(labels: LabelValues<S>, value: number): void {
    this.#observe(labels, value, 1);
  }

  observeMany(labels: LabelValues<S>, value: number, times: number): void {
    if (isTimes(times)) this.#observe(labels, value, times);
    else this.table.settle(INVALID_VALUE);
  }

  observeWithExemplar(labels: LabelValues<S>, value: number, exemplarLabels: ExemplarLabels): void {
    const row = this.#observe(labels, value, 1);
    if (row >= 0) keepExemplar(this.table, row, { bucket: this.bucketOf(value), value, labels: exemplarLabels });
  }

  remove(labels: LabelValues<S>): boolean {
    return this.handles.remove(labels);
  }

  /** False for a value that this kind cannot count; then nothing has changed. */
  protected abstract write(values: Float64Array, offset: number, value: number, times: number): boolean;
  protected abstract bucketOf(value: number): number;

  /** Answers with the row, or -1. */
  #observe(labels: LabelValues<S>, value: number, times: number): number {
    const table = this.table;
    // The value before the labels: what cannot be taken must not make a series.
    let row = isObservation(value) ? table.rowOf(labels) : INVALID_VALUE;
    if (row < 0) row = table.settle(row);
    if (row < 0) return row;
    if (!this.write(table.chunkOf(row), table.offsetOf(row), value, times)) return table.settle(INVALID_VALUE);
    if (table.isWatched) table.recorded(row);
    return row;
  }
}

export function isObservation(value: unknown): value is number {
  return typeof value === 'number' && value > Number.NEGATIVE_INFINITY && value < Number.POSITIVE_INFINITY;
}

const MAX_TIMES = 2 ** 32;

export function isTimes(times: unknown): times is number {
  return Number.isInteger(times) && (times as number) >= 1 && (times as number) <= MAX_TIMES;
}
