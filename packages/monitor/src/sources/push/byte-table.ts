// Numbers by the bytes that they stand for: a sender writes a series in the same bytes each time, so the reference is found
// by comparing bytes, and nobody reads its labels again. Entries come in the order in which they were first seen, and a
// sender mostly asks in that order again: the entry behind the last one found is tried before the hash.
// Invariant: bytes are always compared in full. Bounded: a table that is full is emptied, and fills anew.

import { randomBytes } from 'node:crypto';

export interface ByteTableLimits {
  readonly maxBytes: number;
  readonly maxEntries: number;
}

const PAGE_BYTES = 1_048_576;
const INITIAL_ENTRIES = 1024;
/** Unpredictable, so that nobody outside can send bytes that all fall on one place. */
const SEED = randomBytes(4).readInt32LE() | 1;

interface Page {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  used: number;
}

export class ByteTable {
  readonly #limits: ByteTableLimits;
  #pages: Page[] = [];
  #totalBytes = 0;
  #count = 0;
  #pageOf = new Uint32Array(INITIAL_ENTRIES);
  #starts = new Uint32Array(INITIAL_ENTRIES);
  #lengths = new Uint32Array(INITIAL_ENTRIES);
  #hashes = new Int32Array(INITIAL_ENTRIES);
  #values = new Uint32Array(INITIAL_ENTRIES);
  /** By hash the entry's number + 1; linear probing. */
  #places = new Uint32Array(2 * INITIAL_ENTRIES);
  /** What came after the entry last time: mostly its neighbour, unless the sender's series came in another order. */
  #successors = new Uint32Array(INITIAL_ENTRIES);
  #last = 0;
  #generation = 0;

  constructor(limits: ByteTableLimits) {
    this.#limits = limits;
  }

  /** Rises when the table is emptied: entries known from before are void. */
  get generation(): number {
    return this.#generation;
  }

  get sizeBytes(): number {
    return this.#pages.length * PAGE_BYTES + this.#values.length * 32;
  }

  /** The entry of these bytes, made with the value 0 when there is none; -1 for bytes that are too many to keep. */
  entryOf(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    const predicted = this.#count === 0 ? 0 : this.#successors[this.#last]!;
    if (predicted < this.#count && this.#holds(predicted, view, bytes, start, length)) {
      this.#last = predicted;
      return predicted;
    }
    const entry = this.#find(bytes, view, start, length);
    if (entry < 0) return entry;
    this.#successors[this.#last] = entry;
    this.#last = entry;
    return entry;
  }

  /**
   * The entry that is expected next, when its bytes stand at `start`: what follows them is for the caller to look at. -1 when
   * they do not. `confirm` it when it is taken.
   */
  predictedAt(bytes: Uint8Array, view: DataView, start: number): number {
    const predicted = this.#count === 0 ? 0 : this.#successors[this.#last]!;
    if (predicted >= this.#count || start + this.#lengths[predicted]! > bytes.length) return -1;
    return this.#holds(predicted, view, bytes, start, this.#lengths[predicted]!) ? predicted : -1;
  }

  confirm(entry: number): void {
    this.#last = entry;
  }

  lengthOf(entry: number): number {
    return this.#lengths[entry]!;
  }

  valueOf(entry: number): number {
    return this.#values[entry]!;
  }

  setValue(entry: number, value: number): void {
    this.#values[entry] = value;
  }

  clear(): void {
    this.#generation++;
    this.#pages = [];
    this.#totalBytes = 0;
    this.#count = 0;
    this.#last = 0;
    this.#places.fill(0);
  }

  #find(bytes: Uint8Array, view: DataView, start: number, length: number): number {
    if (length > PAGE_BYTES) return -1;
    const hash = hashOf(bytes, view, start, length);
    let place = this.#placeOf(hash);
    for (let held = this.#places[place]!; held !== 0; held = this.#places[place]!) {
      const entry = held - 1;
      if (this.#hashes[entry] === hash && this.#holds(entry, view, bytes, start, length)) return entry;
      place = (place + 1) & (this.#places.length - 1);
    }
    const { maxBytes, maxEntries } = this.#limits;
    if (this.#count >= maxEntries || this.#totalBytes + length > maxBytes) this.clear();
    return this.#insert(hash, bytes, start, length);
  }

  #insert(hash: number, bytes: Uint8Array, start: number, length: number): number {
    if (this.#count === this.#values.length) this.#grow();
    let page = this.#pages.at(-1);
    if (page === undefined || page.used + length > PAGE_BYTES) {
      const own = new Uint8Array(PAGE_BYTES);
      this.#pages.push((page = { bytes: own, view: new DataView(own.buffer), used: 0 }));
      // What is left of the page before is lost, and counts.
      this.#totalBytes = (this.#pages.length - 1) * PAGE_BYTES;
    }
    const entry = this.#count++;
    page.bytes.set(bytes.subarray(start, start + length), page.used);
    this.#pageOf[entry] = this.#pages.length - 1;
    this.#starts[entry] = page.used;
    this.#lengths[entry] = length;
    this.#hashes[entry] = hash;
    this.#values[entry] = 0;
    this.#successors[entry] = entry + 1;
    page.used += length;
    this.#totalBytes += length;
    let place = this.#placeOf(hash);
    while (this.#places[place] !== 0) place = (place + 1) & (this.#places.length - 1);
    this.#places[place] = entry + 1;
    return entry;
  }

  #placeOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & (this.#places.length - 1);
  }

  #holds(entry: number, view: DataView, bytes: Uint8Array, start: number, length: number): boolean {
    if (this.#lengths[entry] !== length) return false;
    const page = this.#pages[this.#pageOf[entry]!]!;
    let own = this.#starts[entry]!;
    let at = start;
    const lastWord = start + length - 8;
    const ownView = page.view;
    // Optimized, these words of eight bytes are registers: no BigInt is made.
    for (; at <= lastWord; at += 8, own += 8) {
      if (view.getBigInt64(at, true) !== ownView.getBigInt64(own, true)) return false;
    }
    for (const end = start + length; at < end; at++, own++) if (bytes[at] !== page.bytes[own]) return false;
    return true;
  }

  #grow(): void {
    const size = 2 * this.#values.length;
    this.#pageOf = grown(this.#pageOf, size);
    this.#starts = grown(this.#starts, size);
    this.#lengths = grown(this.#lengths, size);
    this.#values = grown(this.#values, size);
    this.#successors = grown(this.#successors, size);
    const hashes = new Int32Array(size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    this.#places = new Uint32Array(2 * size);
    for (let entry = 0; entry < this.#count; entry++) {
      let place = this.#placeOf(hashes[entry]!);
      while (this.#places[place] !== 0) place = (place + 1) & (this.#places.length - 1);
      this.#places[place] = entry + 1;
    }
  }
}

function grown(column: Uint32Array<ArrayBuffer>, size: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(size);
  larger.set(column);
  return larger;
}

/** Murmur3's mixing, four bytes at a time. */
function hashOf(bytes: Uint8Array, view: DataView, start: number, length: number): number {
  let hash = SEED ^ length;
  let at = start;
  const lastWord = start + length - 4;
  for (; at <= lastWord; at += 4) {
    let word = Math.imul(view.getInt32(at, true), 0xcc9e2d51);
    word = Math.imul((word << 15) | (word >>> 17), 0x1b873593);
    hash ^= word;
    hash = (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
  }
  for (const end = start + length; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
