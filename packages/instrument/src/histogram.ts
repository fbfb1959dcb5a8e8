// Classic histograms: fixed upper bounds, a count for each and for what is above all of them, and the sum. Inside, a count
// belongs to its own bucket only; the exposition adds them up, so that an observation changes two numbers however many
// buckets there are.

import type { BucketIndex } from './bucket-index.ts';
import { FIRST_COUNT_SLOT, SUM_SLOT } from './histogram-layout.ts';
import type { LabelSchema } from './labels.ts';
import { isObservation, isTimes, ObservingFamily, ObservingHandle } from './observing-family.ts';
import type { SeriesTable } from './series/series-table.ts';

class HistogramHandle extends ObservingHandle {
  readonly #buckets: BucketIndex;

  constructor(table: SeriesTable, row: number, buckets: BucketIndex) {
    super(table, row);
    this.#buckets = buckets;
  }

  observe(value: number): void {
    if (isObservation(value) && (this.values.length > 0 || this.revive())) {
      const { values, offset } = this;
      values[offset + FIRST_COUNT_SLOT + this.#buckets.find(value)]! += 1;
      values[offset + SUM_SLOT]! += value;
    } else {
      this.drop();
    }
  }

  observeMany(value: number, times: number): void {
    if (isObservation(value) && isTimes(times) && (this.values.length > 0 || this.revive())) {
      const { values, offset } = this;
      values[offset + FIRST_COUNT_SLOT + this.#buckets.find(value)]! += times;
      values[offset + SUM_SLOT]! += value * times;
    } else {
      this.drop();
    }
  }

  protected bucketOf(value: number): number {
    return this.#buckets.find(value);
  }
}

class WatchedHistogramHandle extends HistogramHandle {
  readonly #afterRecord: (row: number) => void;

  constructor(table: SeriesTable, row: number, buckets: BucketIndex, afterRecord: (row: number) => void) {
    super(table, row, buckets);
    this.#afterRecord = afterRecord;
  }

  override observe(value: number): void {
    super.observe(value);
    if (isObservation(value) && this.row >= 0) this.#afterRecord(this.row);
  }

  override observeMany(value: number, times: number): void {
    super.observeMany(value, times);
    if (isObservation(value) && isTimes(times) && this.row >= 0) this.#afterRecord(this.row);
  }
}

export class HistogramFamily<S extends LabelSchema> extends ObservingFamily<S> {
  readonly #buckets: BucketIndex;

  constructor(table: SeriesTable, buckets: BucketIndex) {
    super(table, {
      plain: (row) => new HistogramHandle(table, row, buckets),
      watched: (row, afterRecord) => new WatchedHistogramHandle(table, row, buckets, afterRecord),
    });
    this.#buckets = buckets;
  }

  protected write(values: Float64Array, offset: number, value: number, times: number): boolean {
    values[offset + FIRST_COUNT_SLOT + this.#buckets.find(value)]! += times;
    values[offset + SUM_SLOT]! += value * times;
    return true;
  }

  protected bucketOf(value: number): number {
    return this.#buckets.find(value);
  }
}
