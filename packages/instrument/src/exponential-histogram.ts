// Exponential histograms: buckets that fit themselves to what is observed, each a fixed share wider than the one before. The
// counting is in exponential/; here it becomes instruments.

import { type ExponentialLayout, ZERO_THRESHOLD } from './exponential/layout.ts';
import { observeExponential } from './exponential/observe.ts';
import type { LabelSchema } from './labels.ts';
import { isObservation, isTimes, ObservingFamily, ObservingHandle } from './observing-family.ts';
import type { SeriesTable } from './series/series-table.ts';

class ExponentialHandle extends ObservingHandle {
  readonly #layout: ExponentialLayout;

  constructor(table: SeriesTable, row: number, layout: ExponentialLayout) {
    super(table, row);
    this.#layout = layout;
  }

  observe(value: number): void {
    const canCount = isObservation(value) && (this.values.length > 0 || this.revive());
    if (!canCount || !observeExponential(this.values, this.offset, this.#layout, value)) this.drop();
  }

  protected override takes(value: unknown): value is number {
    return isObservation(value) && (value >= -ZERO_THRESHOLD || this.#layout.negativeSlot !== 0);
  }

  observeMany(value: number, times: number): void {
    const canCount = isObservation(value) && isTimes(times) && (this.values.length > 0 || this.revive());
    if (!canCount || !observeExponential(this.values, this.offset, this.#layout, value, times)) this.drop();
  }

  protected bucketOf(value: number): number {
    return exemplarPlace(value);
  }
}

class WatchedExponentialHandle extends ExponentialHandle {
  readonly #afterRecord: (row: number) => void;

  constructor(table: SeriesTable, row: number, layout: ExponentialLayout, afterRecord: (row: number) => void) {
    super(table, row, layout);
    this.#afterRecord = afterRecord;
  }

  override observe(value: number): void {
    super.observe(value);
    if (this.takes(value) && this.row >= 0) this.#afterRecord(this.row);
  }

  override observeMany(value: number, times: number): void {
    super.observeMany(value, times);
    if (isObservation(value) && isTimes(times) && this.row >= 0) this.#afterRecord(this.row);
  }
}

export class ExponentialHistogramFamily<S extends LabelSchema> extends ObservingFamily<S> {
  readonly #layout: ExponentialLayout;

  constructor(table: SeriesTable, layout: ExponentialLayout) {
    super(table, {
      plain: (row) => new ExponentialHandle(table, row, layout),
      watched: (row, afterRecord) => new WatchedExponentialHandle(table, row, layout, afterRecord),
    });
    this.#layout = layout;
  }

  protected write(values: Float64Array, offset: number, value: number, times: number): boolean {
    return observeExponential(values, offset, this.#layout, value, times);
  }

  protected bucketOf(value: number): number {
    return exemplarPlace(value);
  }
}

/** Exemplars kept for one series. */
const EXEMPLAR_PLACES = 10;

/** One exemplar is kept for each power of ten in turn, so that they come from all over the range. */
function exemplarPlace(value: number): number {
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  return Number.isFinite(magnitude) ? ((magnitude % EXEMPLAR_PLACES) + EXEMPLAR_PLACES) % EXEMPLAR_PLACES : 0;
}
