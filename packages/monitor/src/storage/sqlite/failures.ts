// What can go wrong with the file, as errors with a stable code and one line that names the file and the mend.
// Source of the numbers: https://sqlite.org/rescode.html (the low byte of an extended code is the primary one).

import { accessSync, constants, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ChainpulseError } from '../../model/errors.ts';

/** Bytes that are not what was written. Thrown by the codecs, which do not know the file. */
export class DamagedBytes extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DamagedBytes';
  }
}

/** SQLite's report of a damaged file can be a page long. */
const LONGEST_DETAIL = 200;
/** With less, SQLite cannot even make the files that it needs beside its own, and calls that an I/O error. */
const LEAST_FREE_BYTES = 64 * 1024;

const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_LOCKED = 6;
const SQLITE_READONLY = 8;
const SQLITE_IOERR = 10;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_CANTOPEN = 14;
const SQLITE_NOTADB = 26;
/** A page that should be there lies behind the end of the file. */
export const SQLITE_IOERR_SHORT_READ = 522;
/** What an exclusive lock on a file that may only be read comes to, and on a file system without locks. */
const SQLITE_IOERR_LOCK = 3850;

/** Makes the error that a caller sees of whatever the file, the database or a codec threw. */
export function storageFailure(path: string, error: unknown): ChainpulseError {
  if (error instanceof ChainpulseError) return error;
  if (error instanceof DamagedBytes) return damaged(path, error.message, error);
  const detail = oneLine(error instanceof Error ? error.message : String(error));
  const result = sqliteResultOf(error);
  if (result === SQLITE_IOERR_LOCK) return unwritable(path, 'it cannot be locked for writing', error);
  if (result !== undefined) {
    switch (result & 0xff) {
      case SQLITE_BUSY:
      case SQLITE_LOCKED:
        return locked(path, error);
      case SQLITE_READONLY:
        if (result === SQLITE_READONLY && isWritable(path)) return damaged(path, 'its header forbids writing', error);
        return unwritable(path, detail, error);
      case SQLITE_CANTOPEN:
        return unwritable(path, detail, error);
      // Our statements are right, so it is the tables that are not ours.
      case SQLITE_ERROR:
      case SQLITE_CORRUPT:
      case SQLITE_NOTADB:
        return damaged(path, detail, error);
      case SQLITE_FULL:
        return full(path, error);
      case SQLITE_IOERR:
        if (result === SQLITE_IOERR_SHORT_READ) return damaged(path, 'it was cut off', error);
        return isDiskFull(path) ? full(path, error) : inputOutput(path, detail, error);
    }
    return inputOutput(path, detail, error);
  }
  switch (systemCodeOf(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
      return full(path, error);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOTDIR':
    case 'ENOENT':
    case 'EEXIST':
    case 'EISDIR':
      return unwritable(path, detail, error);
    default:
      return inputOutput(path, detail, error);
  }
}

function damaged(path: string, detail: string, cause?: unknown): ChainpulseError {
  return new ChainpulseError(
    'storage_damaged',
    `${path} is damaged (${oneLine(detail)}): put a backup in its place, or move it and ${path}-wal away to start afresh`,
    { cause },
  );
}

/** Without its beginning nothing in the write-ahead log can be read. */
export function damagedLog(path: string): ChainpulseError {
  return new ChainpulseError(
    'storage_damaged',
    `${path}-wal is damaged at its beginning: put a backup of ${path} and of it in their place, or move it away ` +
      'to go on without what it holds, the last minutes before the monitor stopped',
  );
}

/** What was committed last is in the write-ahead log, and the rest is not there. */
export function logWithoutFile(path: string): ChainpulseError {
  return new ChainpulseError(
    'storage_damaged',
    `${path} is empty or not there, but ${path}-wal, which belongs to it, is: put both back, or move the latter away to start afresh`,
  );
}

export function newerVersion(path: string, found: number, known: number): ChainpulseError {
  return new ChainpulseError(
    'storage_newer_version',
    `${path} has format ${found}, and this version of chainpulse knows up to ${known}: ` +
      'use the newer version that wrote it, or another folder (--data)',
  );
}

export function closed(path: string): ChainpulseError {
  return new ChainpulseError('storage_closed', `${path} is closed: the monitor is stopping`);
}

export function batchTooLarge(samples: number, max: number): ChainpulseError {
  return new ChainpulseError(
    'storage_batch_too_large',
    `a batch of ${samples} samples is over the limit of ${max} (batchSamplesMax): send it in parts`,
  );
}

function locked(path: string, cause: unknown): ChainpulseError {
  return new ChainpulseError(
    'storage_locked',
    `${path} is in use by another process: stop that monitor, or use another folder (--data)`,
    { cause },
  );
}

function full(path: string, cause: unknown): ChainpulseError {
  return new ChainpulseError(
    'storage_full',
    `no space left to write ${path}: free some space on its disk, or keep less (--retention)`,
    { cause },
  );
}

function unwritable(path: string, detail: string, cause: unknown): ChainpulseError {
  return new ChainpulseError(
    'storage_unwritable',
    `cannot write ${path} (${detail}): let this user write there, or use another folder (--data)`,
    { cause },
  );
}

function inputOutput(path: string, detail: string, cause: unknown): ChainpulseError {
  return new ChainpulseError('storage_io', `cannot read or write ${path} (${detail}): look after its disk`, { cause });
}

function sqliteResultOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode : undefined;
}

function systemCodeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function isDiskFull(path: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_FREE_BYTES;
  } catch {
    return false;
  }
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s*[\r\n]+\s*/g, ' ').trim();
  return line.length <= LONGEST_DETAIL ? line : `${line.slice(0, LONGEST_DETAIL)}…`;
}
