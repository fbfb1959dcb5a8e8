// The connection to the file: exclusive, WAL, and transactions of two kinds. A `durable` one is on the disk when it
// returns (with durability 'full'). A `relaxed` one is not synced by itself, but every durable one after it syncs it too,
// as the log of SQLite is one sequence: it is for work that may be lost whole without harm, such as half a seal.

import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { integerCell } from './cells.ts';

export type Durability = 'full' | 'normal';
export type TransactionKind = 'durable' | 'relaxed';

/** Pages in the WAL at which a commit itself checkpoints, should nobody have called `checkpoint` before: 16 MiB. */
const WAL_PAGES_MAX = 4096;
/** Free pages that are given back to the file system at once, and how many must have gathered before. */
const VACUUM_PAGES = 256;
const FREE_PAGES_MIN = 4096;
const FREE_SHARE_MIN = 0.25;
/** Pages that a copy takes at once in its first attempt, and twice as many in each further one: 8 MiB at first. */
const BACKUP_PAGES = 2048;
const BACKUP_ATTEMPTS = 20;
/** What SQLite answers a step of a copy that falls into a transaction; Node sees it as no error, as it asks too late. */
const STEP_CAME_IN_BETWEEN = new Set([0, 5, 6]);

export class Database {
  readonly path: string;
  readonly #connection: DatabaseSync;
  readonly #full: boolean;
  #synchronous: 'FULL' | 'NORMAL' | undefined;

  /** Opens the file and locks it; `createTables` makes the tables when it is absent or empty, and sets its version. */
  constructor(path: string, durability: Durability, fileMaxBytes: number, createTables = '') {
    this.path = path;
    this.#full = durability === 'full';
    this.#connection = new DatabaseSync(path, { enableForeignKeyConstraints: false });
    try {
      this.#connection.exec('PRAGMA locking_mode = EXCLUSIVE');
      if (this.#pragma('user_version') === 0) this.#create(createTables);
      this.#connection.exec('PRAGMA journal_mode = WAL');
      this.#connection.exec('PRAGMA recursive_triggers = ON');
      this.#connection.exec(`PRAGMA wal_autocheckpoint = ${WAL_PAGES_MAX}`);
      this.#takeForWriting();
      if (Number.isFinite(fileMaxBytes)) this.#limitFile(fileMaxBytes);
    } catch (error) {
      this.#connection.close();
      throw error;
    }
  }

  prepare(sql: string): StatementSync {
    return this.#connection.prepare(sql);
  }

  /** Runs `work` in one transaction: all of it is stored, or, when anything throws, nothing. */
  transaction<T>(kind: TransactionKind, work: () => T): T {
    const synchronous = kind === 'durable' && this.#full ? 'FULL' : 'NORMAL';
    if (synchronous !== this.#synchronous) {
      this.#connection.exec(`PRAGMA synchronous = ${synchronous}`);
      this.#synchronous = synchronous;
    }
    this.#connection.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      // SQLite has rolled back already after some errors, such as a full disk.
      if (this.#connection.isTransaction) this.#connection.exec('ROLLBACK');
      throw error;
    }
  }

  /** Moves what is in the WAL into the file, so that the WAL starts from its beginning again. */
  checkpoint(): void {
    this.#connection.exec('PRAGMA wal_checkpoint(PASSIVE)');
  }

  /** Gives some free pages back to the file system when many have gathered; false when there is nothing to give. */
  shrink(): boolean {
    const free = this.#pragma('freelist_count');
    if (free < FREE_PAGES_MIN || free < FREE_SHARE_MIN * this.#pragma('page_count')) return false;
    this.#connection.exec(`PRAGMA incremental_vacuum(${VACUUM_PAGES})`);
    return true;
  }

  /** Gives all free pages back, however few: for a file that is about to be closed. */
  shrinkAll(): void {
    this.#connection.exec('PRAGMA incremental_vacuum');
  }

  /**
   * Copies the whole database as it is now into a new file, in pieces; writes meanwhile go into the copy too. A piece
   * that falls into a transaction ends the attempt, and the next has larger pieces. The file has its name only when it is whole.
   * @throws the system's error, EEXIST when there is such a file.
   */
  async backup(path: string): Promise<void> {
    if (existsSync(path)) throw Object.assign(new Error(`${path} exists already`), { code: 'EEXIST' });
    const unfinished = `${path}.unfinished`;
    for (let attempt = 1; ; attempt++) {
      try {
        await backup(this.#connection, unfinished, { rate: BACKUP_PAGES * 2 ** (attempt - 1) });
        renameSync(unfinished, path);
        return;
      } catch (error) {
        for (const suffix of ['', '-journal']) rmSync(unfinished + suffix, { force: true });
        if (attempt === BACKUP_ATTEMPTS || !cameInBetween(error)) throw error;
      }
    }
  }

  /** Bytes of the pages that hold something. */
  usedBytes(): number {
    return (this.#pragma('page_count') - this.#pragma('freelist_count')) * this.#pragma('page_size');
  }

  /** Bytes of the file and its WAL on the disk. */
  sizeBytes(): number {
    const wal = statSync(`${this.path}-wal`, { throwIfNoEntry: false });
    return statSync(this.path).size + (wal?.size ?? 0);
  }

  /** Checkpoints and closes; the WAL is gone afterwards. */
  close(): void {
    this.#connection.close();
  }

  /**
   * Takes the lock, and changes something without keeping it: a file whose header says that it may only be read, as one
   * from a later SQLite or a damaged one does, fails at its first change and no sooner.
   */
  #takeForWriting(): void {
    const version = this.#pragma('user_version');
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#connection.exec(`PRAGMA user_version = ${version}`);
    this.#connection.exec('ROLLBACK');
  }

  #create(createTables: string): void {
    this.#connection.exec('PRAGMA auto_vacuum = INCREMENTAL');
    this.#connection.exec('PRAGMA synchronous = FULL');
    this.#connection.exec(`BEGIN EXCLUSIVE; ${createTables} COMMIT;`);
  }

  #limitFile(fileMaxBytes: number): void {
    const pages = Math.max(1, Math.floor(fileMaxBytes / this.#pragma('page_size')));
    this.#connection.exec(`PRAGMA max_page_count = ${Math.min(pages, 0xfffffffe)}`);
  }

  #pragma(name: string): number {
    return integerCell(this.#connection.prepare(`PRAGMA ${name}`).get() ?? {}, name);
  }
}

function cameInBetween(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && STEP_CAME_IN_BETWEEN.has(Number(error.errcode) & 0xff);
}
