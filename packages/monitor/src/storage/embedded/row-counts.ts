// How many rows the tables have from which the store learns what it holds. A page of such a table that was replaced by an
// empty one is a sound page: its rows are gone, and nothing else in the file says that they were there, unless all pages are
// counted, which takes too long for a large file. So the database itself counts the rows, in the transaction that adds or
// removes them, and a start compares. It needs `recursive_triggers`: a row that replaces another is one that goes and one that comes.

import type { DatabaseSync } from 'node:sqlite';
import { integerCell } from '../sqlite/cells.ts';
import { DamagedBytes } from '../sqlite/failures.ts';

export const ROW_COUNTS = 'row_counts';

const COUNTED_TABLES = [
  'chunks',
  'discarded',
  'tombstones',
  'quarantine',
  'series_segments',
  'metadata',
  'log_pages',
] as const;

/** For a file whose tables are made and empty. */
export const CREATE_ROW_COUNTS = `
CREATE TABLE ${ROW_COUNTS} (name TEXT PRIMARY KEY, rows INTEGER NOT NULL) WITHOUT ROWID;
${COUNTED_TABLES.map((table) => `INSERT INTO ${ROW_COUNTS} VALUES ('${table}', 0);`).join('\n')}
${COUNTED_TABLES.map((table) => triggerText(table, 'INSERT', '+') + triggerText(table, 'DELETE', '-')).join('\n')}
`;

/** @throws {DamagedBytes} when a table does not have the rows that were counted. */
export function verifyRowCounts(connection: DatabaseSync): void {
  const counted = connection.prepare(`SELECT rows FROM ${ROW_COUNTS} WHERE name = ?`);
  for (const table of COUNTED_TABLES) {
    const row = counted.get(table);
    if (row === undefined) throw new DamagedBytes(`${ROW_COUNTS} says nothing of ${table}`);
    const expected = integerCell(row, 'rows');
    const found = integerCell(connection.prepare(`SELECT count(*) AS rows FROM ${table}`).get() ?? {}, 'rows');
    if (found !== expected) throw new DamagedBytes(`${table} has ${found} rows where ${expected} were written`);
  }
}

function triggerText(table: string, event: 'INSERT' | 'DELETE', sign: '+' | '-'): string {
  const update = `UPDATE ${ROW_COUNTS} SET rows = rows ${sign} 1 WHERE name = '${table}'`;
  return `CREATE TRIGGER ${table}_${event.toLowerCase()} AFTER ${event} ON ${table} BEGIN ${update}; END;`;
}
