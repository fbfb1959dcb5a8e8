// Which samples of a batch are let in, and which of them came late. A sample after the latest of its series is in order;
// any other is late, unless its time is known to be there: then the same value is taken for stored already, and another is
// a duplicate. What is only in chunks is not looked at: there the earlier sample stays when both are read.
//
// Admission moves the latest samples forward at once, so that a batch is checked against itself too, and remembers how to
// take that back should the commit fail. A latest time that is no whole number stands for "nothing after it": after a
// start the chunks tell no more than that, and it is equal to no sample's time.

import { hash } from 'node:crypto';
import type { Batch, Exemplar, NativeHistogram } from '../../../model/batch.ts';
import { labelsKey } from '../../../model/labels.ts';
import { bitsOf } from '../../../model/staleness.ts';
import type { RejectedRow, RejectReason } from '../../interface.ts';
import { encodeHistogram } from '../../sqlite/histogram-codec.ts';
import type { Heads } from '../head/heads.ts';
import type { ValueBits } from '../head/sorted-samples.ts';
import { type StoreLimits, TIMESTAMP_MAX_MS } from '../limits.ts';
import type { SeriesRegistry } from '../series/series-registry.ts';
import type { EncodableRows } from './batch-codec.ts';
import type { EncodedHistogram, LogExemplar } from './hanging-rows.ts';

/** Refused rows that are named; the rest are counted. */
const FIRST_REJECTED_MAX = 10;

export interface AdmissionParts {
  readonly series: Pick<SeriesRegistry, 'slotOf' | 'latestMs' | 'latestBits'>;
  readonly heads: Pick<Heads, 'find' | 'latestExemplar'>;
  readonly limits: StoreLimits;
}

export interface Admitted extends EncodableRows {
  /** By row: 1 when the sample is late. */
  readonly late: Uint8Array;
  /** Samples that are stored now or were there already. */
  readonly acceptedSamples: number;
  /** Of the batch, that are stored now or were there already. */
  readonly acceptedExemplars: number;
  readonly rejectedSamples: Record<RejectReason, number>;
  readonly firstRejected: readonly RejectedRow[];
}

export class Admission {
  readonly #parts: AdmissionParts;
  // Columns of the rows that are let in, used again for every batch.
  #slots = new Uint32Array(0);
  #late = new Uint8Array(0);
  #refs = new Uint32Array(0);
  #timestampsMs = new Float64Array(0);
  #valueBits = new Uint32Array(0);
  // What the latest samples were before: the time, and the words of the value.
  #beforeMs = new Float64Array(0);
  #beforeBits = new Uint32Array(0);
  #count = 0;
  /** Exemplars of this batch that are stored with it or were there already. */
  #exemplars = 0;
  /** Rows of this batch by slot and time, once it has a late one. */
  #rowsByTime: Map<number, Map<number, number>> | undefined;

  constructor(parts: AdmissionParts) {
    this.#parts = parts;
  }

  /** Valid until the next call. `oldestMs`: what is older is too old. */
  admit(batch: Batch, oldestMs: number): Admitted {
    const samples = batch.refs.length;
    this.#count = 0;
    this.#exemplars = 0;
    this.#rowsByTime = undefined;
    this.#reserve(samples);
    const rejected = { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0, unknown_series: 0 };
    const sourceBits = bitsOf(batch.values);
    const histogramOf = new Map(batch.histograms?.map(({ row, histogram }) => [row, histogram]));
    const histograms: EncodedHistogram[] = [];
    const refused = batch.exemplars === undefined ? undefined : new Set<number>();
    const { timestampsMs } = batch;
    const firstRejected: RejectedRow[] = [];
    let accepted = 0;
    for (let row = 0; row < samples; row++) {
      // A time of -0 becomes 0.
      const timeMs = (typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!) + 0;
      const histogram = histogramOf.size === 0 ? undefined : encoded(histogramOf.get(row));
      const bits = histogram === undefined ? sourceBits : histogram.digest;
      const at = histogram === undefined ? 2 * row : 0;
      const before = this.#count;
      const reason = this.#admitRow(batch.refs[row]!, timeMs, bits[at]!, bits[at + 1]!, oldestMs);
      if (reason === undefined) {
        accepted++;
        if (histogram !== undefined && this.#count > before) histograms.push({ row: before, ...histogram });
      } else {
        rejected[reason]++;
        refused?.add(row);
        if (firstRejected.length < FIRST_REJECTED_MAX) firstRejected.push({ row, reason });
      }
    }
    const exemplars = this.#admitExemplars(batch, refused, oldestMs);
    return {
      count: this.#count,
      slots: this.#slots,
      late: this.#late,
      refs: this.#refs,
      timestampsMs: this.#timestampsMs,
      valueBits: this.#valueBits,
      histograms,
      exemplars,
      acceptedSamples: accepted,
      acceptedExemplars: this.#exemplars,
      rejectedSamples: rejected,
      firstRejected,
    };
  }

  /** Forgets the batch that was admitted last, or as far as it was: it was not committed. */
  takeBack(): void {
    const { latestMs, latestBits } = this.#parts.series;
    for (let row = this.#count - 1; row >= 0; row--) {
      const slot = this.#slots[row]!;
      latestMs[slot] = this.#beforeMs[row]!;
      latestBits[2 * slot] = this.#beforeBits[2 * row]!;
      latestBits[2 * slot + 1] = this.#beforeBits[2 * row + 1]!;
    }
    this.#count = 0;
  }

  #admitRow(ref: number, timeMs: number, low: number, high: number, oldestMs: number): RejectReason | undefined {
    if (ref === 0) return 'series_limit';
    if (!isTimestamp(timeMs)) return 'invalid';
    if (timeMs < oldestMs) return 'too_old';
    const slot = this.#parts.series.slotOf(ref);
    if (slot < 0) return 'unknown_series';
    const { latestMs, latestBits } = this.#parts.series;
    const latest = latestMs[slot]!;
    const isLate = timeMs <= latest;
    if (isLate) {
      const known =
        timeMs === latest
          ? { low: latestBits[2 * slot]!, high: latestBits[2 * slot + 1]! }
          : this.#findLate(slot, timeMs);
      if (known !== undefined) return known.low === low && known.high === high ? undefined : 'duplicate';
    }
    const row = this.#count++;
    this.#slots[row] = slot;
    this.#late[row] = isLate ? 1 : 0;
    this.#refs[row] = ref;
    this.#timestampsMs[row] = timeMs;
    this.#valueBits[2 * row] = low;
    this.#valueBits[2 * row + 1] = high;
    this.#beforeMs[row] = latest;
    this.#beforeBits[2 * row] = latestBits[2 * slot]!;
    this.#beforeBits[2 * row + 1] = latestBits[2 * slot + 1]!;
    if (this.#rowsByTime !== undefined) addTo(this.#rowsByTime, slot, timeMs, row);
    if (isLate) return undefined;
    latestMs[slot] = timeMs;
    latestBits[2 * slot] = low;
    latestBits[2 * slot + 1] = high;
    return undefined;
  }

  /** What this batch or a head has for the time. */
  #findLate(slot: number, timeMs: number): ValueBits | undefined {
    if (this.#rowsByTime === undefined) {
      this.#rowsByTime = new Map();
      for (let row = 0; row < this.#count; row++) {
        addTo(this.#rowsByTime, this.#slots[row]!, this.#timestampsMs[row]!, row);
      }
    }
    const row = this.#rowsByTime.get(slot)?.get(timeMs);
    if (row === undefined) return this.#parts.heads.find(slot, timeMs);
    return { low: this.#valueBits[2 * row]!, high: this.#valueBits[2 * row + 1]! };
  }

  /**
   * Exemplars go in with their sample, unless they are too old, too long, have no valid time, belong to a series that never
   * had a sample or come after one of their series that is not older.
   */
  #admitExemplars(batch: Batch, refused: ReadonlySet<number> | undefined, oldestMs: number): LogExemplar[] {
    const admitted: LogExemplar[] = [];
    const { series, heads, limits } = this.#parts;
    const latestOf = new Map<number, Exemplar | undefined>();
    const offer = (ref: number, exemplar: Exemplar) => {
      const slot = series.slotOf(ref);
      if (slot < 0 || series.latestMs[slot] === Number.NEGATIVE_INFINITY) return;
      if (!isTimestamp(exemplar.timestampMs) || exemplar.timestampMs < oldestMs) return;
      if (lengthOf(exemplar) > limits.exemplarLengthMax) return;
      const latest = latestOf.get(slot) ?? heads.latestExemplar(slot);
      if (latest === undefined || exemplar.timestampMs > latest.timestampMs) {
        admitted.push({ ref, exemplar });
        latestOf.set(slot, exemplar);
      } else if (!isSame(exemplar, latest)) return;
      this.#exemplars++;
    };
    for (const { row, exemplar } of batch.exemplars ?? []) {
      if (row < batch.refs.length && !refused?.has(row)) offer(batch.refs[row]!, exemplar);
    }
    for (const { ref, exemplar } of batch.seriesExemplars ?? []) offer(ref, exemplar);
    return admitted;
  }

  #reserve(samples: number): void {
    if (samples <= this.#slots.length) return;
    this.#slots = new Uint32Array(samples);
    this.#late = new Uint8Array(samples);
    this.#refs = new Uint32Array(samples);
    this.#timestampsMs = new Float64Array(samples);
    this.#valueBits = new Uint32Array(2 * samples);
    this.#beforeMs = new Float64Array(samples);
    this.#beforeBits = new Uint32Array(2 * samples);
  }
}

function addTo(rows: Map<number, Map<number, number>>, slot: number, timeMs: number, row: number): void {
  let own = rows.get(slot);
  if (own === undefined) rows.set(slot, (own = new Map()));
  own.set(timeMs, row);
}

function lengthOf({ labels }: Exemplar): number {
  return labels.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
}

function isSame(one: Exemplar, other: Exemplar): boolean {
  return (
    one.timestampMs === other.timestampMs &&
    Object.is(one.value, other.value) &&
    labelsKey(one.labels) === labelsKey(other.labels)
  );
}

function isTimestamp(timeMs: number): boolean {
  return Number.isInteger(timeMs) && Math.abs(timeMs) <= TIMESTAMP_MAX_MS;
}

/** The bytes of a histogram, and of their SHA-256 the first 64 bits, which stand for its value. */
function encoded(histogram: NativeHistogram | undefined) {
  if (histogram === undefined) return undefined;
  const bytes = encodeHistogram(histogram);
  const digest = new Uint32Array(new Uint8Array(hash('sha256', bytes, 'buffer').subarray(0, 8)).buffer);
  return { histogram, bytes, digest };
}
