// Looks at a file before it is opened for writing, so that one that cannot be used is left byte for byte as it is: over a
// connection that can only read. The file is never opened by other means than SQLite, since closing it would take away
// the lock of a store that the same process has open (https://sqlite.org/howtocorrupt.html, 2.2).

import { rmSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { blobCell, integerCell, type Row, textCell, verifyRow } from '../sqlite/cells.ts';
import { verify as verifyEnvelope } from '../sqlite/envelope.ts';
import { DamagedBytes, damagedLog, logWithoutFile, newerVersion } from '../sqlite/failures.ts';
import { CHUNK_TABLES } from './chunks/tables.ts';
import { pagePlace } from './log/log-pages.ts';
import { metadataPlace } from './metadata-table.ts';
import { ROW_COUNTS, verifyRowCounts } from './row-counts.ts';
import { verifySchema } from './schema.ts';
import { APPLICATION_ID, FORMAT_VERSION } from './tables.ts';
import { verifyChunkTree } from './verify-chunk-tree.ts';
import { type LogFinding, verifyLog } from './verify-log.ts';
import { verifyLoadedRows } from './verify-rows.ts';

/**
 * Of a large file: every table but the one with the bytes of chunks. With the first goes the list of free pages; a page that
 * two of them have, or that is free too, is told by what the file says of where each page belongs.
 */
const CHECKED_TABLES = [
  'sqlite_schema',
  ...CHUNK_TABLES.filter((table) => table !== 'chunk_data'),
  'series_segments',
  'series_data',
  'log_pages',
  'metadata',
  'state',
  ROW_COUNTS,
];

/**
 * Gives the version of its format, undefined when there is nothing yet. `onNotice` is told in a sentence what is lost of a
 * write-ahead log that can be used but for its damage.
 * @throws {ChainpulseError} `storage_newer_version`, `storage_damaged`; {DamagedBytes}; else whatever the database throws.
 */
export function verifyFile(
  path: string,
  fullCheckMaxBytes: number,
  onNotice: (message: string) => void = () => {},
): number | undefined {
  if (sizeOf(`${path}-journal`) > 0) undoInterrupted(path);
  const size = sizeOf(path);
  if (size === 0) {
    // SQLite would delete it. A file that is created gets its log only when it has its tables.
    if (sizeOf(`${path}-wal`) > 0) throw logWithoutFile(path);
    return undefined;
  }
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    const version = verifyKind(connection, path);
    // Only now, as the log of a file that another process has open is no business of ours.
    const finding = verifyLog(`${path}-wal`);
    if (finding !== undefined && finding.lostTransactions === undefined) throw damagedLog(path);
    verifySize(connection, size, sizeOf(`${path}-wal`));
    if (version === FORMAT_VERSION) {
      verifyContents(connection, size <= fullCheckMaxBytes);
      if (sizeOf(`${path}-wal`) > 0) verifyLoadedRows(connection);
    }
    if (finding !== undefined) onNotice(lostInLog(path, finding));
    return version;
  } finally {
    connection.close();
  }
}

function lostInLog(path: string, { atByte, lostTransactions }: LogFinding): string {
  return (
    `${path}-wal is damaged at byte ${atByte}: ${lostTransactions} transactions after it are lost, ` +
    'samples of the last minutes before the monitor stopped; what was stored before can be read'
  );
}

/** A journal is of a creation, or of the beginning of a migration, that was interrupted. */
function undoInterrupted(path: string): void {
  const connection = new DatabaseSync(path);
  try {
    pragma(connection, 'user_version');
  } finally {
    connection.close();
  }
  // One that holds nothing to undo stays where it is.
  rmSync(`${path}-journal`, { force: true });
}

function verifyKind(connection: DatabaseSync, path: string): number {
  if (pragma(connection, 'application_id') !== APPLICATION_ID) {
    throw new DamagedBytes('it is a database, but not one of chainpulse');
  }
  const version = pragma(connection, 'user_version');
  if (version > FORMAT_VERSION) throw newerVersion(path, version, FORMAT_VERSION);
  return version;
}

/**
 * SQLite takes an incomplete last page for one that ends in zeros, and writes over what lies after the pages that the header
 * counts. A WAL may hold what the file does not have yet, or no longer has.
 */
function verifySize(connection: DatabaseSync, sizeBytes: number, walBytes: number): void {
  const expected = pragma(connection, 'page_count') * pragma(connection, 'page_size');
  if (walBytes === 0 && sizeBytes !== expected) throw new DamagedBytes(`it has ${sizeBytes} bytes of ${expected}`);
}

function pragma(connection: DatabaseSync, name: string): number {
  return integerCell(connection.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

/** The series and the directory of chunks verify themselves when they are loaded. */
function verifyContents(connection: DatabaseSync, isWhole: boolean): void {
  verifySchema(connection);
  for (const check of isWhole ? [''] : CHECKED_TABLES.map((table) => `(${table})`)) {
    const finding = textCell(connection.prepare(`PRAGMA quick_check${check}`).get() ?? {}, 'quick_check');
    if (finding !== 'ok') throw new DamagedBytes(finding);
  }
  verifyRowCounts(connection);
  verifyChunkTree(connection);
  const each = (sql: string, look: (row: Row) => void) => {
    for (const row of connection.prepare(sql).iterate()) look(row);
  };
  const blob = (place: string, row: Row) => verifyEnvelope(place, blobCell(row, 'data'));
  each('SELECT * FROM state', (row) =>
    verifyRow('state', [textCell(row, 'name'), integerCell(row, 'value')], row['checksum']),
  );
  each('SELECT * FROM metadata', (row) => blob(metadataPlace(integerCell(row, 'id')), row));
  each('SELECT * FROM log_pages', (row) =>
    blob(pagePlace({ id: integerCell(row, 'id'), sequence: integerCell(row, 'sequence') }), row),
  );
}
