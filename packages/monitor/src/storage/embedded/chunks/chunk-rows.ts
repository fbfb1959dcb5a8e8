// The rows of chunks in the file: reading them at the start, writing a new one, taking one out, and moving a damaged one to
// the quarantine. Ids grow for ever, so that the bytes of one chunk are never taken for those of another.

import { blobCell, integerCell, rowChecksum } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, verify, wrapPlain } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import type { EncodedChunk } from '../codec/chunk.ts';
import {
  type ChunkEntry,
  chunkPlace,
  entryCells,
  entryOf,
  numbersChecksum,
  quarantineCells,
  quarantinedEntryOf,
  verifyNumbers,
} from './tables.ts';

const LAST_ID = 'last_chunk';
const LOAD_PIECE = 1024;

/** What a new chunk is, but for what its bytes say. */
export type NewChunk = Pick<
  ChunkEntry,
  'group' | 'windowStartMs' | 'windowMs' | 'sequence' | 'level' | 'tombstonesApplied'
>;

export class ChunkRows {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #statements;
  #lastId: number;

  /** @throws {DamagedBytes} */
  constructor(database: Database, state: StateTable) {
    this.#database = database;
    this.#state = state;
    this.#statements = {
      insert: database.prepare(`INSERT INTO chunks VALUES (${marks(12)})`),
      insertData: database.prepare('INSERT INTO chunk_data VALUES (?, ?)'),
      selectData: database.prepare('SELECT data FROM chunk_data WHERE id = ?'),
      delete: database.prepare('DELETE FROM chunks WHERE id = ?'),
      quarantine: database.prepare(`INSERT OR REPLACE INTO quarantine VALUES (${marks(14)})`),
      release: database.prepare('DELETE FROM quarantine WHERE id = ?'),
    };
    this.#lastId = state.get(LAST_ID);
  }

  /** Chunks and quarantined chunks. */
  count(): number {
    const sql = 'SELECT (SELECT count(*) FROM chunks) + (SELECT count(*) FROM quarantine) AS count';
    return integerCell(this.#database.prepare(sql).get() ?? {}, 'count');
  }

  /** Every chunk, each row verified, those of an interrupted seal too. @throws {DamagedBytes} */
  *load(): Generator<ChunkEntry> {
    for (const cells of this.#each('chunks')) {
      verifyNumbers('chunks', cells);
      const entry = entryOf(cells, undefined);
      if (entry.id > this.#lastId)
        throw new DamagedBytes(`chunk ${entry.id} is newer than the latest, ${this.#lastId}`);
      yield entry;
    }
    for (const cells of this.#each('quarantine')) yield quarantinedEntryOf(cells);
  }

  /** Within a transaction of the caller. When that is rolled back, the id is not given to another. */
  insert(chunk: NewChunk, { payload, minTimeMs, maxTimeMs, samples }: EncodedChunk): ChunkEntry {
    const id = ++this.#lastId;
    const blob = wrapPlain(chunkPlace(id), payload);
    const entry = { ...chunk, id, minTimeMs, maxTimeMs, samples, sizeBytes: blob.length, damage: undefined };
    const cells = entryCells(entry);
    if (!cells.every(Number.isSafeInteger))
      throw new Error(`chunk ${id} has a cell that is no whole number: ${cells.join()}`);
    this.#statements.insert.run(...cells, numbersChecksum('chunks', cells));
    this.#statements.insertData.run(id, blob);
    this.#state.set(LAST_ID, id);
    return entry;
  }

  /** Takes chunks, quarantined ones too, out of their tables, but leaves their bytes. Within a transaction of the caller. */
  delete(entries: readonly ChunkEntry[]): void {
    for (const { id, damage } of entries) {
      this.#statements.delete.run(id);
      if (damage !== undefined) this.#statements.release.run(id);
    }
  }

  quarantine(entry: ChunkEntry, reason: string, foundMs: number): void {
    const cells = quarantineCells(entry, reason, foundMs);
    this.#database.transaction('relaxed', () => {
      this.#statements.delete.run(entry.id);
      this.#statements.quarantine.run(...cells, rowChecksum('quarantine', cells));
    });
  }

  /** Undefined when there is no such row. @throws {DamagedBytes} and what SQLite throws of damaged pages. */
  payload(id: number): Uint8Array | undefined {
    const row = this.#statements.selectData.get(id);
    return row === undefined ? undefined : unwrap(chunkPlace(id), blobCell(row, 'data'));
  }

  /** @throws {DamagedBytes} and what SQLite throws of damaged pages. */
  verifyData(id: number): void {
    const row = this.#statements.selectData.get(id);
    if (row === undefined) throw missingData(id);
    verify(chunkPlace(id), blobCell(row, 'data'));
  }

  /** The rows of a table in pieces, which is quicker by a third than row after row, and needs no more memory. */
  *#each(table: string): Generator<readonly unknown[]> {
    const statement = this.#database.prepare(`SELECT * FROM ${table} WHERE id > ? ORDER BY id LIMIT ${LOAD_PIECE}`);
    statement.setReturnArrays(true);
    for (let lastId = Number.MIN_SAFE_INTEGER; ; ) {
      const rows = statement.all(lastId) as unknown as (readonly unknown[])[];
      yield* rows;
      if (rows.length < LOAD_PIECE) return;
      lastId = rows.at(-1)![0] as number;
    }
  }
}

export function missingData(id: number): DamagedBytes {
  return new DamagedBytes(`the bytes of ${chunkPlace(id)} are not there`);
}

function marks(count: number): string {
  return Array.from({ length: count }, () => '?').join();
}
