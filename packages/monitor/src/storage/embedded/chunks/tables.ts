// The tables of chunks, how their rows become entries, and how each is checked. What says where a chunk belongs is a small
// row of numbers, which is in memory all the time; its bytes are a row of another table, so that loading the former never
// touches the latter. Format page: docs/formats/store.md.

import { crc32 } from 'node:zlib';
import type { TimeRange } from '../../interface.ts';
import { rowChecksum } from '../../sqlite/cells.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';

const PLACE_COLUMNS = `
  id INTEGER PRIMARY KEY, series_group INTEGER NOT NULL, window_start_ms INTEGER NOT NULL, window_ms INTEGER NOT NULL,
  sequence INTEGER NOT NULL, level INTEGER NOT NULL, min_time_ms INTEGER NOT NULL, max_time_ms INTEGER NOT NULL,
  samples INTEGER NOT NULL, size_bytes INTEGER NOT NULL, tombstones_applied INTEGER NOT NULL`;

export const CHUNK_TABLES = ['chunks', 'chunk_data', 'discarded', 'tombstones', 'quarantine'] as const;

export const CREATE_CHUNK_TABLES = `
CREATE TABLE chunks (${PLACE_COLUMNS}, checksum INTEGER NOT NULL);
CREATE TABLE chunk_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
CREATE TABLE discarded (id INTEGER PRIMARY KEY, size_bytes INTEGER NOT NULL, checksum INTEGER NOT NULL);
CREATE TABLE tombstones (
  id INTEGER PRIMARY KEY, ref INTEGER NOT NULL, min_time_ms INTEGER NOT NULL, max_time_ms INTEGER NOT NULL,
  through_sequence INTEGER NOT NULL, checksum INTEGER NOT NULL
);
CREATE TABLE quarantine (
  ${PLACE_COLUMNS}, reason TEXT NOT NULL, found_ms INTEGER NOT NULL, checksum INTEGER NOT NULL
);
`;

/** The window of time that a group's chunk lies in. */
export interface WindowKey {
  readonly group: number;
  readonly windowStartMs: number;
  readonly windowMs: number;
}

export function keyOfWindow({ group, windowStartMs, windowMs }: WindowKey): string {
  return `${group}/${windowStartMs}/${windowMs}`;
}

/** What is known of a chunk without its bytes; never changed. */
export interface ChunkEntry extends WindowKey, TimeRange {
  readonly id: number;
  /** The number of the seal that it came with; of a merged one the greatest of its sources. */
  readonly sequence: number;
  /** How often it was merged (`merge-policy.ts`). */
  readonly level: number;
  readonly samples: number;
  /** Bytes of its envelope. */
  readonly sizeBytes: number;
  /** Tombstones up to this id hide nothing of it any more: what they hid is not in it. */
  readonly tombstonesApplied: number;
  /** Why it cannot be read; its samples are lost. */
  readonly damage: string | undefined;
}

/** Where the envelope of a chunk belongs. */
export function chunkPlace(id: number): string {
  return `chunk ${id}`;
}

export function entryCells(entry: ChunkEntry): number[] {
  return [
    entry.id,
    entry.group,
    entry.windowStartMs,
    entry.windowMs,
    entry.sequence,
    entry.level,
    entry.minTimeMs,
    entry.maxTimeMs,
    entry.samples,
    entry.sizeBytes,
    entry.tombstonesApplied,
  ];
}

const ENTRY_CELLS = 11;

/** Of the first cells of a row of `chunks` or `quarantine`, verified. */
export function entryOf(cells: readonly unknown[], damage: string | undefined): ChunkEntry {
  return {
    id: cells[0] as number,
    group: cells[1] as number,
    windowStartMs: cells[2] as number,
    windowMs: cells[3] as number,
    sequence: cells[4] as number,
    level: cells[5] as number,
    minTimeMs: cells[6] as number,
    maxTimeMs: cells[7] as number,
    samples: cells[8] as number,
    sizeBytes: cells[9] as number,
    tombstonesApplied: cells[10] as number,
    damage,
  };
}

const CELLS_MAX = 16;
const doubles = new Float64Array(CELLS_MAX);
/** By how many cells: the bytes of the first of them. */
const bytesOfDoubles = Array.from(
  { length: CELLS_MAX + 1 },
  (_, count) => new Uint8Array(doubles.buffer, 0, 8 * count),
);
const nameChecksums = new Map<string, number>();

/** The checksum of a row of numbers: of the table's name, then of each cell as a double. A start verifies 100,000 rows. */
export function numbersChecksum(table: string, cells: readonly number[]): number {
  for (let at = 0; at < cells.length; at++) doubles[at] = cells[at]! + 0;
  return checksumOfDoubles(table, cells.length);
}

/**
 * Verifies a row whose last cell is its checksum and whose others are numbers.
 * @throws {DamagedBytes}
 */
export function verifyNumbers(table: string, cells: readonly unknown[]): asserts cells is readonly number[] {
  const count = cells.length - 1;
  for (let at = 0; at < count; at++) {
    const cell = cells[at];
    if (typeof cell !== 'number' || !Number.isInteger(cell)) {
      throw new DamagedBytes(`row ${String(cells[0])} of ${table} has no whole number in column ${at + 1}`);
    }
    doubles[at] = cell;
  }
  if (checksumOfDoubles(table, count) !== cells[count]) {
    throw new DamagedBytes(`the checksum of row ${String(cells[0])} of ${table} is wrong`);
  }
}

function checksumOfDoubles(table: string, count: number): number {
  let start = nameChecksums.get(table);
  if (start === undefined) {
    start = crc32(table);
    nameChecksums.set(table, start);
  }
  return crc32(bytesOfDoubles[count]!, start);
}

/** Cells of a row of `quarantine` without its checksum: those of the chunk, the reason, when it was found. */
export function quarantineCells(entry: ChunkEntry, reason: string, foundMs: number): (number | string)[] {
  return [...entryCells(entry), reason, foundMs];
}

/** @throws {DamagedBytes} */
export function quarantinedEntryOf(cells: readonly unknown[]): ChunkEntry {
  const own = cells.slice(0, -1) as (number | string)[];
  const reason = own[ENTRY_CELLS];
  if (typeof reason !== 'string' || rowChecksum('quarantine', own) !== cells.at(-1)) {
    throw new DamagedBytes(`the checksum of row ${String(cells[0])} of quarantine is wrong`);
  }
  return entryOf(own, reason);
}
