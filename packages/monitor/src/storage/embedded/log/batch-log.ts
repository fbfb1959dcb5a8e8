// The log of batches: every commit appends one, a start reads them all into the head, and a completed seal makes those
// it covers void in the same transaction that makes the chunks count. A head's batches have pages of their own.

import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, wrap, wrapPlain } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { type DecodedRows, decodeBatch, type EncodableRows, encodeBatch } from './batch-codec.ts';
import { LogPages } from './log-pages.ts';
import { LoggedValues } from './logged-values.ts';

const PLACE = 'batch';
/** Void pages that are kept for what is written next: as many as are in use, and so many at least. */
const FREE_PAGES_MIN = 2048;

export class BatchLog {
  readonly #pages: LogPages;
  readonly #payload = new ByteWriter();
  readonly #framed = new ByteWriter();
  readonly #logged = new LoggedValues();

  /** @throws {DamagedBytes} */
  constructor(database: Database, state: StateTable) {
    this.#pages = new LogPages(database, state);
  }

  /** Of the last page that is written. */
  get lastSequence(): number {
    return this.#pages.lastSequence;
  }

  /** Bytes of what is not void. */
  get sizeBytes(): number {
    return this.#pages.sizeBytes;
  }

  /**
   * Writes one batch; within a transaction of the caller, who calls `committed` when that is through and `startAnew` when
   * it failed. Gives how many bytes that takes on the disk.
   */
  write(rows: EncodableRows): number {
    this.#payload.clear();
    const isPackable = encodeBatch(this.#payload, rows, this.#logged);
    const batch = (isPackable ? wrap : wrapPlain)(PLACE, this.#payload.written());
    this.#framed.clear();
    this.#framed.varint(batch.length);
    this.#framed.bytes(batch);
    return this.#pages.write(this.#framed.written());
  }

  committed(): void {
    this.#pages.committed();
  }

  /**
   * What is written next builds on no batch before it and begins a page: those before it are about to become void, since
   * their head is frozen, or the last `write` was not committed.
   */
  startAnew(): void {
    this.#pages.startPage();
    this.#logged.startAnew();
  }

  /** Hands over every batch that is not void, in the order of their commits. @throws {DamagedBytes} */
  replay(slotOf: (ref: number) => number, take: (rows: DecodedRows) => void): void {
    const logged = new LoggedValues();
    for (const batch of wholeBatches(this.#pages.read())) take(decodeBatch(unwrap(PLACE, batch), logged, slotOf));
  }

  /** Makes the pages up to this one void; within the transaction that makes their chunks count. */
  writeSealed(throughSequence: number): void {
    this.#pages.writeSealed(throughSequence);
  }

  sealed(throughSequence: number): void {
    this.#pages.sealed(throughSequence);
  }

  /** Deletes some of the void pages that are too many; false when there are none left of them. */
  trim(): boolean {
    return this.#pages.trim(Math.max(FREE_PAGES_MIN, this.#pages.liveCount));
  }

  /** Deletes some void pages, however few there are; false when there are none left. */
  trimAll(): boolean {
    return this.#pages.trim(0);
  }
}

/** A batch begins a page, or lies within one; a long one goes on in the pages after it. */
function* wholeBatches(pages: Iterable<Uint8Array>): Generator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let have = 0;
  let need = 0;
  for (const page of pages) {
    parts.push(page);
    have += page.length;
    if (have < need) continue;
    const bytes = parts.length === 1 ? page : Buffer.concat(parts);
    let at = 0;
    for (need = 0; at < have; at += need) {
      const rest = bytes.subarray(at);
      const reader = new ByteReader(rest);
      const length = reader.varint();
      need = reader.offset + length;
      if (need > rest.length) break;
      yield rest.subarray(need - length, need);
      need = reader.offset + length;
    }
    parts = at < have ? [bytes.subarray(at)] : [];
    have -= at;
    if (have === 0) need = 0;
  }
  if (have > 0) throw new DamagedBytes('the last batch of the log is cut off');
}
