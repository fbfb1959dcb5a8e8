// The rows of segments of series. The bytes of a segment are written once; which of its series are still there is said by
// a small row of another table, its directory, so that series can leave without the segment being written again, and so
// that a start reads little. Invariant: a reference is in the directory of one segment at most. Format page:
// docs/formats/store.md.

import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { blobCell, integerCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, wrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { TIMESTAMP_MAX_MS } from '../limits.ts';
import { RefRanges } from './ref-ranges.ts';
import { encodeSegment, REF_MAX, type SegmentRows } from './segment-codec.ts';

export const CREATE_SERIES_TABLES = `
CREATE TABLE series_segments (id INTEGER PRIMARY KEY, directory BLOB NOT NULL);
CREATE TABLE series_data (id INTEGER PRIMARY KEY, data BLOB NOT NULL);
`;

export type SegmentKind = 'hot' | 'cold';

/** What is known of a segment without its bytes; never changed, but replaced. */
export interface SegmentEntry {
  readonly id: number;
  readonly kind: SegmentKind;
  /** Series in its bytes, also those that have left. */
  readonly rows: number;
  /** Bytes of the distinct values in it. */
  readonly textBytes: number;
  /** No series of it has a later sample; -Infinity while they are hot. */
  readonly latestMs: number;
  /** The series that are still there. */
  readonly refs: RefRanges;
  readonly dataBytes: number;
  readonly directoryBytes: number;
}

const KINDS: readonly SegmentKind[] = ['hot', 'cold'];
const writer = new ByteWriter();

export class SegmentTable {
  readonly #statements;
  #lastId = 0;

  constructor(database: Database) {
    this.#statements = {
      load: database.prepare(
        'SELECT s.id AS id, directory, length(data) AS data_bytes FROM series_segments s LEFT JOIN series_data d ON d.id = s.id ORDER BY s.id',
      ),
      read: database.prepare('SELECT data FROM series_data WHERE id = ?'),
      insert: database.prepare('INSERT INTO series_segments (id, directory) VALUES (?, ?)'),
      insertData: database.prepare('INSERT INTO series_data (id, data) VALUES (?, ?)'),
      update: database.prepare('UPDATE series_segments SET directory = ? WHERE id = ?'),
      remove: database.prepare('DELETE FROM series_segments WHERE id = ?'),
      removeData: database.prepare('DELETE FROM series_data WHERE id = ?'),
    };
  }

  /** The directory of every segment. @throws {DamagedBytes} */
  load(): SegmentEntry[] {
    const entries: SegmentEntry[] = [];
    for (const row of this.#statements.load.iterate()) {
      const id = integerCell(row, 'id');
      if (row['data_bytes'] === null) throw new DamagedBytes(`segment ${id} of series has no data`);
      const blob = blobCell(row, 'directory');
      const fields = decodeDirectory(unwrap(directoryPlace(id), blob));
      entries.push({ id, ...fields, dataBytes: integerCell(row, 'data_bytes'), directoryBytes: blob.length });
      this.#lastId = id;
    }
    return entries;
  }

  /** The payload of a segment. @throws {DamagedBytes} */
  read(id: number): Uint8Array {
    const row = this.#statements.read.get(id);
    if (row === undefined) throw new DamagedBytes(`segment ${id} of series has no data`);
    return unwrap(dataPlace(id), blobCell(row, 'data'));
  }

  /** Writes a segment, within a transaction of the caller. */
  insert(kind: SegmentKind, rows: SegmentRows): SegmentEntry {
    const id = ++this.#lastId;
    const { payload, textBytes } = encodeSegment(rows);
    const data = wrap(dataPlace(id), payload);
    this.#statements.insertData.run(id, data);
    const latestMs = greatest(rows.latestMs);
    const refs = RefRanges.of(rows.refs);
    const fields = { kind, rows: rows.refs.length, textBytes, latestMs, refs };
    const directory = wrap(directoryPlace(id), encodeDirectory(fields));
    this.#statements.insert.run(id, directory);
    return { id, ...fields, dataBytes: data.length, directoryBytes: directory.length };
  }

  /** Writes that only these series are left, within a transaction of the caller; undefined when none is. */
  update(entry: SegmentEntry, refs: RefRanges): SegmentEntry | undefined {
    if (refs.count === 0) {
      this.delete(entry);
      return undefined;
    }
    const directory = wrap(directoryPlace(entry.id), encodeDirectory({ ...entry, refs }));
    this.#statements.update.run(directory, entry.id);
    return { ...entry, refs, directoryBytes: directory.length };
  }

  /** Deletes a segment, within a transaction of the caller. */
  delete({ id }: SegmentEntry): void {
    this.#statements.remove.run(id);
    this.#statements.removeData.run(id);
  }
}

/** Of the payload of a directory. */
export function isHotDirectory(payload: Uint8Array): boolean {
  return KINDS[payload[0]!] === 'hot';
}

type DirectoryFields = Pick<SegmentEntry, 'kind' | 'rows' | 'textBytes' | 'latestMs' | 'refs'>;

/** The payload is valid until the next call. */
function encodeDirectory({ kind, rows, textBytes, latestMs, refs }: DirectoryFields): Uint8Array {
  writer.clear();
  writer.byte(KINDS.indexOf(kind));
  writer.varint(rows);
  writer.varint(textBytes);
  if (kind === 'cold') writer.signedVarint(latestMs);
  const { bounds } = refs;
  writer.varint(bounds.length / 2);
  let next = 0;
  for (const bound of bounds) {
    writer.varint(bound - next);
    next = bound;
  }
  return writer.written();
}

function decodeDirectory(payload: Uint8Array): DirectoryFields {
  const reader = new ByteReader(payload);
  const kind = KINDS[reader.byte()];
  if (kind === undefined) throw new DamagedBytes('a segment of series is of an unknown kind');
  const rows = reader.varint();
  const textBytes = reader.varint();
  const latestMs = kind === 'cold' ? reader.signedVarint() : Number.NEGATIVE_INFINITY;
  if (kind === 'cold' && Math.abs(latestMs) > TIMESTAMP_MAX_MS) throw new DamagedBytes('a time of a segment is wrong');
  const bounds = new Uint32Array(2 * reader.count(2));
  let next = 0;
  for (let at = 0; at < bounds.length; at++) {
    const bound = next + reader.varint();
    // Ranges neither touch nor overlap, and reference 0 is none.
    if (bound > REF_MAX || (at % 2 === 0 && bound < (at === 0 ? 1 : next + 2))) {
      throw new DamagedBytes('the references of a segment are out of order');
    }
    bounds[at] = bound;
    next = bound;
  }
  reader.expectEnd();
  const refs = new RefRanges(bounds);
  if (refs.count === 0 || refs.count > rows)
    throw new DamagedBytes('a segment does not have as many references as it may');
  return { kind, rows, textBytes, latestMs, refs };
}

function greatest(latestMs: Float64Array | undefined): number {
  return latestMs?.reduce((one, other) => Math.max(one, other), Number.NEGATIVE_INFINITY) ?? Number.NEGATIVE_INFINITY;
}

export function directoryPlace(id: number): string {
  return `series directory ${id}`;
}

export function dataPlace(id: number): string {
  return `series ${id}`;
}
