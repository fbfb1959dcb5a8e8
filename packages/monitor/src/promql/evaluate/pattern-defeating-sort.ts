// Sorts as Go's library does (pattern-defeating quicksort, https://arxiv.org/abs/2106.05123), so that items that compare equal, and
// items that are not in any order (the natural order of labels that are missing), come out as Prometheus has them. It
// shares its thread between partitions.

import type { QueryBudget } from './budget.ts';

/** Whether the first is to come before the second. */
export type Before<T> = (a: T, b: T) => boolean;

const INSERTION_MAX = 12;
const NINTHER_MIN = 50;
const SHIFTING_MIN = 50;
const SHIFTED_PAIRS_MAX = 5;
/** Comparisons that a choice of a pivot makes at the most. */
const PIVOT_SWAPS_MAX = 12;
const BALANCE_PART = 8;

/** Sorts in place. */
export function sortAsGo<T>(items: T[], before: Before<T>, budget: QueryBudget): Promise<void> {
  return new GoSort(items, before, budget).sort(0, items.length, 32 - Math.clz32(items.length));
}

class GoSort<T> {
  readonly #items: T[];
  readonly #before: Before<T>;
  readonly #budget: QueryBudget;

  constructor(items: T[], before: Before<T>, budget: QueryBudget) {
    this.#items = items;
    this.#before = before;
    this.#budget = budget;
  }

  /** `limit`: uneven partitions before it goes over to a heap. */
  async sort(start: number, end: number, limit: number): Promise<void> {
    let [from, to, unevenLeft] = [start, end, limit];
    let wasBalanced = true;
    let wasInPlace = true;
    for (;;) {
      if (this.#budget.isDue()) await this.#budget.pause();
      const length = to - from;
      if (length <= INSERTION_MAX) return this.#insert(from, to);
      if (unevenLeft === 0) return this.#sortByHeap(from, length);
      if (!wasBalanced) {
        this.#scatter(from, length);
        unevenLeft--;
      }
      let { at: pivot, swaps } = this.#choosePivot(from, length);
      if (swaps === PIVOT_SWAPS_MAX) {
        this.#reverse(from, to);
        pivot = to - 1 - (pivot - from);
        swaps = 0;
      }
      if (wasBalanced && wasInPlace && swaps === 0 && this.#insertSome(from, to)) return;
      if (from > 0 && !this.#less(from - 1, pivot)) {
        from = this.#partEqual(from, to, pivot);
        continue;
      }
      const { middle, isInPlace } = this.#part(from, to, pivot);
      wasInPlace = isInPlace;
      const [left, right] = [middle - from, to - middle];
      wasBalanced = Math.min(left, right) >= Math.floor(length / BALANCE_PART);
      if (left < right) {
        await this.sort(from, middle, unevenLeft);
        from = middle + 1;
      } else {
        await this.sort(middle + 1, to, unevenLeft);
        to = middle;
      }
    }
  }

  #less(a: number, b: number): boolean {
    return this.#before(this.#items[a]!, this.#items[b]!);
  }

  #swap(a: number, b: number): void {
    const item = this.#items[a]!;
    this.#items[a] = this.#items[b]!;
    this.#items[b] = item;
  }

  #insert(from: number, to: number): void {
    for (let next = from + 1; next < to; next++) this.#sinkLeft(next, from);
  }

  /** Moves an item to the left while it is less than its neighbour. */
  #sinkLeft(start: number, least: number): void {
    for (let at = start; at > least && this.#less(at, at - 1); at--) this.#swap(at, at - 1);
  }

  /** Mends a few pairs that are out of order; says whether all is in order then. */
  #insertSome(from: number, to: number): boolean {
    let at = from + 1;
    for (let mended = 0; mended < SHIFTED_PAIRS_MAX; mended++) {
      while (at < to && !this.#less(at, at - 1)) at++;
      if (at === to) return true;
      if (to - from < SHIFTING_MIN) return false;
      this.#swap(at, at - 1);
      if (at - from >= 2) this.#sinkLeft(at - 1, 0);
      if (to - at >= 2) {
        for (let right = at + 1; right < to && this.#less(right, right - 1); right++) this.#swap(right, right - 1);
      }
    }
    return false;
  }

  #sortByHeap(from: number, length: number): void {
    for (let root = (length - 1) >> 1; root >= 0; root--) this.#siftDown(from, root, length);
    for (let last = length - 1; last >= 0; last--) {
      this.#swap(from, from + last);
      this.#siftDown(from, 0, last);
    }
  }

  #siftDown(from: number, start: number, length: number): void {
    let root = start;
    for (let child = 2 * root + 1; child < length; child = 2 * root + 1) {
      if (child + 1 < length && this.#less(from + child, from + child + 1)) child++;
      if (!this.#less(from + root, from + child)) return;
      this.#swap(from + root, from + child);
      root = child;
    }
  }

  /** What is less than the pivot goes to its left, the others to its right. */
  #part(from: number, to: number, pivot: number): { readonly middle: number; readonly isInPlace: boolean } {
    this.#swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    let isInPlace = true;
    for (;;) {
      while (left <= right && this.#less(left, from)) left++;
      while (left <= right && !this.#less(right, from)) right--;
      if (left > right) break;
      this.#swap(left++, right--);
      isInPlace = false;
    }
    this.#swap(right, from);
    return { middle: right, isInPlace };
  }

  /** Of items none of which is less than the pivot, those that are equal to it go to the left. */
  #partEqual(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let [left, right] = [from + 1, to - 1];
    for (;;) {
      while (left <= right && !this.#less(from, left)) left++;
      while (left <= right && this.#less(from, right)) right--;
      if (left > right) return left;
      this.#swap(left++, right--);
    }
  }

  #scatter(from: number, length: number): void {
    const mask = (1n << BigInt(32 - Math.clz32(length))) - 1n;
    let random = BigInt(length);
    const first = from + Math.floor(length / 4) * 2 - 1;
    for (let at = first; at <= first + 2; at++) {
      random ^= BigInt.asUintN(64, random << 13n);
      random ^= random >> 7n;
      random ^= BigInt.asUintN(64, random << 17n);
      const other = Number(random & mask);
      this.#swap(at, from + (other >= length ? other - length : other));
    }
  }

  #choosePivot(from: number, length: number): { readonly at: number; readonly swaps: number } {
    const quarter = Math.floor(length / 4);
    let [first, second, third] = [from + quarter, from + 2 * quarter, from + 3 * quarter];
    let swaps = 0;
    const ordered = (a: number, b: number): readonly [number, number] => {
      if (!this.#less(b, a)) return [a, b];
      swaps++;
      return [b, a];
    };
    const median = (a: number, b: number, c: number): number => {
      const [low, high] = ordered(a, b);
      const [middle] = ordered(high, c);
      return ordered(low, middle)[1];
    };
    if (length >= NINTHER_MIN) {
      first = median(first - 1, first, first + 1);
      second = median(second - 1, second, second + 1);
      third = median(third - 1, third, third + 1);
    }
    const at = median(first, second, third);
    return { at, swaps };
  }

  #reverse(from: number, to: number): void {
    for (let [left, right] = [from, to - 1]; left < right; left++, right--) this.#swap(left, right);
  }
}
