// The log of batches: every commit appends one row, a start reads them all into the head, and a completed seal makes
// those it covers void by moving `sealed_through` in the same transaction that completes the block. Void rows are
// deleted afterwards, in pieces. Sequence numbers only ever grow.

import { ByteWriter } from '../../sqlite/bytes.ts';
import { blobCell, integerCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, wrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { type DecodedRows, decodeBatch, type EncodableRows, encodeBatch } from './batch-codec.ts';

const SEALED_THROUGH = 'sealed_through';
const DELETE_PIECE = 256;

export class BatchLog {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #writer = new ByteWriter();
  readonly #insert;
  readonly #delete;
  #lastSequence: number;
  #sealedThrough: number;
  #hasVoidRows = true;
  /** Bytes of the rows that are not void. */
  sizeBytes = 0;

  constructor(database: Database, state: StateTable) {
    this.#database = database;
    this.#state = state;
    this.#sealedThrough = state.get(SEALED_THROUGH);
    this.#lastSequence = this.#sealedThrough;
    this.#insert = database.prepare('INSERT INTO batches (sequence, data) VALUES (?, ?)');
    this.#delete = database.prepare(
      'DELETE FROM batches WHERE sequence IN (SELECT sequence FROM batches WHERE sequence <= ? ORDER BY sequence LIMIT ?)',
    );
  }

  get lastSequence(): number {
    return this.#lastSequence;
  }

  /** Writes one batch; within a transaction of the caller, who calls `committed` with the result when that is through. */
  write(rows: EncodableRows): number {
    this.#writer.clear();
    encodeBatch(this.#writer, rows);
    const sequence = this.#lastSequence + 1;
    const blob = wrap(batchPlace(sequence), this.#writer.written());
    this.#insert.run(sequence, blob);
    return blob.length;
  }

  committed(sizeBytes: number): void {
    this.#lastSequence++;
    this.sizeBytes += sizeBytes;
  }

  /** Hands over every batch that is not sealed, in the order of their commits. @throws {DamagedBytes} */
  replay(take: (rows: DecodedRows, sizeBytes: number) => void): void {
    const rows = this.#database.prepare('SELECT sequence, data FROM batches WHERE sequence > ? ORDER BY sequence');
    for (const row of rows.iterate(this.#sealedThrough)) {
      const sequence = integerCell(row, 'sequence');
      if (sequence !== this.#lastSequence + 1) {
        throw new DamagedBytes(`batch ${this.#lastSequence + 1} is not there, but batch ${sequence} is`);
      }
      const blob = blobCell(row, 'data');
      take(decodeBatch(unwrap(batchPlace(sequence), blob)), blob.length);
      this.#lastSequence = sequence;
      this.sizeBytes += blob.length;
    }
  }

  /** Makes the batches up to this one void; within the transaction that completes their block. */
  writeSealed(throughSequence: number): void {
    this.#state.set(SEALED_THROUGH, throughSequence);
  }

  sealed(throughSequence: number, sizeBytes: number): void {
    this.#sealedThrough = throughSequence;
    this.#hasVoidRows = true;
    this.sizeBytes -= sizeBytes;
  }

  /** Deletes some void rows; false when there are none left. */
  deleteVoid(): boolean {
    if (!this.#hasVoidRows) return false;
    const { changes } = this.#database.transaction('relaxed', () =>
      this.#delete.run(this.#sealedThrough, DELETE_PIECE),
    );
    this.#hasVoidRows = Number(changes) === DELETE_PIECE;
    return this.#hasVoidRows;
  }
}

export function batchPlace(sequence: number): string {
  return `batch ${sequence}`;
}
