// How the cells of a row are read and checked, in every database that we write.

import { crc32 } from 'node:zlib';
import { DamagedBytes } from './failures.ts';

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
