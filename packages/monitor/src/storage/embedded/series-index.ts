// The series that exist, in memory: labels ↔ reference, the inverted index, and the latest sample of each. A series has
// a slot, its place in the columns here and in the head; slots are used again, references never. Lookups by reference
// go through pages, so that references may grow for ever while memory follows the series that exist.

import { type Labels, labelsKey, labelValue } from '../../model/labels.ts';
import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import { Postings } from './postings.ts';

const PAGE_REFS = 1024;

interface RefPage {
  /** One more than the slot; 0 where there is no series. */
  readonly slots: Uint32Array;
  used: number;
}

export class SeriesIndex {
  readonly #slotByKey = new Map<string, number>();
  readonly #pages: (RefPage | undefined)[] = [];
  readonly #postings = new Postings();
  readonly #labels: (Labels | undefined)[] = [];
  readonly #freeSlots: number[] = [];
  #refs = new Uint32Array(1024);
  /** Time of the latest sample by slot; -Infinity before the first. */
  latestMs = new Float64Array(1024);
  /** Value of the latest sample by slot, two words each; of a native histogram its digest. */
  latestBits = new Uint32Array(2048);

  get size(): number {
    return this.#slotByKey.size;
  }

  /** The slot of a reference, or -1. */
  slotOf(ref: number): number {
    const page = this.#pages[Math.floor(ref / PAGE_REFS)];
    return page === undefined ? -1 : page.slots[ref % PAGE_REFS]! - 1;
  }

  /** The slot of a label set, or -1. */
  find(labels: Labels): number {
    return this.#slotByKey.get(labelsKey(labels)) ?? -1;
  }

  refOf(slot: number): number {
    return this.#refs[slot]!;
  }

  labelsOf(slot: number): Labels {
    return this.#labels[slot]!;
  }

  add(ref: number, labels: Labels): number {
    const slot = this.#freeSlots.pop() ?? this.#labels.length;
    if (slot >= this.#refs.length) this.#grow();
    this.#refs[slot] = ref;
    this.latestMs[slot] = Number.NEGATIVE_INFINITY;
    this.latestBits[2 * slot] = 0;
    this.latestBits[2 * slot + 1] = 0;
    this.#labels[slot] = this.#postings.add(slot, labels);
    this.#slotByKey.set(labelsKey(labels), slot);
    const page = (this.#pages[Math.floor(ref / PAGE_REFS)] ??= { slots: new Uint32Array(PAGE_REFS), used: 0 });
    page.slots[ref % PAGE_REFS] = slot + 1;
    page.used++;
    return slot;
  }

  remove(slots: readonly number[]): void {
    this.#postings.remove(slots.map((slot) => [slot, this.labelsOf(slot)] as const));
    for (const slot of slots) {
      const ref = this.refOf(slot);
      const pageIndex = Math.floor(ref / PAGE_REFS);
      const page = this.#pages[pageIndex]!;
      page.slots[ref % PAGE_REFS] = 0;
      if (--page.used === 0) this.#pages[pageIndex] = undefined;
      this.#slotByKey.delete(labelsKey(this.labelsOf(slot)));
      this.#labels[slot] = undefined;
      this.#freeSlots.push(slot);
    }
  }

  /** The slots of all series, by ascending reference. */
  *slots(): Generator<number> {
    for (const page of this.#pages) {
      if (page === undefined) continue;
      for (const entry of page.slots) if (entry !== 0) yield entry - 1;
    }
  }

  /**
   * The references of the series that match, ascending. Starts from the shortest list of the inverted index that holds
   * them all; a regular expression is tried once a distinct value.
   * @throws {Error} when a matcher's regular expression is not valid.
   */
  select(matchers: readonly Matcher[]): Uint32Array {
    const tests = matchers.map((matcher) => ({ matcher, test: remembered(valuePredicate(matcher)) }));
    const candidates = this.#candidates(tests);
    const refs: number[] = [];
    for (const slot of candidates) {
      const labels = this.labelsOf(slot);
      if (tests.every(({ matcher, test }) => test(labelValue(labels, matcher.name)))) refs.push(this.refOf(slot));
    }
    return Uint32Array.from(refs).sort();
  }

  #candidates(tests: readonly { matcher: Matcher; test: (value: string) => boolean }[]): Iterable<number> {
    let shortest: readonly (readonly number[])[] | undefined;
    let shortestLength = Number.POSITIVE_INFINITY;
    for (const { matcher, test } of tests) {
      // A matcher that takes '' also selects series without the label, which no list holds.
      if (test('')) continue;
      const lists =
        matcher.operator === '='
          ? [this.#postings.slotsWith(matcher.name, matcher.value)]
          : this.#postings.slotsWhere(matcher.name, test);
      const length = lists.reduce((sum, list) => sum + list.length, 0);
      if (length < shortestLength) {
        shortest = lists;
        shortestLength = length;
      }
    }
    return shortest === undefined ? this.slots() : shortest.flat();
  }

  #grow(): void {
    const capacity = 2 * this.#refs.length;
    const refs = new Uint32Array(capacity);
    refs.set(this.#refs);
    const latestMs = new Float64Array(capacity);
    latestMs.set(this.latestMs);
    const latestBits = new Uint32Array(2 * capacity);
    latestBits.set(this.latestBits);
    this.#refs = refs;
    this.latestMs = latestMs;
    this.latestBits = latestBits;
  }
}

function remembered(test: (value: string) => boolean): (value: string) => boolean {
  const known = new Map<string, boolean>();
  return (value) => {
    let answer = known.get(value);
    if (answer === undefined) known.set(value, (answer = test(value)));
    return answer;
  };
}
