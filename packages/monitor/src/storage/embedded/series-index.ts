// The series that exist, in memory: labels ↔ reference, the inverted index, and the latest sample of each. A series has
// a slot, its place in the columns here and in the head; slots are used again, references never. Lookups by reference
// go through pages, so that references may grow for ever while memory follows the series that exist. A removed series is
// gone at once; its slot is used again only when a sweep has taken it out of the inverted index.

import { type Label, type Labels, labelsKey, labelValue } from '../../model/labels.ts';
import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import type { Pauses } from './pacing.ts';
import { Postings } from './postings.ts';

const PAGE_REFS = 1024;

interface MatcherTest {
  readonly matcher: Matcher;
  readonly test: (value: string) => boolean;
}

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
  /** Of removed series: their slots, and the labels in whose lists these still are. */
  #unsweptSlots: number[] = [];
  #unsweptLabels = new Set<Label>();
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

  /** The slot of the series with these labels, or -1. `key`: their `labelsKey`. */
  find(key: string): number {
    return this.#slotByKey.get(key) ?? -1;
  }

  refOf(slot: number): number {
    return this.#refs[slot]!;
  }

  labelsOf(slot: number): Labels {
    return this.#labels[slot]!;
  }

  /** `key`: the `labelsKey` of the labels, which the caller has looked for before. */
  add(ref: number, labels: Labels, key: string): number {
    const slot = this.#freeSlots.pop() ?? this.#labels.length;
    if (slot >= this.#refs.length) this.#grow();
    this.#refs[slot] = ref;
    this.latestMs[slot] = Number.NEGATIVE_INFINITY;
    this.latestBits[2 * slot] = 0;
    this.latestBits[2 * slot + 1] = 0;
    this.#labels[slot] = this.#postings.add(slot, labels);
    this.#slotByKey.set(key, slot);
    const page = (this.#pages[Math.floor(ref / PAGE_REFS)] ??= { slots: new Uint32Array(PAGE_REFS), used: 0 });
    page.slots[ref % PAGE_REFS] = slot + 1;
    page.used++;
    return slot;
  }

  /** The slots are free after the next `sweep`. */
  remove(slots: readonly number[]): void {
    for (const slot of slots) {
      const ref = this.refOf(slot);
      const pageIndex = Math.floor(ref / PAGE_REFS);
      const page = this.#pages[pageIndex]!;
      page.slots[ref % PAGE_REFS] = 0;
      if (--page.used === 0) this.#pages[pageIndex] = undefined;
      const labels = this.labelsOf(slot);
      this.#slotByKey.delete(labelsKey(labels));
      for (const label of labels) this.#unsweptLabels.add(label);
      this.#labels[slot] = undefined;
      this.#unsweptSlots.push(slot);
    }
  }

  /** Takes what was removed out of the inverted index, one list a step; the slots are free once all steps are taken. */
  *sweep(): Generator<void> {
    const slots = this.#unsweptSlots;
    const labels = this.#unsweptLabels;
    this.#unsweptSlots = [];
    this.#unsweptLabels = new Set();
    for (const label of labels) {
      this.#postings.sweep(label, (slot) => this.#labels[slot] === undefined);
      yield;
    }
    for (const slot of slots) this.#freeSlots.push(slot);
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
   * them all; a regular expression is tried once a distinct value. `pauses` is asked at every
   * series and value, since one value can take a regular expression long.
   * @throws {Error} when a matcher's regular expression is not valid.
   */
  async select(matchers: readonly Matcher[], pauses: Pauses): Promise<Uint32Array> {
    const tests = matchers.map((matcher) => ({ matcher, test: remembered(valuePredicate(matcher)) }));
    const refs: number[] = [];
    for (const slot of await this.#candidates(tests, pauses)) {
      if (pauses.isOver()) await pauses.rest();
      const labels = this.#labels[slot];
      if (labels === undefined) continue;
      if (tests.every(({ matcher, test }) => test(labelValue(labels, matcher.name)))) refs.push(this.refOf(slot));
    }
    return Uint32Array.from(refs).sort();
  }

  async #candidates(tests: readonly MatcherTest[], pauses: Pauses): Promise<Iterable<number>> {
    let shortest: readonly number[] | undefined;
    for (const { matcher, test } of tests) {
      // A matcher that takes '' also selects series without the label, which no list holds.
      if (test('')) continue;
      const slots =
        matcher.operator === '='
          ? this.#postings.slotsWith(matcher.name, matcher.value)
          : await this.#slotsWhere(matcher.name, test, pauses);
      if (shortest === undefined || slots.length < shortest.length) shortest = slots;
    }
    return shortest ?? this.slots();
  }

  async #slotsWhere(name: string, test: (value: string) => boolean, pauses: Pauses): Promise<readonly number[]> {
    const passing: number[] = [];
    for (const [value, slots] of this.#postings.slotsByValue(name)) {
      if (pauses.isOver()) await pauses.rest();
      if (!test(value)) continue;
      for (const slot of slots) passing.push(slot);
    }
    return passing;
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
