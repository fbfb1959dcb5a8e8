// The samples of one series in order of time, each time once, where they may come in any order. What comes last in time is
// added at the end; the rest goes into a short stretch of its own that is merged in when it is full, so that even samples
// in falling order cost little each.

import type { TimeRange } from '../../interface.ts';
import { type Columns, firstAfter, firstAtOrAfter } from '../columns.ts';

const INITIAL_SAMPLES = 8;
const STRAY_SAMPLES_MAX = 512;

/** The bits of a value; of a native histogram those of its digest. */
export interface ValueBits {
  readonly low: number;
  readonly high: number;
}

export class SortedSamples {
  #main = new Sorted();
  #stray: Sorted | undefined;

  /** Adds the sample unless its time is there; gives whether it was added. */
  insert(timeMs: number, low: number, high: number): boolean {
    const main = this.#main;
    if (this.#stray === undefined && timeMs > main.lastMs) {
      main.add(main.length, timeMs, low, high);
      return true;
    }
    if (main.indexOf(timeMs) >= 0) return false;
    this.#stray ??= new Sorted();
    const at = firstAtOrAfter(this.#stray.timesMs, this.#stray.length, timeMs);
    if (at < this.#stray.length && this.#stray.timesMs[at] === timeMs) return false;
    this.#stray.add(at, timeMs, low, high);
    if (this.#stray.length === STRAY_SAMPLES_MAX) this.#mergeStray();
    return true;
  }

  find(timeMs: number): ValueBits | undefined {
    return this.#main.find(timeMs) ?? this.#stray?.find(timeMs);
  }

  /** Appends those in the range to `columns`. */
  read({ minTimeMs, maxTimeMs }: TimeRange, columns: Columns): void {
    this.#mergeStray();
    const { timesMs, bits, length } = this.#main;
    const start = firstAtOrAfter(timesMs, length, minTimeMs);
    const end = firstAfter(timesMs, length, maxTimeMs);
    if (end <= start) return;
    columns.ensure(end - start);
    columns.timesMs.set(timesMs.subarray(start, end), columns.length);
    columns.bits.set(bits.subarray(2 * start, 2 * end), 2 * columns.length);
    columns.length += end - start;
  }

  #mergeStray(): void {
    const stray = this.#stray;
    if (stray === undefined) return;
    const main = this.#main;
    const merged = new Sorted(main.length + stray.length);
    let fromMain = 0;
    for (let at = 0; at < stray.length; at++) {
      const upTo = firstAtOrAfter(main.timesMs, main.length, stray.timesMs[at]!);
      merged.append(main, fromMain, upTo);
      merged.append(stray, at, at + 1);
      fromMain = upTo;
    }
    merged.append(main, fromMain, main.length);
    this.#main = merged;
    this.#stray = undefined;
  }
}

class Sorted {
  timesMs: Float64Array<ArrayBuffer>;
  /** Two 32-bit words a value, low word first. */
  bits: Uint32Array<ArrayBuffer>;
  length = 0;

  constructor(capacity = INITIAL_SAMPLES) {
    this.timesMs = new Float64Array(capacity);
    this.bits = new Uint32Array(2 * capacity);
  }

  get lastMs(): number {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : this.timesMs[this.length - 1]!;
  }

  add(at: number, timeMs: number, low: number, high: number): void {
    if (this.length === this.timesMs.length) this.#grow();
    if (at < this.length) {
      this.timesMs.copyWithin(at + 1, at, this.length);
      this.bits.copyWithin(2 * at + 2, 2 * at, 2 * this.length);
    }
    this.timesMs[at] = timeMs;
    this.bits[2 * at] = low;
    this.bits[2 * at + 1] = high;
    this.length++;
  }

  /** There must be room. */
  append(other: Sorted, start: number, end: number): void {
    this.timesMs.set(other.timesMs.subarray(start, end), this.length);
    this.bits.set(other.bits.subarray(2 * start, 2 * end), 2 * this.length);
    this.length += end - start;
  }

  indexOf(timeMs: number): number {
    const at = firstAtOrAfter(this.timesMs, this.length, timeMs);
    return at < this.length && this.timesMs[at] === timeMs ? at : -1;
  }

  find(timeMs: number): ValueBits | undefined {
    const at = this.indexOf(timeMs);
    return at < 0 ? undefined : { low: this.bits[2 * at]!, high: this.bits[2 * at + 1]! };
  }

  #grow(): void {
    const capacity = Math.max(INITIAL_SAMPLES, 2 * this.length);
    const timesMs = new Float64Array(capacity);
    timesMs.set(this.timesMs);
    const bits = new Uint32Array(2 * capacity);
    bits.set(this.bits);
    this.timesMs = timesMs;
    this.bits = bits;
  }
}
