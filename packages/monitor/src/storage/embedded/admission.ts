// Which samples of a batch are let in. A series only takes samples after its latest one; the same sample once more is
// taken for there already. Admission moves the latest samples forward at once, so that a batch is checked against itself
// too, and remembers how to take that back should the commit fail.

import { hash } from 'node:crypto';
import type { Batch, NativeHistogram } from '../../model/batch.ts';
import { bitsOf } from '../../model/staleness.ts';
import type { RejectReason } from '../interface.ts';
import type { EncodableRows, EncodedHistogram, LogExemplar } from './batch-codec.ts';
import { encodeHistogram } from './histogram-codec.ts';
import { type StoreLimits, TIMESTAMP_MAX_MS } from './limits.ts';
import type { SeriesRegistry } from './series-registry.ts';

export interface Admitted extends EncodableRows {
  /** By row, like the other columns. */
  readonly slots: Uint32Array;
  /** Samples that are stored now or were there already. */
  readonly acceptedSamples: number;
  readonly rejectedSamples: Record<RejectReason, number>;
}

export class Admission {
  readonly #registry: SeriesRegistry;
  readonly #limits: StoreLimits;
  readonly #latestExemplarMs: (slot: number) => number;
  // Columns of the rows that are let in, used again for every batch.
  #slots = new Uint32Array(0);
  #refs = new Uint32Array(0);
  #timestampsMs = new Float64Array(0);
  #valueBits = new Uint32Array(0);
  // What the latest samples were before: the time, and the words of the value.
  #beforeMs = new Float64Array(0);
  #beforeBits = new Uint32Array(0);
  #count = 0;

  /** `latestExemplarMs` gives the time of the last exemplar that a series is known to have, or -Infinity. */
  constructor(registry: SeriesRegistry, limits: StoreLimits, latestExemplarMs: (slot: number) => number) {
    this.#registry = registry;
    this.#limits = limits;
    this.#latestExemplarMs = latestExemplarMs;
  }

  /** Valid until the next call. `oldestMs`: what is older is too old. */
  admit(batch: Batch, oldestMs: number): Admitted {
    const samples = batch.refs.length;
    this.#count = 0;
    this.#reserve(samples);
    const rejected = { out_of_order: 0, duplicate: 0, too_old: 0, invalid: 0, series_limit: 0 };
    const sourceBits = bitsOf(batch.values);
    const histogramOf = new Map(batch.histograms?.map(({ row, histogram }) => [row, histogram]));
    const histograms: EncodedHistogram[] = [];
    const refused = batch.exemplars === undefined ? undefined : new Set<number>();
    const { timestampsMs } = batch;
    let accepted = 0;
    for (let row = 0; row < samples; row++) {
      const timeMs = typeof timestampsMs === 'number' ? timestampsMs : timestampsMs[row]!;
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
      }
    }
    return {
      count: this.#count,
      slots: this.#slots,
      refs: this.#refs,
      timestampsMs: this.#timestampsMs,
      valueBits: this.#valueBits,
      histograms,
      exemplars: this.#admitExemplars(batch, refused, oldestMs),
      acceptedSamples: accepted,
      rejectedSamples: rejected,
    };
  }

  /** Forgets the batch that was admitted last, or as far as it was: it was not committed. */
  takeBack(): void {
    const { latestMs, latestBits } = this.#registry.index;
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
    const slot = this.#registry.slotFor(ref);
    if (slot < 0) return 'invalid';
    const { latestMs, latestBits } = this.#registry.index;
    const latest = latestMs[slot]!;
    const latestLow = latestBits[2 * slot]!;
    const latestHigh = latestBits[2 * slot + 1]!;
    if (timeMs < latest) return 'out_of_order';
    if (timeMs === latest) return low === latestLow && high === latestHigh ? undefined : 'duplicate';
    const row = this.#count++;
    this.#slots[row] = slot;
    this.#refs[row] = this.#registry.index.refOf(slot);
    this.#timestampsMs[row] = timeMs;
    this.#valueBits[2 * row] = low;
    this.#valueBits[2 * row + 1] = high;
    this.#beforeMs[row] = latest;
    this.#beforeBits[2 * row] = latestLow;
    this.#beforeBits[2 * row + 1] = latestHigh;
    latestMs[slot] = timeMs;
    latestBits[2 * slot] = low;
    latestBits[2 * slot + 1] = high;
    return undefined;
  }

  /** Exemplars go in with their sample, unless they are no news, too old, too long or have no valid time. */
  #admitExemplars(batch: Batch, refused: ReadonlySet<number> | undefined, oldestMs: number): LogExemplar[] {
    const admitted: LogExemplar[] = [];
    for (const { row, exemplar } of batch.exemplars ?? []) {
      const slot = row < batch.refs.length && !refused?.has(row) ? this.#registry.slotFor(batch.refs[row]!) : -1;
      if (slot < 0 || !isTimestamp(exemplar.timestampMs) || exemplar.timestampMs < oldestMs) continue;
      if (exemplar.timestampMs <= this.#latestExemplarMs(slot)) continue;
      const length = exemplar.labels.reduce((sum, { name, value }) => sum + name.length + value.length, 0);
      if (length > this.#limits.exemplarLengthMax) continue;
      admitted.push({ ref: this.#registry.index.refOf(slot), exemplar });
    }
    return admitted;
  }

  #reserve(samples: number): void {
    if (samples <= this.#slots.length) return;
    this.#slots = new Uint32Array(samples);
    this.#refs = new Uint32Array(samples);
    this.#timestampsMs = new Float64Array(samples);
    this.#valueBits = new Uint32Array(2 * samples);
    this.#beforeMs = new Float64Array(samples);
    this.#beforeBits = new Uint32Array(2 * samples);
  }
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
