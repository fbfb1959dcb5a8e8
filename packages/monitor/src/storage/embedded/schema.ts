// The tables of the file, the version of its format, and how the cells of its rows are read and checked.
// Format page: docs/formats/store.md.

import { crc32 } from 'node:zlib';
import { DamagedBytes } from './failures.ts';

export const FORMAT_VERSION = 1;
/** "Chpl": what SQLite calls the application id. */
export const APPLICATION_ID = 0x4368706c;

export const TABLES = ['series', 'latest', 'blocks', 'chunks', 'batches', 'metadata', 'retired', 'state'] as const;

export const CREATE_TABLES = `
CREATE TABLE series (ref INTEGER PRIMARY KEY AUTOINCREMENT, labels TEXT NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE latest (page INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE blocks (
  id INTEGER PRIMARY KEY, min_time_ms INTEGER NOT NULL, max_time_ms INTEGER NOT NULL,
  samples INTEGER NOT NULL, chunks INTEGER NOT NULL, size_bytes INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE chunks (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE batches (sequence INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE metadata (name TEXT PRIMARY KEY, entry TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE retired (ref INTEGER PRIMARY KEY, labels TEXT NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`;

export type Cell = string | number;
export type Row = Record<string, unknown>;

/** The checksum of a row whose cells are not in an envelope. */
export function rowChecksum(table: string, cells: readonly Cell[]): number {
  return crc32(JSON.stringify([table, ...cells]));
}

/** @throws {DamagedBytes} */
export function verifyRow(table: string, cells: readonly Cell[], checksum: unknown): void {
  if (rowChecksum(table, cells) !== checksum) {
    throw new DamagedBytes(`the checksum of row ${cells[0]} of ${table} is wrong`);
  }
}

/** @throws {DamagedBytes} when the cell does not hold a whole number. */
export function integerCell(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number' || !Number.isInteger(value)) throw new DamagedBytes(`${column} is no whole number`);
  return value;
}

/** @throws {DamagedBytes} when the cell does not hold text. */
export function textCell(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new DamagedBytes(`${column} is no text`);
  return value;
}

/** @throws {DamagedBytes} when the cell does not hold bytes. */
export function blobCell(row: Row, column: string): Uint8Array {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new DamagedBytes(`${column} is no blob`);
  return value;
}
