// The tables of the file and the version of its format. Format page: docs/formats/store.md.

import { CREATE_CHUNK_TABLES } from './chunks/tables.ts';
import { CREATE_ROW_COUNTS } from './row-counts.ts';
import { CREATE_SERIES_TABLES } from './series/segment-table.ts';

export const FORMAT_VERSION = 2;
/** "Chpl": what SQLite calls the application id. */
export const APPLICATION_ID = 0x4368706c;

export const CREATE_TABLES = `
${CREATE_SERIES_TABLES}
${CREATE_CHUNK_TABLES}
CREATE TABLE log_pages (id INTEGER PRIMARY KEY, sequence INTEGER NOT NULL, data BLOB NOT NULL);
CREATE TABLE metadata (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID;
${CREATE_ROW_COUNTS}
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${FORMAT_VERSION};
`;
