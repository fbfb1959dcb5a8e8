// Where all values live: fixed-size chunks of doubles, given out from the front and never moved, so that a handle may keep
// a chunk and an offset for ever and a record is one addition to an array. Slots that belong together never cross chunks.

/** Doubles in a chunk (8 KB); the slots of one series must fit. */
const CHUNK_SLOTS = 1024;
const CHUNK_BITS = 10;
const OFFSET_MASK = CHUNK_SLOTS - 1;

/** What a handle that leads nowhere keeps: every offset of it is out of range. */
export const NO_VALUES = new Float64Array(0);

export class ValueStore {
  readonly #chunks: Float64Array[] = [];
  #used = CHUNK_SLOTS;

  /** The first of `count` adjacent slots, all 0. */
  allocate(count: number): number {
    if (this.#used + count > CHUNK_SLOTS) {
      this.#chunks.push(new Float64Array(CHUNK_SLOTS));
      this.#used = 0;
    }
    const slot = (this.#chunks.length - 1) * CHUNK_SLOTS + this.#used;
    this.#used += count;
    return slot;
  }

  chunkOf(slot: number): Float64Array {
    return this.#chunks[slot >>> CHUNK_BITS] ?? NO_VALUES;
  }

  offsetOf(slot: number): number {
    return slot & OFFSET_MASK;
  }
}
