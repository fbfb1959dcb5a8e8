// The chunks of a seal on their way into the directory. They are written in short transactions, one after the other, under
// a sequence that does not count yet; then the caller's durable transaction makes it count, and the directory shows them
// all at once. Invariant: chunks of a sequence above `sealed` are void, and no seal begins before they are discarded.

import type { Database } from '../../sqlite/database.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import type { EncodedChunk } from '../codec/chunk.ts';
import type { ChunkRows } from './chunk-rows.ts';
import type { Discards } from './discards.ts';
import { type ChunkEntry, keyOfWindow } from './tables.ts';

const SEALED = 'sealed';
/** Void chunks taken out in one transaction. */
const DELETE_PIECE = 32;

export class SealWriter {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #rows: ChunkRows;
  readonly #discards: Discards;
  #sealed: number;
  #written: ChunkEntry[] = [];
  /** Groups and windows that have their chunk already. */
  readonly #places = new Set<string>();
  #void: ChunkEntry[] = [];
  #isOpen = false;

  /** @throws {DamagedBytes} */
  constructor(database: Database, state: StateTable, rows: ChunkRows, discards: Discards) {
    this.#database = database;
    this.#state = state;
    this.#rows = rows;
    this.#discards = discards;
    this.#sealed = state.get(SEALED);
  }

  /** The sequence of the latest seal. */
  get sealed(): number {
    return this.#sealed;
  }

  /** A chunk that was found at the start, of a sequence above `sealed`. @throws {DamagedBytes} */
  foundVoid(entry: ChunkEntry): void {
    const { id, sequence } = entry;
    // No seal begins before the one before it has ended: it is not this chunk that is too new.
    if (sequence > this.#sealed + 1)
      throw new DamagedBytes(`chunk ${id} is of seal ${sequence}, the latest is ${this.#sealed}`);
    this.#void.push(entry);
  }

  /** Gives up the seal in the making and discards some of what such seals left behind; true when there may be more. */
  deleteUnfinished(): boolean {
    this.#isOpen = false;
    this.#void.push(...this.#written);
    this.#written = [];
    if (this.#void.length === 0) return false;
    const piece = this.#void.slice(0, DELETE_PIECE);
    this.#database.transaction('relaxed', () => {
      this.#rows.delete(piece);
      this.#discards.write(piece);
    });
    this.#discards.committed(piece);
    this.#void = this.#void.slice(piece.length);
    return this.#void.length > 0;
  }

  /** The sequence of the seal that begins. */
  begin(): number {
    if (this.#isOpen || this.#written.length + this.#void.length > 0) {
      throw new Error('a seal begins when what an earlier one left behind is discarded');
    }
    this.#isOpen = true;
    this.#places.clear();
    return this.#sealed + 1;
  }

  write(group: number, windowStartMs: number, windowMs: number, encoded: EncodedChunk): void {
    const chunk = { group, windowStartMs, windowMs, sequence: this.#sealed + 1, level: 0, tombstonesApplied: 0 };
    if (!this.#isOpen) throw new Error('a chunk is written while a seal is made');
    const place = keyOfWindow(chunk);
    if (this.#places.has(place)) throw new Error('a seal has one chunk a group and window');
    this.#places.add(place);
    this.#written.push(this.#rows.insert(chunk, encoded));
  }

  writeSealed(): void {
    this.#state.set(SEALED, this.#sealed + 1);
  }

  /** After the transaction of `writeSealed`; gives the chunks that count now. */
  committed(): readonly ChunkEntry[] {
    const written = this.#written;
    this.#written = [];
    this.#isOpen = false;
    this.#sealed++;
    return written;
  }
}
