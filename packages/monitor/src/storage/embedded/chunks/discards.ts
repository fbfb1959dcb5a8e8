// Chunks that are no longer in the directory, because they were merged, or are too old, while their bytes are still there.
// Bytes go later than entries for two reasons: a read that began before still wants them, and freeing large rows is work
// for short pieces. Invariant: bytes are deleted only after every read has ended that began before they were discarded, and
// only when they are what was written: the pages that damaged ones lead to may be those of others. Damaged ones stay.

import { blobCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { verify } from '../../sqlite/envelope.ts';
import { isCorrupt, isDamage } from './damage.ts';
import { type ChunkEntry, chunkPlace, numbersChecksum, verifyNumbers } from './tables.ts';

/** Deleted in one transaction: so many chunks, or as many as have so many bytes. */
const PIECE_CHUNKS = 64;
const PIECE_BYTES = 4 * 1024 * 1024;
/** Bytes of discarded chunks that reads may hold back. Beyond it the oldest read fails when it comes to one of them. */
const HELD_BACK_BYTES_MAX = 1024 * 1024 * 1024;

/** Held by a read from before it asks for chunks until it has read the last of them. */
export interface Lease {
  release(): void;
}

interface Discarded {
  readonly id: number;
  readonly sizeBytes: number;
  /** How many leases had been given out when it was discarded. */
  readonly leases: number;
}

export class Discards {
  readonly #database: Database;
  readonly #statements;
  /** In the order in which they were discarded. */
  #waiting: Discarded[] = [];
  /** The numbers of the leases that are held, ascending. */
  readonly #held = new Set<number>();
  #leases = 0;
  #waitingBytes = 0;
  readonly #heldBackMaxBytes: number;

  /** @throws {DamagedBytes} */
  constructor(database: Database, heldBackMaxBytes = HELD_BACK_BYTES_MAX) {
    this.#database = database;
    this.#heldBackMaxBytes = heldBackMaxBytes;
    this.#statements = {
      insert: database.prepare('INSERT INTO discarded VALUES (?, ?, ?)'),
      delete: database.prepare('DELETE FROM discarded WHERE id = ?'),
      selectData: database.prepare('SELECT data FROM chunk_data WHERE id = ?'),
      deleteData: database.prepare('DELETE FROM chunk_data WHERE id = ?'),
    };
    const select = database.prepare('SELECT * FROM discarded ORDER BY id');
    select.setReturnArrays(true);
    for (const row of select.iterate()) {
      const cells = row as unknown as readonly unknown[];
      verifyNumbers('discarded', cells);
      this.#wait(cells[0]!, cells[1]!);
    }
  }

  /** Chunks whose bytes are still there, but for those that are damaged. */
  get size(): number {
    return this.#waiting.length;
  }

  get leases(): number {
    return this.#held.size;
  }

  lease(): Lease {
    const lease = ++this.#leases;
    this.#held.add(lease);
    return { release: () => void this.#held.delete(lease) };
  }

  /** Within a transaction that also takes the chunks out of their table; `committed` after it. */
  write(entries: readonly Pick<ChunkEntry, 'id' | 'sizeBytes'>[]): void {
    for (const { id, sizeBytes } of entries) {
      const cells = [id, sizeBytes];
      this.#statements.insert.run(...cells, numbersChecksum('discarded', cells));
    }
  }

  committed(entries: readonly Pick<ChunkEntry, 'id' | 'sizeBytes'>[]): void {
    for (const { id, sizeBytes } of entries) this.#wait(id, sizeBytes);
  }

  /** What their bytes take. */
  get sizeBytes(): number {
    return this.#waitingBytes;
  }

  /** Deletes the bytes of some that no read waits for; true when there may be more of them. */
  deletePiece(): boolean {
    this.#endLongestReads();
    const piece = this.#nextPiece();
    if (piece.length === 0) return false;
    const whole = piece.filter(({ id }) => this.#isWhole(id));
    try {
      this.#delete(whole);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      for (const discarded of whole) this.#deleteOrLeave(discarded);
    }
    this.#waiting = this.#waiting.slice(piece.length);
    for (const { sizeBytes } of piece) this.#waitingBytes -= sizeBytes;
    return this.#waiting.length > 0;
  }

  /** The oldest lease that is held comes first, and what it holds back is all that was discarded after it. */
  #nextPiece(): readonly Discarded[] {
    const [oldest = Number.POSITIVE_INFINITY] = this.#held;
    let sizeBytes = 0;
    let count = 0;
    for (const discarded of this.#waiting) {
      if (discarded.leases >= oldest || count === PIECE_CHUNKS || sizeBytes >= PIECE_BYTES) break;
      sizeBytes += discarded.sizeBytes;
      count++;
    }
    return this.#waiting.slice(0, count);
  }

  #endLongestReads(): void {
    let excessBytes = this.#waitingBytes - this.#heldBackMaxBytes;
    for (const { sizeBytes, leases } of this.#waiting) {
      if (excessBytes <= 0) return;
      excessBytes -= sizeBytes;
      for (const lease of this.#held) {
        if (lease > leases) break;
        this.#held.delete(lease);
      }
    }
  }

  #wait(id: number, sizeBytes: number): void {
    this.#waiting.push({ id, sizeBytes, leases: this.#leases });
    this.#waitingBytes += sizeBytes;
  }

  /** Also when there are no bytes: then there is nothing to free. */
  #isWhole(id: number): boolean {
    try {
      const row = this.#statements.selectData.get(id);
      if (row !== undefined) verify(chunkPlace(id), blobCell(row, 'data'));
      return true;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return false;
    }
  }

  #delete(piece: readonly Discarded[]): void {
    this.#database.transaction('relaxed', () => {
      for (const { id } of piece) {
        this.#statements.deleteData.run(id);
        this.#statements.delete.run(id);
      }
    });
  }

  /** What cannot be freed stays in the file, unused, and the next start tries again. */
  #deleteOrLeave(discarded: Discarded): void {
    try {
      this.#delete([discarded]);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
    }
  }
}
