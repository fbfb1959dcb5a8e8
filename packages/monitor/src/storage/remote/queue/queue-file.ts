// The file of the queue: its tables, and how it is made and looked at before it is used. It is SQLite's, like the embedded
// store, with an application id of its own, so that neither is taken for the other. Format page: docs/formats/queue.md.

import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { integerCell, textCell } from '../../sqlite/cells.ts';
import { Database, type Durability } from '../../sqlite/database.ts';
import { DamagedBytes, newerVersion } from '../../sqlite/failures.ts';

export const QUEUE_FILE_NAME = 'chainpulse-queue.db';
/** "Chpq": what SQLite calls the application id. */
const QUEUE_APPLICATION_ID = 0x43687071;
const QUEUE_FORMAT_VERSION = 1;
/** Of a larger file only the small tables are checked at a start; entries are when they are read. */
const FULL_CHECK_MAX_BYTES = 64 * 1024 * 1024;
const SMALL_TABLES = ['series', 'entries', 'metadata', 'state'] as const;

const CREATE_TABLES = `
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA synchronous = FULL;
BEGIN EXCLUSIVE;
CREATE TABLE series (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE entries (
  sequence INTEGER PRIMARY KEY, written_ms INTEGER NOT NULL, samples INTEGER NOT NULL, size_bytes INTEGER NOT NULL
);
CREATE TABLE payloads (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE metadata (name TEXT PRIMARY KEY, entry TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = ${QUEUE_APPLICATION_ID};
PRAGMA user_version = ${QUEUE_FORMAT_VERSION};
COMMIT;
`;

/**
 * Opens the file, makes it when it is absent, and takes it for this process alone.
 * @throws {DamagedBytes} and {ChainpulseError} `storage_newer_version`: the file is left as it was; else what SQLite throws.
 */
export function openQueueFile(path: string, durability: Durability): Database {
  if (sizeOf(path) === 0 && sizeOf(`${path}-journal`) === 0) createFile(path);
  else verifyFile(path);
  return new Database(path, durability, Number.POSITIVE_INFINITY);
}

function createFile(path: string): void {
  const connection = new DatabaseSync(path);
  try {
    connection.exec(CREATE_TABLES);
  } finally {
    connection.close();
  }
}

function verifyFile(path: string): void {
  if (sizeOf(`${path}-journal`) > 0) return;
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    const pragma = (name: string) => integerCell(connection.prepare(`PRAGMA ${name}`).get() ?? {}, name);
    if (pragma('application_id') !== QUEUE_APPLICATION_ID) {
      throw new DamagedBytes('it is a database, but not a queue of chainpulse');
    }
    const version = pragma('user_version');
    if (version > QUEUE_FORMAT_VERSION) throw newerVersion(path, version, QUEUE_FORMAT_VERSION);
    const checks = sizeOf(path) <= FULL_CHECK_MAX_BYTES ? [''] : SMALL_TABLES.map((table) => `(${table})`);
    for (const check of checks) {
      const finding = textCell(connection.prepare(`PRAGMA quick_check${check}`).get() ?? {}, 'quick_check');
      if (finding !== 'ok') throw new DamagedBytes(finding);
    }
  } finally {
    connection.close();
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
