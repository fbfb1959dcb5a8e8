// The head that takes samples and, while one is being sealed, the frozen one before it.

import type { Exemplar } from '../../../model/batch.ts';
import type { HangingRows } from '../log/hanging-rows.ts';
import { Head } from './head.ts';
import type { SlabPool } from './in-order-samples.ts';
import type { ValueBits } from './sorted-samples.ts';

/** A head that takes no more samples, and the last page of the log that holds the same. */
export interface FrozenHead {
  readonly head: Head;
  readonly throughSequence: number;
}

/** Rows that are committed. Columns may be longer than `count`. */
export interface CommittedRows extends HangingRows {
  readonly count: number;
  readonly slots: Uint32Array;
  /** 1 where the sample is not after the latest of its series. */
  readonly late: Uint8Array;
  readonly timestampsMs: Float64Array;
  readonly valueBits: Uint32Array;
}

export class Heads {
  readonly #pool: SlabPool = [];
  #current = new Head(this.#pool);
  #frozen: FrozenHead | undefined;
  #all: readonly Head[] = [this.#current];
  /** When the current head got its first sample, on the store's clock. */
  #sinceMs = 0;

  /** Those that hold samples, the older one first. */
  all(): readonly Head[] {
    return this.#all;
  }

  get current(): Head {
    return this.#current;
  }

  get frozen(): FrozenHead | undefined {
    return this.#frozen;
  }

  get sinceMs(): number {
    return this.#sinceMs;
  }

  get samples(): number {
    return this.#current.samples + (this.#frozen?.head.samples ?? 0);
  }

  get isEmpty(): boolean {
    return this.#frozen === undefined && this.#current.isEmpty();
  }

  has(slot: number): boolean {
    return this.#current.has(slot) || this.#frozen?.head.has(slot) === true;
  }

  /** What is stored for this time of the series. */
  find(slot: number, timeMs: number): ValueBits | undefined {
    return this.#current.find(slot, timeMs) ?? this.#frozen?.head.find(slot, timeMs);
  }

  latestExemplar(slot: number): Exemplar | undefined {
    return this.#current.exemplarsOf(slot).at(-1) ?? this.#frozen?.head.exemplarsOf(slot).at(-1);
  }

  /** Takes rows that are in the log. */
  take(rows: CommittedRows, nowMs: number, slotOf: (ref: number) => number): void {
    if (this.#current.isEmpty()) this.#sinceMs = nowMs;
    const { inOrder, late } = this.#current;
    const { count, slots, timestampsMs, valueBits, histograms } = rows;
    let nextHistogram = 0;
    for (let row = 0; row < count; row++) {
      const slot = slots[row]!;
      const timestampMs = timestampsMs[row]!;
      const low = valueBits[2 * row]!;
      const high = valueBits[2 * row + 1]!;
      const hasHistogram = nextHistogram < histograms.length && histograms[nextHistogram]!.row === row;
      const sample = hasHistogram ? { timestampMs, histogram: histograms[nextHistogram++]!.histogram } : undefined;
      if (rows.late[row] === 1) late.insert(slot, timestampMs, low, high, sample);
      else if (sample === undefined) inOrder.push(slot, timestampMs, low, high);
      else inOrder.pushHistogram(slot, sample, low, high);
    }
    for (const { ref, exemplar } of rows.exemplars) this.#current.pushExemplar(slotOf(ref), exemplar);
  }

  /** The frozen head; the current one is frozen when there is none. */
  freeze(throughSequence: number): FrozenHead {
    if (this.#frozen === undefined) {
      this.#frozen = { head: this.#current, throughSequence };
      this.#current = new Head(this.#pool);
      this.#all = [this.#frozen.head, this.#current];
    }
    return this.#frozen;
  }

  /** The frozen head is in chunks now. */
  drop(): void {
    this.#frozen?.head.release();
    this.#frozen = undefined;
    this.#all = [this.#current];
  }
}
