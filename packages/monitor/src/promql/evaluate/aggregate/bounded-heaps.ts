// A bounded heap for each step of a stretch: the k greatest values (or the least) of what is offered, and whose they are. On top
// is what goes first. NaN gives way to everything, and to nothing less than k values.

import type { QueryBudget } from '../budget.ts';
import { sortAsGo } from '../pattern-defeating-sort.ts';
import { FLOAT } from '../series.ts';

export class BoundedHeaps {
  readonly #width: number;
  /** 1: keeps the greatest; -1: the least. Values are kept times this, so that the least of them is on top either way. */
  readonly #sign: 1 | -1;
  readonly #values: Float64Array;
  readonly #members: Int32Array;
  readonly #sizes: Int32Array;
  readonly #bounds: Int32Array;

  constructor(stepCount: number, width: number, sign: 1 | -1) {
    this.#width = width;
    this.#sign = sign;
    this.#values = new Float64Array(stepCount * width);
    this.#members = new Int32Array(stepCount * width);
    this.#sizes = new Int32Array(stepCount);
    this.#bounds = new Int32Array(stepCount);
  }

  /** `bounds`: how many are kept at each step. */
  reset(bounds: Float64Array): void {
    this.#sizes.fill(0);
    for (let at = 0; at < bounds.length; at++) this.#bounds[at] = Math.min(bounds[at]!, this.#width);
  }

  /** The values of one member at the steps `from` to `to` (exclusive), which are those of the heaps. */
  offer(member: number, values: Float64Array, present: Uint8Array, from: number, to: number): void {
    const kept = this.#values;
    const width = this.#width;
    const sign = this.#sign;
    for (let step = from; step < to; step++) {
      if (present[step] !== FLOAT) continue;
      const at = step - from;
      const bound = this.#bounds[at]!;
      if (bound === 0) continue;
      const value = sign * values[step]!;
      const base = at * width;
      const size = this.#sizes[at]!;
      if (size < bound) {
        kept[base + size] = value;
        this.#members[base + size] = member;
        this.#sizes[at] = size + 1;
        this.#up(base, size);
        continue;
      }
      const top = kept[base]!;
      if (!(top < value) && !(Number.isNaN(top) && !Number.isNaN(value))) continue;
      kept[base] = value;
      this.#members[base] = member;
      this.#down(base, size);
    }
  }

  membersAt(at: number): Int32Array {
    const base = at * this.#width;
    return this.#members.subarray(base, base + this.#sizes[at]!);
  }

  /** Best first. */
  async rankedMembersAt(at: number, budget: QueryBudget): Promise<readonly number[]> {
    const base = at * this.#width;
    const places = Array.from({ length: this.#sizes[at]! }, (_, index) => base + index);
    const values = this.#values;
    await sortAsGo(places, (a, b) => ranksBefore(values[a]!, values[b]!), budget);
    return places.map((place) => this.#members[place]!);
  }

  #up(base: number, from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!isBelow(this.#values[base + index]!, this.#values[base + parent]!)) return;
      this.#swap(base + index, base + parent);
      index = parent;
    }
  }

  #down(base: number, size: number): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      if (left >= size) return;
      const right = left + 1;
      const takesRight = right < size && isBelow(this.#values[base + right]!, this.#values[base + left]!);
      const least = takesRight ? right : left;
      if (!isBelow(this.#values[base + least]!, this.#values[base + index]!)) return;
      this.#swap(base + index, base + least);
      index = least;
    }
  }

  #swap(a: number, b: number): void {
    const value = this.#values[a]!;
    this.#values[a] = this.#values[b]!;
    this.#values[b] = value;
    const member = this.#members[a]!;
    this.#members[a] = this.#members[b]!;
    this.#members[b] = member;
  }
}

/** NaN is below everything, itself included. */
function isBelow(a: number, b: number): boolean {
  return Number.isNaN(a) || a < b;
}

/** Greatest first, NaN last: after NaN too. */
export function ranksBefore(a: number, b: number): boolean {
  return isBelow(b, a);
}
