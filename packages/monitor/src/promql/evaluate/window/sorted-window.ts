// The values of a window in ascending order, carried from window to window: what left is taken out and what came is put in,
// each found by halving, unless so much changed that sorting anew is cheaper.

/** A window of which more than this share is new is sorted anew. */
const MOST_NEW = 1 / 4;
/** Fewer values are moved one by one: calling what moves many costs more. */
const FEW_MOVED = 64;

export class SortedWindow {
  readonly #values: Float64Array;
  /** Zeros of both signs sort by sign but are found by value: such series are always sorted anew. */
  readonly #hasNegativeZero: boolean;
  #sorted = new Float64Array(16);
  /** Without those that are no number. */
  #count = 0;
  #notNumbers = 0;
  #from = 0;
  #to = 0;

  constructor(values: Float64Array) {
    this.#values = values;
    this.#hasNegativeZero = values.some((value) => Object.is(value, -0));
  }

  get hasNotANumber(): boolean {
    return this.#notNumbers > 0;
  }

  moveTo(from: number, to: number): void {
    const changed = from - this.#from + (to - this.#to);
    if (this.#hasNegativeZero || from >= this.#to || changed > (to - from) * MOST_NEW + 1) this.#sortAnew(from, to);
    else {
      this.#makeRoom(to - from + changed);
      for (let index = this.#from; index < from; index++) this.#takeOut(this.#values[index]!);
      for (let index = this.#to; index < to; index++) this.#putIn(this.#values[index]!);
    }
    this.#from = from;
    this.#to = to;
  }

  /** With linear interpolation between the two nearest ranks; NaN counts as the smallest. */
  quantile(quantile: number): number {
    const count = this.#count + this.#notNumbers;
    if (count === 0 || Number.isNaN(quantile)) return NaN;
    if (quantile < 0) return -Infinity;
    if (quantile > 1) return Infinity;
    const rank = quantile * (count - 1);
    const lower = Math.max(0, Math.floor(rank));
    const upper = Math.min(count - 1, lower + 1);
    const weight = rank - Math.floor(rank);
    return this.#ranked(lower) * (1 - weight) + this.#ranked(upper) * weight;
  }

  #ranked(rank: number): number {
    return rank < this.#notNumbers ? NaN : this.#sorted[rank - this.#notNumbers]!;
  }

  #sortAnew(from: number, to: number): void {
    const count = to - from;
    this.#makeRoom(count);
    this.#sorted.set(this.#values.subarray(from, to));
    const sorted = this.#sorted.subarray(0, count).sort();
    this.#notNumbers = 0;
    while (this.#notNumbers < count && Number.isNaN(sorted[count - 1 - this.#notNumbers])) this.#notNumbers++;
    this.#count = count - this.#notNumbers;
  }

  #makeRoom(count: number): void {
    if (this.#sorted.length >= count) return;
    const larger = new Float64Array(2 * count);
    larger.set(this.#sorted.subarray(0, this.#count));
    this.#sorted = larger;
  }

  #takeOut(value: number): void {
    if (Number.isNaN(value)) {
      this.#notNumbers--;
      return;
    }
    const at = this.#rankOf(value);
    const sorted = this.#sorted;
    const count = --this.#count;
    if (count - at > FEW_MOVED) sorted.copyWithin(at, at + 1, count + 1);
    else for (let index = at; index < count; index++) sorted[index] = sorted[index + 1]!;
  }

  #putIn(value: number): void {
    if (Number.isNaN(value)) {
      this.#notNumbers++;
      return;
    }
    const at = this.#rankOf(value);
    const sorted = this.#sorted;
    const count = this.#count++;
    if (count - at > FEW_MOVED) sorted.copyWithin(at + 1, at, count);
    else for (let index = count; index > at; index--) sorted[index] = sorted[index - 1]!;
    sorted[at] = value;
  }

  /** The first place of a value that is not smaller. */
  #rankOf(value: number): number {
    const sorted = this.#sorted;
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
