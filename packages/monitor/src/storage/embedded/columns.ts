// A growable pair of columns, times and value bits, that is filled again and again: the samples of one series on their
// way to a reader or into a chunk.

const INITIAL_SAMPLES = 256;

export class Columns {
  timesMs = new Float64Array(INITIAL_SAMPLES);
  values = new Float64Array(INITIAL_SAMPLES);
  /** The values, in the same memory: two 32-bit words each, low word first. */
  bits = new Uint32Array(this.values.buffer);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** There must be room. */
  push(timeMs: number, low: number, high: number): void {
    this.timesMs[this.length] = timeMs;
    this.bits[2 * this.length] = low;
    this.bits[2 * this.length + 1] = high;
    this.length++;
  }

  /** Both of the same length. */
  append(timesMs: Float64Array, values: Float64Array): void {
    this.ensure(timesMs.length);
    this.timesMs.set(timesMs, this.length);
    this.values.set(values, this.length);
    this.length += timesMs.length;
  }

  /** Makes room for so many samples more. */
  ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.timesMs.length) return;
    const capacity = Math.max(needed, 2 * this.timesMs.length);
    const timesMs = new Float64Array(capacity);
    timesMs.set(this.timesMs.subarray(0, this.length));
    const values = new Float64Array(capacity);
    values.set(this.values.subarray(0, this.length));
    this.timesMs = timesMs;
    this.values = values;
    this.bits = new Uint32Array(values.buffer);
  }

  copyTimes(): Float64Array {
    return this.timesMs.slice(0, this.length);
  }

  copyValues(): Float64Array {
    return this.values.slice(0, this.length);
  }

  copyBits(): Uint32Array<ArrayBuffer> {
    return this.bits.slice(0, 2 * this.length);
  }
}

/** The first index whose time is at least `timeMs`; `length` when there is none. */
export function firstAtOrAfter(timesMs: Float64Array, length: number, timeMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! < timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The first index whose time is greater than `timeMs`; `length` when there is none. */
export function firstAfter(timesMs: Float64Array, length: number, timeMs: number): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (timesMs[middle]! <= timeMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
