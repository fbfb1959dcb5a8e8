// Where all values live: fixed-size chunks of doubles, given out from the front and never moved, so that a handle may keep
// a chunk and an offset for ever and a record is one addition to an array. Slots that belong together never cross chunks.
// Whose memory the chunks are is the registry's maker's choice: other threads may read them when they are shared.

import type { RegistryMemory } from './registry-memory.ts';

/** Doubles in a chunk (8 KB); the slots of one series must fit. */
export const CHUNK_SLOTS = 1024;
const CHUNK_BITS = 10;
const OFFSET_MASK = CHUNK_SLOTS - 1;

/** What a handle that leads nowhere keeps: every offset of it is out of range. */
export const NO_VALUES = new Float64Array(0);

/** Rows of the same size, one after another; none of them crosses a chunk. */
export interface RowBlock {
  readonly firstSlot: number;
  readonly rowsPerChunk: number;
}

export class ValueStore {
  readonly #memory: RegistryMemory | undefined;
  readonly #chunks: Float64Array[] = [];
  #used = CHUNK_SLOTS;

  constructor(memory: RegistryMemory | undefined) {
    this.#memory = memory;
  }

  /** The first of `count` adjacent slots, all 0. */
  allocate(count: number): number {
    if (this.#used + count > CHUNK_SLOTS) this.#open();
    const slot = (this.#chunks.length - 1) * CHUNK_SLOTS + this.#used;
    this.#used += count;
    return slot;
  }

  /** Slots for `rows` rows, all 0: in one chunk where they fit, else in as many new ones as they need. */
  allocateRows(rows: number, slots: number): RowBlock {
    if (rows * slots <= CHUNK_SLOTS) {
      return { firstSlot: this.allocate(rows * slots), rowsPerChunk: Number.MAX_SAFE_INTEGER };
    }
    const rowsPerChunk = Math.floor(CHUNK_SLOTS / slots);
    const firstSlot = this.#chunks.length * CHUNK_SLOTS;
    for (let placed = 0; placed < rows; placed += rowsPerChunk) {
      this.#open();
      this.#used = Math.min(rows - placed, rowsPerChunk) * slots;
    }
    return { firstSlot, rowsPerChunk };
  }

  chunkOf(slot: number): Float64Array {
    return this.#chunks[slot >>> CHUNK_BITS] ?? NO_VALUES;
  }

  offsetOf(slot: number): number {
    return slot & OFFSET_MASK;
  }

  #open(): void {
    this.#chunks.push(this.#memory?.allocate(CHUNK_SLOTS) ?? new Float64Array(CHUNK_SLOTS));
    this.#used = 0;
  }
}
