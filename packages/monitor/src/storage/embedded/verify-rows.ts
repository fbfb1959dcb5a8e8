// Looks at the rows that verify themselves when they are loaded, before that: when a process left a write-ahead log, SQLite
// moves it into the file as soon as a connection that may write is closed, also the one over which the damage was found. So
// a file with such a log is to be refused before there is one.

import type { DatabaseSync } from 'node:sqlite';
import { blobCell, integerCell } from '../sqlite/cells.ts';
import { unwrap, verify } from '../sqlite/envelope.ts';
import { quarantinedEntryOf, verifyNumbers } from './chunks/tables.ts';
import { dataPlace, directoryPlace, isHotDirectory } from './series/segment-table.ts';

/** @throws {DamagedBytes} */
export function verifyLoadedRows(connection: DatabaseSync): void {
  for (const table of ['chunks', 'discarded', 'tombstones']) {
    for (const cells of cellsOf(connection, table)) verifyNumbers(table, cells);
  }
  for (const cells of cellsOf(connection, 'quarantine')) quarantinedEntryOf(cells);
  const data = connection.prepare('SELECT data FROM series_data WHERE id = ?');
  for (const row of connection.prepare('SELECT id, directory FROM series_segments').iterate()) {
    const id = integerCell(row, 'id');
    const isHot = isHotDirectory(unwrap(directoryPlace(id), blobCell(row, 'directory')));
    if (isHot) verify(dataPlace(id), blobCell(data.get(id) ?? {}, 'data'));
  }
}

function* cellsOf(connection: DatabaseSync, table: string): Generator<readonly unknown[]> {
  const statement = connection.prepare(`SELECT * FROM ${table}`);
  statement.setReturnArrays(true);
  for (const row of statement.iterate()) yield row as unknown as readonly unknown[];
}
