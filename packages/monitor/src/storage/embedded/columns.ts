// A growable pair of columns, times and value bits, that is filled again and again: the samples of one series on their
// way to a reader or into a chunk.

export class Columns {
  timesMs = new Float64Array(256);
  /** Two 32-bit words a value, low word first. */
  bits = new Uint32Array(512);
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

  /** Makes room for so many samples more. */
  ensure(count: number): void {
    const needed = this.length + count;
    if (needed <= this.timesMs.length) return;
    const capacity = Math.max(needed, 2 * this.timesMs.length);
    const timesMs = new Float64Array(capacity);
    timesMs.set(this.timesMs.subarray(0, this.length));
    const bits = new Uint32Array(2 * capacity);
    bits.set(this.bits.subarray(0, 2 * this.length));
    this.timesMs = timesMs;
    this.bits = bits;
  }

  copyTimes(): Float64Array {
    return this.timesMs.slice(0, this.length);
  }

  /** The values where they lie: until something else is put in. */
  shownValues(): Float64Array {
    return new Float64Array(this.bits.buffer, 0, this.length);
  }

  copyValues(): Float64Array {
    return new Float64Array(this.copyBits().buffer);
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
