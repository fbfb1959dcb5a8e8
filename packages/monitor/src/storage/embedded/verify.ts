// Looks at a file before it is opened for writing, so that one that cannot be used is left byte for byte as it is: over a
// connection that can only read. The file is never opened by other means than SQLite, since closing it would take away
// the lock of a store that the same process has open (https://sqlite.org/howtocorrupt.html, 2.2).

import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { batchPlace } from './batch-log.ts';
import { blockOf, chunkPlace } from './block-store.ts';
import { verify as verifyEnvelope } from './envelope.ts';
import { DamagedBytes, newerVersion } from './failures.ts';
import {
  APPLICATION_ID,
  blobCell,
  FORMAT_VERSION,
  integerCell,
  type Row,
  TABLES,
  textCell,
  verifyRow,
} from './schema.ts';
import { latestPlace } from './series-registry.ts';

/**
 * Does nothing for a file that is absent or empty.
 * @throws {ChainpulseError} `storage_newer_version`; {DamagedBytes}; else whatever the database throws.
 */
export function verifyFile(path: string, fullCheckMaxBytes: number): void {
  const size = sizeOf(path);
  // A journal is of a creation that was interrupted: opening the file undoes it.
  if (size === 0 || sizeOf(`${path}-journal`) > 0) return;
  const connection = new DatabaseSync(path, { readOnly: true });
  try {
    verifyKind(connection, path);
    verifySize(connection, size, sizeOf(`${path}-wal`));
    verifyContents(connection, size <= fullCheckMaxBytes);
  } finally {
    connection.close();
  }
}

function verifyKind(connection: DatabaseSync, path: string): void {
  if (pragma(connection, 'application_id') !== APPLICATION_ID) {
    throw new DamagedBytes('it is a database, but not one of chainpulse');
  }
  const version = pragma(connection, 'user_version');
  if (version > FORMAT_VERSION) throw newerVersion(path, version, FORMAT_VERSION);
}

/** SQLite takes an incomplete last page for one that ends in zeros. A WAL may hold what the file does not have yet. */
function verifySize(connection: DatabaseSync, sizeBytes: number, walBytes: number): void {
  const expected = pragma(connection, 'page_count') * pragma(connection, 'page_size');
  if (walBytes === 0 && sizeBytes < expected) throw new DamagedBytes(`it has ${sizeBytes} bytes of ${expected}`);
}

function pragma(connection: DatabaseSync, name: string): number {
  return integerCell(connection.prepare(`PRAGMA ${name}`).get() ?? {}, name);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function verifyContents(connection: DatabaseSync, withChunks: boolean): void {
  const checks = withChunks ? [''] : TABLES.filter((table) => table !== 'chunks').map((table) => `(${table})`);
  for (const check of checks) {
    const finding = textCell(connection.prepare(`PRAGMA quick_check${check}`).get() ?? {}, 'quick_check');
    if (finding !== 'ok') throw new DamagedBytes(finding);
  }
  const each = (sql: string, look: (row: Row) => void) => {
    for (const row of connection.prepare(sql).iterate()) look(row);
  };
  const blob = (place: string, row: Row) => verifyEnvelope(place, blobCell(row, 'data'));
  each('SELECT * FROM series', (row) =>
    verifyRow('series', [integerCell(row, 'ref'), textCell(row, 'labels')], row['checksum']),
  );
  each('SELECT * FROM metadata', (row) =>
    verifyRow('metadata', [textCell(row, 'name'), textCell(row, 'entry')], row['checksum']),
  );
  each('SELECT * FROM state', (row) =>
    verifyRow('state', [textCell(row, 'name'), integerCell(row, 'value')], row['checksum']),
  );
  each('SELECT * FROM blocks', blockOf);
  each('SELECT * FROM latest', (row) => blob(latestPlace(integerCell(row, 'page')), row));
  each('SELECT * FROM batches', (row) => blob(batchPlace(integerCell(row, 'sequence')), row));
  if (withChunks) each('SELECT * FROM chunks', (row) => blob(chunkPlace(integerCell(row, 'id')), row));
}
