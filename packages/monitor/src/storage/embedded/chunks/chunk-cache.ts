// Opened chunks that reads keep at hand, bounded in bytes, the least recently used given up first. A chunk grows while it
// is read, as it unpacks what is asked for. Whoever took one uses it in the same turn, so when the next is asked for, the
// one before has grown as much as it will, and is measured then.

import type { ChunkReader } from '../codec/chunk.ts';

/** What an entry takes besides the chunk's own bytes. */
const ENTRY_BYTES = 256;

interface Cached {
  readonly chunk: ChunkReader;
  countedBytes: number;
}

export class ChunkCache {
  readonly #maxBytes: number;
  /** By chunk id, least recently used first. */
  readonly #cached = new Map<number, Cached>();
  #sizeBytes = 0;
  #lastId = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(id: number): ChunkReader | undefined {
    if (id !== this.#lastId) this.#measure(this.#lastId);
    const known = this.#cached.get(id);
    if (known === undefined || id === this.#lastId) return known?.chunk;
    this.#lastId = id;
    this.#cached.delete(id);
    this.#cached.set(id, known);
    this.#giveUpOldest();
    return known.chunk;
  }

  add(id: number, chunk: ChunkReader): void {
    this.#measure(this.#lastId);
    this.delete(id);
    this.#cached.set(id, { chunk, countedBytes: 0 });
    this.#measure(id);
    this.#lastId = id;
    this.#giveUpOldest();
  }

  delete(id: number): void {
    const known = this.#cached.get(id);
    if (known === undefined) return;
    this.#sizeBytes -= known.countedBytes;
    this.#cached.delete(id);
    if (id === this.#lastId) this.#lastId = 0;
  }

  #measure(id: number): void {
    const known = this.#cached.get(id);
    if (known === undefined) return;
    const sizeBytes = ENTRY_BYTES + known.chunk.sizeBytes;
    this.#sizeBytes += sizeBytes - known.countedBytes;
    known.countedBytes = sizeBytes;
  }

  /** The one in use stays, however large it is. */
  #giveUpOldest(): void {
    for (const id of this.#cached.keys()) {
      if (this.#sizeBytes <= this.#maxBytes || id === this.#lastId) return;
      this.delete(id);
    }
  }
}
