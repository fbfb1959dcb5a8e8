// Opened chunks that reads keep at hand, bounded in bytes, the least recently used given up first. A chunk grows while it
// is read, as it unpacks what is asked for. Whoever took one uses it in the same turn, so when the next is asked for, the
// one before has grown as much as it will, and is measured then. What chunks leave of the bytes is for columns that stay unpacked,
// and a part of them in any case: to open a chunk anew takes longer than to unpack a column anew.

import { type ChunkReader, UnpackedPool } from '../codec/chunk.ts';

/** What an entry takes besides the chunk's own bytes. */
const ENTRY_BYTES = 256;
/** The part of all bytes that chunks leave to unpacked columns at least. */
const UNPACKED_PART = 1 / 4;

interface Cached {
  readonly chunk: ChunkReader;
  countedBytes: number;
}

export class ChunkCache {
  /** For the chunks that are added. */
  readonly pool: UnpackedPool;
  readonly #maxBytes: number;
  readonly #chunksMaxBytes: number;
  /** By chunk id, least recently used first. */
  readonly #cached = new Map<number, Cached>();
  #sizeBytes = 0;
  #lastId = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#chunksMaxBytes = (1 - UNPACKED_PART) * maxBytes;
    this.pool = new UnpackedPool(maxBytes);
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
    known.chunk.release();
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
      if (this.#sizeBytes <= this.#chunksMaxBytes || id === this.#lastId) break;
      this.delete(id);
    }
    this.pool.fitInto(this.#maxBytes - Math.min(this.#sizeBytes, this.#chunksMaxBytes));
  }
}
