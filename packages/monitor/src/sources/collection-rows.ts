// The samples of the collection that is going on, as its collector gives them. The columns are kept from one collection to
// the next. Invariant: of two samples of one series and time the first is kept, and of a sample that is not kept nothing is.

import type { MetricMetadata, NativeHistogram } from '../model/batch.ts';
import type { Labels } from '../model/labels.ts';
import type { GivenExemplar, SampleSink } from './interface.ts';
import type { TargetSeries } from './target-series.ts';

const INITIAL_ROWS = 256;

export class CollectionRows implements SampleSink {
  count = 0;
  given = 0;
  duplicates = 0;
  slots = new Float64Array(INITIAL_ROWS);
  values = new Float64Array(INITIAL_ROWS);
  /** NaN for samples that came without; none at all when none had one. */
  timestampsMs: Float64Array | undefined;
  /** By row, ascending. */
  histograms: { readonly row: number; readonly histogram: NativeHistogram }[] = [];
  exemplars: { readonly row: number; readonly exemplar: GivenExemplar }[] = [];
  described: MetricMetadata[] = [];
  readonly #series: TargetSeries;
  readonly #latestMsOfSlot = new Map<number, number>();
  #collection = 0;
  #isOpen = false;
  /** Of the sample that was given last: its slot when it was kept. */
  #lastKept = -1;

  constructor(series: TargetSeries) {
    this.#series = series;
  }

  get firstSlot(): number {
    return this.#series.firstSlot;
  }

  begin(collection: number): void {
    this.#collection = collection;
    this.given = 0;
    this.clear();
    this.#isOpen = true;
  }

  clear(): void {
    this.count = 0;
    this.duplicates = 0;
    this.timestampsMs = undefined;
    this.#latestMsOfSlot.clear();
    this.histograms = [];
    this.exemplars = [];
    this.described = [];
    this.#lastKept = -1;
  }

  close(): void {
    this.#isOpen = false;
  }

  slotOf(labels: Labels): number {
    return this.#series.slotOf(labels);
  }

  add(slot: number, value: number, timestampMs?: number): void {
    if (!this.#isOpen) return;
    this.given++;
    if (this.#series.lastSeen(slot) === this.#collection && this.#isDuplicate(slot, timestampMs)) {
      this.duplicates++;
      this.#lastKept = -1;
      return;
    }
    this.#series.markSeen(slot, this.#collection);
    if (this.count === this.slots.length) this.#grow();
    this.slots[this.count] = slot;
    // Whatever bits a NaN comes with, it is no stale marker.
    this.values[this.count] = Number.isNaN(value) ? Number.NaN : value;
    if (timestampMs !== undefined) this.#setTimestamp(slot, timestampMs);
    this.#lastKept = slot;
    this.count++;
  }

  histogram(slot: number, histogram: NativeHistogram, timestampMs?: number): void {
    const row = this.count;
    this.add(slot, histogram.sum, timestampMs);
    if (this.count === row) return;
    const isMarked = Number.isNaN(histogram.sum);
    this.histograms.push({ row, histogram: isMarked ? { ...histogram, sum: Number.NaN } : histogram });
  }

  exemplar(slot: number, exemplar: GivenExemplar): void {
    if (this.#isOpen && slot === this.#lastKept) this.exemplars.push({ row: this.count - 1, exemplar });
  }

  describe(metadata: MetricMetadata): void {
    if (this.#isOpen) this.described.push(metadata);
  }

  /** Of the series that the store has; those with timestamps of their own end by themselves. */
  slotsToMarkWhenGone(): number[] {
    const slots: number[] = [];
    for (let row = 0; row < this.count; row++) {
      const slot = this.slots[row]!;
      if (this.#series.refOf(slot) !== 0 && !this.#latestMsOfSlot.has(slot)) slots.push(slot);
    }
    return slots;
  }

  #setTimestamp(slot: number, timestampMs: number): void {
    this.timestampsMs ??= new Float64Array(this.slots.length).fill(Number.NaN);
    this.timestampsMs[this.count] = timestampMs;
    this.#latestMsOfSlot.set(slot, timestampMs);
  }

  /** Several samples of one series are fine when each says another time. */
  #isDuplicate(slot: number, timestampMs: number | undefined): boolean {
    const latestMs = this.#latestMsOfSlot.get(slot);
    return timestampMs === undefined || latestMs === undefined || latestMs === timestampMs;
  }

  #grow(): void {
    const slots = new Float64Array(2 * this.slots.length);
    slots.set(this.slots);
    this.slots = slots;
    const values = new Float64Array(2 * this.values.length);
    values.set(this.values);
    this.values = values;
    if (this.timestampsMs === undefined) return;
    const timestampsMs = new Float64Array(slots.length).fill(Number.NaN);
    timestampsMs.set(this.timestampsMs);
    this.timestampsMs = timestampsMs;
  }
}
