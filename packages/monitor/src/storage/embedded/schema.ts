// Whether a file has our tables and triggers, at their places, to the letter. What SQLite keeps of them is text, and a letter of
// it may change so that it still is a sound statement: a trigger that counts the other way, a table that has the pages
// of another. The first start would go well, and what it writes would be wrong.

import { DatabaseSync } from 'node:sqlite';
import { integerCell, textCell } from '../sqlite/cells.ts';
import { DamagedBytes } from '../sqlite/failures.ts';
import { CREATE_TABLES } from './tables.ts';

/** The page of a table is always the same: SQLite gives the first pages to tables, in the order in which they are made. */
const SELECT = `SELECT type || ' ' || name || ' on page ' || rootpage AS item, sql FROM sqlite_schema ORDER BY rowid`;
/** What `auto_vacuum` says when it is incremental: the file says of every page where it belongs. */
const INCREMENTAL = 2;

/** The tables and triggers of a file in a line each, without how the statement is set. */
function schemaOf(connection: DatabaseSync): readonly string[] {
  return connection
    .prepare(SELECT)
    .all()
    .map((row) => `${textCell(row, 'item')}: ${textCell(row, 'sql').replaceAll(/\s+/g, ' ')}`);
}

/** Those of a file that is made now. */
export function presentSchema(): readonly string[] {
  const model = new DatabaseSync(':memory:');
  try {
    model.exec('PRAGMA auto_vacuum = INCREMENTAL');
    model.exec(CREATE_TABLES);
    return schemaOf(model);
  } finally {
    model.close();
  }
}

/** @throws {DamagedBytes} */
export function verifySchema(connection: DatabaseSync): void {
  const found = schemaOf(connection);
  const expected = presentSchema();
  const wrong = expected.findIndex((line, at) => line !== found[at]);
  if (wrong >= 0 || found.length !== expected.length) {
    throw new DamagedBytes(`its tables are not those of this format: ${found[wrong] ?? 'there are others or too few'}`);
  }
  if (integerCell(connection.prepare('PRAGMA auto_vacuum').get() ?? {}, 'auto_vacuum') !== INCREMENTAL) {
    throw new DamagedBytes('its header does not say that its pages are listed');
  }
}
