// The hot series, in memory: labels ↔ reference and the latest sample of each, as columns by slot. A series is a row of
// numbers of labels; the strings of a label are kept once, in the label table, whose lists answer searches. Slots are
// used again at once, references never, so whoever rests keeps references.

import type { Label, Labels } from '../../../model/labels.ts';
import type { LabelIndex } from './label-search.ts';
import { LabelTable } from './label-table.ts';
import { RefPages } from './ref-pages.ts';
import { WordArena } from './word-arena.ts';

const SLOTS_MIN = 1024;
/** The table of hashes has at most this share of its places taken. */
const TAKEN_SHARE_MAX = 0.7;

export class HotSeries implements LabelIndex {
  readonly labels = new LabelTable();
  readonly #refPages = new RefPages();
  readonly #rows = new WordArena();
  readonly #freeSlots: number[] = [];
  #slotCount = 0;
  #refs = new Uint32Array(SLOTS_MIN);
  #hashes = new Uint32Array(SLOTS_MIN);
  /** Where the numbers of the labels are, and how many. */
  #addresses = new Uint32Array(SLOTS_MIN);
  #counts = new Uint32Array(SLOTS_MIN);
  /** Open addressing: one more than a slot, 0 where a place is free. */
  #table = new Uint32Array(2 * SLOTS_MIN);
  latestMs = new Float64Array(SLOTS_MIN);
  latestBits = new Uint32Array(2 * SLOTS_MIN);

  get size(): number {
    return this.#refPages.size;
  }

  slotOf(ref: number): number {
    return this.#refPages.slotOf(ref);
  }

  refOf(slot: number): number {
    return this.#refs[slot]!;
  }

  labelCountOf(slot: number): number {
    return this.#counts[slot]!;
  }

  labelsOf(slot: number): Labels {
    const count = this.#counts[slot]!;
    if (count === 0) return [];
    const page = this.#rows.pageOf(this.#addresses[slot]!);
    const offset = this.#rows.offsetOf(this.#addresses[slot]!);
    const labels: Label[] = [];
    for (let at = 0; at < count; at++) labels.push(this.labels.labelOf(page[offset + at]!));
    return labels;
  }

  /** The numbers of a series' labels, in the order of their names. A view, valid until the next change. */
  rowOf(slot: number): Uint32Array {
    const count = this.#counts[slot]!;
    if (count === 0) return new Uint32Array(0);
    const offset = this.#rows.offsetOf(this.#addresses[slot]!);
    return this.#rows.pageOf(this.#addresses[slot]!).subarray(offset, offset + count);
  }

  slots(): Generator<number> {
    return this.#refPages.slots();
  }

  /** The slot of the series with these labels, -1 when there is none. @param row `row[0..count)`: numbers of labels. */
  find(row: Uint32Array, count: number): number {
    const hash = hashOf(row, count);
    const mask = this.#table.length - 1;
    for (let place = hash & mask; ; place = (place + 1) & mask) {
      const slot = this.#table[place]! - 1;
      if (slot < 0) return -1;
      if (this.#hashes[slot] === hash && this.#isRow(slot, row, count)) return slot;
    }
  }

  /** Adds a series that is not there. @param ref Greater than all before. */
  add(ref: number, row: Uint32Array, count: number): number {
    const slot = this.#freeSlots.pop() ?? this.#slotCount++;
    if (slot >= this.#refs.length) this.#growColumns();
    this.#refs[slot] = ref;
    this.#counts[slot] = count;
    if (count > 0) {
      const address = this.#rows.allocate(count);
      this.#addresses[slot] = address;
      this.#rows.pageOf(address).set(row.subarray(0, count), this.#rows.offsetOf(address));
    }
    for (let at = 0; at < count; at++) this.labels.append(row[at]!, ref);
    this.latestMs[slot] = Number.NEGATIVE_INFINITY;
    this.latestBits[2 * slot] = 0;
    this.latestBits[2 * slot + 1] = 0;
    this.#refPages.set(ref, slot);
    this.#hashes[slot] = hashOf(row, count);
    if (this.size > TAKEN_SHARE_MAX * this.#table.length) this.#growTable();
    else this.#enter(slot);
    return slot;
  }

  remove(slot: number): void {
    this.#leave(slot);
    this.#refPages.delete(this.#refs[slot]!);
    const isGone = (ref: number) => this.#refPages.slotOf(ref) < 0;
    for (const label of this.rowOf(slot)) this.labels.remove(label, isGone);
    if (this.#counts[slot]! > 0) this.#rows.release(this.#addresses[slot]!);
    this.#freeSlots.push(slot);
  }

  /** Bytes of the columns, without the strings. */
  sizeBytes(): number {
    const columns = [
      this.#refs,
      this.#hashes,
      this.#addresses,
      this.#counts,
      this.#table,
      this.latestMs,
      this.latestBits,
    ];
    const pages = 4 * this.size;
    return (
      columns.reduce((sum, { byteLength }) => sum + byteLength, 0) +
      this.#rows.sizeBytes +
      this.labels.sizeBytes() +
      pages
    );
  }

  // What a search asks; a series is its reference, and its place is its slot.

  get places(): number {
    return this.#slotCount;
  }

  all(): Uint32Array {
    return this.#refPages.all();
  }

  labelOf(name: string, value: string): number {
    return this.labels.find(name, value);
  }

  valueOf(label: number): string {
    return this.labels.labelOf(label).value;
  }

  valueCount(name: string): number {
    return this.labels.valueCount(name);
  }

  labelsNamed(name: string): Iterable<number> {
    return this.labels.labelsNamed(name);
  }

  listLength(label: number): number {
    return this.labels.listLength(label);
  }

  list(label: number): Uint32Array {
    return this.labels.list(label);
  }

  labelFinder(name: string): (ref: number) => number {
    const wanted = this.labels.nameNumber(name);
    return (ref) => {
      const slot = this.#refPages.slotOf(ref);
      if (slot < 0) return -1;
      const count = this.#counts[slot]!;
      if (count === 0) return -1;
      const page = this.#rows.pageOf(this.#addresses[slot]!);
      const offset = this.#rows.offsetOf(this.#addresses[slot]!);
      for (let at = offset; at < offset + count; at++) {
        if (this.labels.nameNumberOf(page[at]!) === wanted) return page[at]!;
      }
      return -1;
    };
  }

  placeOf(ref: number): number {
    return this.#refPages.slotOf(ref);
  }

  #isRow(slot: number, row: Uint32Array, count: number): boolean {
    if (this.#counts[slot] !== count) return false;
    if (count === 0) return true;
    const page = this.#rows.pageOf(this.#addresses[slot]!);
    const offset = this.#rows.offsetOf(this.#addresses[slot]!);
    for (let at = 0; at < count; at++) if (page[offset + at] !== row[at]) return false;
    return true;
  }

  #enter(slot: number): void {
    const mask = this.#table.length - 1;
    let place = this.#hashes[slot]! & mask;
    while (this.#table[place] !== 0) place = (place + 1) & mask;
    this.#table[place] = slot + 1;
  }

  /** Those behind it that could be nearer to their own place move up, so that no search stops early. */
  #leave(slot: number): void {
    const table = this.#table;
    const mask = table.length - 1;
    let hole = this.#hashes[slot]! & mask;
    while (table[hole] !== slot + 1) hole = (hole + 1) & mask;
    for (let place = (hole + 1) & mask; table[place] !== 0; place = (place + 1) & mask) {
      const home = this.#hashes[table[place]! - 1]! & mask;
      if (((place - home) & mask) < ((place - hole) & mask)) continue;
      table[hole] = table[place]!;
      hole = place;
    }
    table[hole] = 0;
  }

  #growTable(): void {
    this.#table = new Uint32Array(2 * this.#table.length);
    for (const slot of this.#refPages.slots()) this.#enter(slot);
  }

  #growColumns(): void {
    const grown = (column: Uint32Array) => {
      const copy = new Uint32Array(2 * column.length);
      copy.set(column);
      return copy;
    };
    this.#refs = grown(this.#refs);
    this.#hashes = grown(this.#hashes);
    this.#addresses = grown(this.#addresses);
    this.#counts = grown(this.#counts);
    this.latestBits = grown(this.latestBits);
    const latestMs = new Float64Array(2 * this.latestMs.length);
    latestMs.set(this.latestMs);
    this.latestMs = latestMs;
  }
}

/** The mixing steps of MurmurHash3, over 32-bit words. Source: https://github.com/aappleby/smhasher (public domain). */
function hashOf(row: Uint32Array, count: number): number {
  let hash = count;
  for (let at = 0; at < count; at++) {
    let word = Math.imul(row[at]!, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    hash ^= Math.imul(word, 0x1b873593);
    hash = (hash << 13) | (hash >>> 19);
    hash = (Math.imul(hash, 5) + 0xe6546b64) | 0;
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
