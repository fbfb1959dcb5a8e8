// The pages of the log: rows of one size, each of which fills a page of the file, so that writing one again changes that
// page of the file and no other. They are written one after the other and, when what they hold is void, again: in the long run a
// commit writes as many pages as its bytes take, and nothing for the tree of the table. What is written is appended to the
// last page when it fits there, and else begins a new one. Invariant: pages that are not void have sequences without a
// gap; what is in memory about them changes when a write is committed. Format page: docs/formats/store.md.

import { blobCell, integerCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { ENVELOPE_BYTES, sealPlain, unwrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';

/** With the row around it this fills a page of 4,096 bytes, for every sequence and id, without a page that overflows. */
const PAGE_BYTES = 4040;
/** After the envelope two bytes say how many are used. */
const BEGIN = ENVELOPE_BYTES + 2;
const CAPACITY = PAGE_BYTES - BEGIN;
/** What changing one page writes: the page and the header of its frame. */
const FRAME_BYTES = 4120;
const SEALED_THROUGH = 'sealed_through';
const TRIM_PIECE = 256;

interface Page {
  readonly id: number;
  readonly sequence: number;
}

interface Tail extends Page {
  /** Bytes of it that are written, after `BEGIN`. */
  readonly used: number;
}

interface Pending {
  readonly pages: readonly Page[];
  readonly tail: Tail;
}

export class LogPages {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #insert;
  readonly #update;
  readonly #delete;
  readonly #select;
  readonly #buffer = new Uint8Array(PAGE_BYTES);
  readonly #used = new DataView(this.#buffer.buffer, ENVELOPE_BYTES, 2);
  /** In ascending sequence. */
  #live: Page[] = [];
  /** Ids of void pages. */
  readonly #free: number[] = [];
  #greatestId = 0;
  #sealedThrough: number;
  #tail: Tail | undefined;
  #pending: Pending | undefined;

  /** @throws {DamagedBytes} */
  constructor(database: Database, state: StateTable) {
    this.#database = database;
    this.#state = state;
    this.#insert = database.prepare('INSERT INTO log_pages (id, sequence, data) VALUES (?, ?, ?)');
    this.#update = database.prepare('UPDATE log_pages SET sequence = ?, data = ? WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM log_pages WHERE id = ?');
    this.#select = database.prepare('SELECT data FROM log_pages WHERE id = ?');
    this.#sealedThrough = state.get(SEALED_THROUGH);
    for (const row of database.prepare('SELECT id, sequence FROM log_pages').iterate()) {
      const page = { id: integerCell(row, 'id'), sequence: integerCell(row, 'sequence') };
      if (page.sequence > this.#sealedThrough) this.#live.push(page);
      else this.#free.push(page.id);
      this.#greatestId = Math.max(this.#greatestId, page.id);
    }
    this.#live.sort((a, b) => a.sequence - b.sequence);
  }

  /** Of the last page that is written; the same as what is sealed when there is none. */
  get lastSequence(): number {
    return this.#live.at(-1)?.sequence ?? this.#sealedThrough;
  }

  /** Pages that are not void. */
  get liveCount(): number {
    return this.#live.length;
  }

  /** Bytes of the pages that are not void. */
  get sizeBytes(): number {
    return this.liveCount * PAGE_BYTES;
  }

  /**
   * Writes some bytes, which begin a page or lie within one; within a transaction of the caller, who calls `committed`
   * when that is through. Gives how many bytes that takes on the disk.
   */
  write(bytes: Uint8Array): number {
    const pages: Page[] = [];
    let inserted = 0;
    let written = 0;
    let tail = this.#tail;
    if (tail !== undefined && tail.used + bytes.length > CAPACITY) tail = undefined;
    for (let at = 0; at < bytes.length; tail = tail.used < CAPACITY ? tail : undefined) {
      const isNew: boolean = tail === undefined;
      if (tail === undefined) {
        tail = { id: this.#idOf(pages.length, inserted), sequence: this.lastSequence + pages.length + 1, used: 0 };
        pages.push(tail);
        this.#buffer.fill(0);
      }
      const piece = bytes.subarray(at, at + CAPACITY - tail.used);
      this.#buffer.set(piece, BEGIN + tail.used);
      at += piece.length;
      const { id, sequence } = tail;
      tail = { id, sequence, used: tail.used + piece.length };
      this.#used.setUint16(0, tail.used, true);
      sealPlain(pagePlace(tail), this.#buffer);
      if (isNew && id > this.#greatestId) {
        this.#insert.run(id, sequence, this.#buffer);
        inserted++;
      } else this.#update.run(sequence, this.#buffer, id);
      written++;
      this.#pending = { pages, tail };
    }
    // A row more changes the tree of the table too.
    return (written + (inserted > 0 ? inserted + 4 : 0)) * FRAME_BYTES;
  }

  committed(): void {
    if (this.#pending === undefined) return;
    const { pages, tail } = this.#pending;
    for (const page of pages) {
      this.#live.push(page);
      if (page.id <= this.#greatestId) this.#free.pop();
      else this.#greatestId = page.id;
    }
    this.#tail = tail;
    this.#pending = undefined;
  }

  /** What is written next begins a page. Also forgets what was not committed. */
  startPage(): void {
    this.#pending = undefined;
    this.#tail = undefined;
  }

  /** The bytes of each page that is not void, in their order. @throws {DamagedBytes} */
  *read(): Generator<Uint8Array> {
    let expected = this.#sealedThrough;
    for (const page of this.#live) {
      if (page.sequence !== ++expected) {
        throw new DamagedBytes(`log page ${expected} is not there, but log page ${page.sequence} is`);
      }
      const payload = unwrap(pagePlace(page), blobCell(this.#select.get(page.id) ?? {}, 'data'));
      yield payload.subarray(2, 2 + (payload[0]! | (payload[1]! << 8)));
    }
  }

  /** Makes the pages up to this one void; within a transaction of the caller, who then calls `sealed`. */
  writeSealed(throughSequence: number): void {
    this.#state.set(SEALED_THROUGH, throughSequence);
  }

  sealed(throughSequence: number): void {
    const firstLive = this.#live.findIndex(({ sequence }) => sequence > throughSequence);
    const sealed = this.#live.splice(0, firstLive < 0 ? this.#live.length : firstLive);
    this.#sealedThrough = throughSequence;
    for (const { id } of sealed) this.#free.push(id);
  }

  /** Deletes some void pages when there are more than `keep`; false when no more are to be deleted. */
  trim(keep: number): boolean {
    const ids = this.#free.slice(0, Math.min(TRIM_PIECE, this.#free.length - keep));
    if (this.#free.length <= keep) return false;
    this.#database.transaction('relaxed', () => {
      for (const id of ids) this.#delete.run(id);
    });
    this.#free.splice(0, ids.length);
    return this.#free.length > keep;
  }

  #idOf(taken: number, inserted: number): number {
    const free = this.#free.length - 1 - (taken - inserted);
    return free >= 0 ? this.#free[free]! : this.#greatestId + 1 + inserted;
  }
}

export function pagePlace({ id, sequence }: Page): string {
  return `log page ${sequence} in row ${id}`;
}
