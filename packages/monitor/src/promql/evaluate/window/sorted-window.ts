// The values of a window in ascending order, carried from window to window: what left is taken out and what came is put in,
// each found by halving; where that would move too much, in one pass over all; and unless so much changed that sorting anew is
// cheaper.

import type { QueryBudget } from '../budget.ts';
import { inStretches } from '../stretches.ts';
import { sortedColumn } from './sorted-column.ts';

/** A window of which more than this share is new is sorted anew. */
const MOST_NEW = 1 / 4;
/** More than so many are not put in one by one, each of which moves what is behind it. */
const MOST_ONE_BY_ONE = 256;
/** Fewer values are moved one by one: calling what moves many costs more. */
const FEW_MOVED = 64;

export class SortedWindow {
  readonly #values: Float64Array;
  /** Zeros of both signs sort by sign but are found by value: such series are always sorted anew. */
  readonly #hasNegativeZero: boolean;
  #sorted: Float64Array = new Float64Array(16);
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
    if (from === this.#from && to === this.#to) return;
    const changed = this.#changedTo(from, to);
    if (this.#isToBeSorted(from, to)) this.#sortAnew(from, to);
    else if (changed > MOST_ONE_BY_ONE) this.#exchange(from, to);
    else {
      this.#makeRoom(to - from + changed);
      for (let index = this.#from; index < from; index++) this.#takeOut(this.#values[index]!);
      for (let index = this.#to; index < to; index++) this.#putIn(this.#values[index]!);
    }
    this.#from = from;
    this.#to = to;
  }

  /** The same of a window that takes long to sort; at once where it need not be sorted. */
  async moveToLong(from: number, to: number, budget: QueryBudget): Promise<void> {
    if (!this.#isToBeSorted(from, to)) return this.moveTo(from, to);
    const all = this.#values.subarray(from, to);
    const numbers = new Float64Array(all.length);
    let count = 0;
    await inStretches(all.length, budget, (first, end) => {
      for (let index = first; index < end; index++) {
        const value = all[index]!;
        if (!Number.isNaN(value)) numbers[count++] = value;
      }
    });
    this.#sorted = await sortedColumn(numbers.subarray(0, count), new Float64Array(count), budget);
    this.#count = count;
    this.#notNumbers = all.length - count;
    this.#from = from;
    this.#to = to;
  }

  #changedTo(from: number, to: number): number {
    return from - this.#from + (to - this.#to);
  }

  #isToBeSorted(from: number, to: number): boolean {
    return this.#hasNegativeZero || from >= this.#to || this.#changedTo(from, to) > (to - from) * MOST_NEW + 1;
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
    this.#notNumbers = notNumbersAtEnd(sorted);
    this.#count = count - this.#notNumbers;
  }

  /** Both what left and what came in one pass. */
  #exchange(from: number, to: number): void {
    const left = this.#values.slice(this.#from, from).sort();
    const came = this.#values.slice(this.#to, to).sort();
    const leftCount = left.length - notNumbersAtEnd(left);
    const cameCount = came.length - notNumbersAtEnd(came);
    this.#notNumbers += came.length - cameCount - (left.length - leftCount);
    const before = this.#sorted;
    const after = new Float64Array(this.#count - leftCount + cameCount);
    let nextLeft = 0;
    let nextCame = 0;
    let at = 0;
    for (let index = 0; index < this.#count; index++) {
      const value = before[index]!;
      if (nextLeft < leftCount && left[nextLeft] === value) {
        nextLeft++;
        continue;
      }
      while (nextCame < cameCount && came[nextCame]! < value) after[at++] = came[nextCame++]!;
      after[at++] = value;
    }
    after.set(came.subarray(nextCame, cameCount), at);
    this.#sorted = after;
    this.#count = after.length;
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

function notNumbersAtEnd(sorted: Float64Array): number {
  let count = 0;
  while (count < sorted.length && Number.isNaN(sorted[sorted.length - 1 - count])) count++;
  return count;
}
