// What is told of damaged chunks, and what counts as damage: bytes that a codec or an envelope refuses, and pages that
// SQLite cannot read. Any other failure (a disk that does not answer) may pass, and is the caller's.

import { ChainpulseError } from '../../../model/errors.ts';
import { DamagedBytes, SQLITE_IOERR_SHORT_READ } from '../../sqlite/failures.ts';
import type { ChunkEntry } from './tables.ts';

const SQLITE_CORRUPT = 11;
const REASON_LENGTH_MAX = 200;

/** A chunk that is damaged: its entry, with the reason. */
export interface LostChunk extends ChunkEntry {
  readonly damage: string;
}

/** SQLite says that the file's structure is damaged, or that the file was cut off. */
export function isCorrupt(error: unknown): boolean {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return false;
  return (error.errcode & 0xff) === SQLITE_CORRUPT || error.errcode === SQLITE_IOERR_SHORT_READ;
}

export function isDamage(error: unknown): error is Error {
  return error instanceof DamagedBytes || isCorrupt(error);
}

/** The damage in a line of bounded length. */
export function reasonOf(error: Error): string {
  return error.message.replaceAll(/\s+/g, ' ').slice(0, REASON_LENGTH_MAX);
}

/** What is lost, in a sentence for the log. */
export function lossSentence({ group, minTimeMs, maxTimeMs, samples, damage }: LostChunk): string {
  const from = new Date(minTimeMs).toISOString();
  const to = new Date(maxTimeMs).toISOString();
  return (
    `history is damaged: ${samples} samples of series group ${group} between ${from} and ${to} are lost (${damage}); ` +
    'the rest can be read, a backup has them'
  );
}

/** A read came to a chunk that was merged or deleted since, and whose bytes are gone. */
export function readExpired(): ChainpulseError {
  return new ChainpulseError(
    'storage_read_expired',
    'the read took so long that history it began with was rewritten meanwhile: ask again, for less at once',
  );
}
