// What waits to be sent, on the disk, in the order in which it was appended. An append is answered when its entries are
// durable; the sender reads from the front and acknowledges, and only then are they deleted. Acknowledging is not synced by
// itself: after a power cut what was sent lately may be sent once more, and nothing is left out.
// Invariant: sequences only grow; `samples` is of the entries after the acknowledged one, `sizeBytes` of all that are there.

import { ByteWriter } from '../../sqlite/bytes.ts';
import { blobCell, integerCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, wrap } from '../../sqlite/envelope.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { decodeEntry, type EntryRows, encodeEntry } from './entry-codec.ts';

const ACKNOWLEDGED = 'acknowledged';
/** Rows of one entry; a longer batch becomes several entries in one transaction. */
const ENTRY_ROWS_MAX = 10_000;
/** What a small entry takes beside its bytes: rows in two tables. */
const ENTRY_OVERHEAD_BYTES = 64;
/** Entries that are dropped in one transaction. */
const DROP_PIECE = 256;
const CHECKPOINT_BYTES = 4 * 1024 * 1024;

export interface QueueEntry {
  readonly sequence: number;
  readonly writtenMs: number;
  readonly samples: number;
  readonly sizeBytes: number;
}

/** Entries that were read from the front; those that cannot be read have no rows. */
export interface QueueWindow {
  readonly lastSequence: number;
  readonly oldestWrittenMs: number;
  readonly entries: readonly EntryRows[];
  readonly damaged: readonly { readonly entry: QueueEntry; readonly reason: string }[];
}

interface KeptWindow {
  readonly lastSequence: number;
  readonly samples: number;
  readonly sizeBytes: number;
  readonly atMs: number;
}

export interface DroppedEntries {
  readonly entries: number;
  readonly samples: number;
}

const NONE_DROPPED: DroppedEntries = { entries: 0, samples: 0 };

export class DurableQueue {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #writer = new ByteWriter();
  readonly #statements;
  #lastSequence: number;
  #acknowledged: number;
  /** Up to here entries are deleted; behind `#acknowledged` when the disk refused to, and by what is kept. */
  #deleted: number;
  /** What was acknowledged lately and is kept, should the server turn out to have lost it. */
  #kept: KeptWindow[] = [];
  /** What the sender has in its hands: it is not dropped by a bound. */
  #taken: number;
  #samples = 0;
  #sizeBytes = 0;
  #uncheckpointedBytes = 0;

  constructor(database: Database, state: StateTable) {
    this.#database = database;
    this.#state = state;
    this.#statements = statementsOf(database);
    this.#acknowledged = state.get(ACKNOWLEDGED);
    this.#taken = this.#acknowledged;
    this.#deleted = this.#acknowledged;
    // Left over from an acknowledgement that was interrupted.
    database.transaction('relaxed', () => this.#delete(0, this.#acknowledged));
    const totals = this.#statements.totals.get() ?? {};
    this.#samples = integerCell(totals, 'samples');
    this.#sizeBytes = integerCell(totals, 'size_bytes');
    this.#lastSequence = Math.max(this.#acknowledged, integerCell(totals, 'last'));
  }

  get samples(): number {
    return this.#samples;
  }

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  get isEmpty(): boolean {
    // Not by the last sequence: the entries up to it may have been dropped.
    return this.oldestWrittenMs() === undefined;
  }

  /** When the oldest entry was written; undefined when there is none. */
  oldestWrittenMs(): number | undefined {
    const row = this.#statements.first.get(this.#acknowledged);
    return row === undefined ? undefined : integerCell(row, 'written_ms');
  }

  /** When the latest entry was written; undefined when there is none. */
  newestWrittenMs(): number | undefined {
    const row = this.#statements.newest.get(this.#acknowledged);
    return row === undefined ? undefined : integerCell(row, 'written_ms');
  }

  /** Stores the rows durably, and whatever `alongside` writes in the same transaction. */
  append(rows: EntryRows, writtenMs: number, alongside: () => void): void {
    const blobs: { data: Uint8Array; samples: number }[] = [];
    for (const piece of piecesOf(rows)) {
      this.#writer.clear();
      encodeEntry(this.#writer, piece);
      const data = wrap(entryPlace(this.#lastSequence + 1 + blobs.length), this.#writer.written());
      blobs.push({ data, samples: piece.refs.length });
    }
    this.#database.transaction('durable', () => {
      alongside();
      for (const [index, { data, samples }] of blobs.entries()) {
        const sequence = this.#lastSequence + 1 + index;
        this.#statements.insertEntry.run(sequence, writtenMs, samples, data.length + ENTRY_OVERHEAD_BYTES);
        this.#statements.insertPayload.run(sequence, data);
      }
    });
    this.#lastSequence += blobs.length;
    for (const { data, samples } of blobs) {
      this.#samples += samples;
      this.#sizeBytes += data.length + ENTRY_OVERHEAD_BYTES;
      this.#uncheckpointedBytes += data.length + ENTRY_OVERHEAD_BYTES;
    }
  }

  /** Takes entries from the front until they have so many samples; undefined when the queue is empty. */
  take(samplesMax: number): QueueWindow | undefined {
    const entries: EntryRows[] = [];
    const damaged: { entry: QueueEntry; reason: string }[] = [];
    let samples = 0;
    let last: QueueEntry | undefined;
    let oldestWrittenMs = Number.POSITIVE_INFINITY;
    for (const row of this.#statements.from.iterate(this.#acknowledged)) {
      const entry = entryOf(row);
      if (last !== undefined && samples + entry.samples > samplesMax) break;
      last = entry;
      samples += entry.samples;
      oldestWrittenMs = Math.min(oldestWrittenMs, entry.writtenMs);
      try {
        entries.push(this.#read(entry.sequence));
      } catch (error) {
        damaged.push({ entry, reason: error instanceof Error ? error.message : String(error) });
      }
    }
    if (last === undefined) return undefined;
    this.#taken = last.sequence;
    return { lastSequence: last.sequence, oldestWrittenMs, entries, damaged };
  }

  /**
   * What was taken is done with, sent or not; it is kept for `keepMs`. When the disk refuses to note that, this process goes
   * on behind it all the same, and the next call notes both.
   */
  acknowledge(lastSequence: number, nowMs: number, keepMs: number): void {
    const sums = this.#statements.sums.get(this.#acknowledged, lastSequence) ?? {};
    const samples = integerCell(sums, 'samples');
    this.#samples -= samples;
    this.#kept.push({ lastSequence, samples, sizeBytes: integerCell(sums, 'size_bytes'), atMs: nowMs });
    this.#acknowledged = lastSequence;
    this.#release((kept) => nowMs - kept.atMs >= keepMs);
  }

  get keepsAny(): boolean {
    return this.#kept.length > 0;
  }

  /** What is kept waits to be sent again, before all others; so does what was taken. */
  rewind(): void {
    for (const { samples } of this.#kept) this.#samples += samples;
    this.#kept = [];
    this.#acknowledged = this.#deleted;
    this.#taken = this.#deleted;
    this.#database.transaction('relaxed', () => this.#state.set(ACKNOWLEDGED, this.#deleted));
  }

  /** Drops the oldest entries that were not taken until `sizeBytes` is at most this; before them what is only kept. */
  dropToSize(sizeBytesMax: number): DroppedEntries {
    if (this.keepsAny && this.#sizeBytes > sizeBytesMax) this.#release(() => true);
    return this.#dropWhile(() => this.#sizeBytes > sizeBytesMax);
  }

  /** Drops entries that were not taken and were written before. */
  dropOlderThan(timeMs: number): DroppedEntries {
    return this.#dropWhile((entry) => entry.writtenMs < timeMs);
  }

  /** Gives space back to the file system, some at a time; false when there is none to give. */
  shrink(): boolean {
    return this.#database.shrink();
  }

  checkpoint(): void {
    this.#database.checkpoint();
    this.#uncheckpointedBytes = 0;
  }

  /** Deletes what was acknowledged and need not be kept any more. */
  #release(isToGo: (kept: KeptWindow) => boolean): void {
    const staying = this.#kept.findIndex((kept) => !isToGo(kept));
    const gone = staying < 0 ? this.#kept : this.#kept.slice(0, staying);
    const through = gone.at(-1)?.lastSequence ?? this.#deleted;
    this.#kept = staying < 0 ? [] : this.#kept.slice(staying);
    for (const { sizeBytes } of gone) this.#sizeBytes -= sizeBytes;
    this.#database.transaction('relaxed', () => {
      this.#state.set(ACKNOWLEDGED, this.#acknowledged);
      this.#delete(this.#deleted, through);
    });
    this.#deleted = through;
    this.#upkeep();
  }

  #dropWhile(isToGo: (entry: QueueEntry) => boolean): DroppedEntries {
    let dropped = NONE_DROPPED;
    for (;;) {
      const piece = this.#dropPiece(isToGo);
      if (piece.entries === 0) return dropped;
      dropped = { entries: dropped.entries + piece.entries, samples: dropped.samples + piece.samples };
      if (piece.entries < DROP_PIECE) return dropped;
    }
  }

  #dropPiece(isToGo: (entry: QueueEntry) => boolean): DroppedEntries {
    const front = this.#taken;
    let [entries, samples, last] = [0, 0, front];
    const before = { samples: this.#samples, sizeBytes: this.#sizeBytes };
    for (const row of this.#statements.from.iterate(front)) {
      const entry = entryOf(row);
      if (entries >= DROP_PIECE || !isToGo(entry)) break;
      entries++;
      samples += entry.samples;
      last = entry.sequence;
      this.#forget(entry);
    }
    if (entries === 0) return NONE_DROPPED;
    try {
      this.#database.transaction('relaxed', () => this.#delete(front, last));
    } catch (error) {
      this.#samples = before.samples;
      this.#sizeBytes = before.sizeBytes;
      throw error;
    }
    this.#upkeep();
    return { entries, samples };
  }

  #read(sequence: number): EntryRows {
    const row = this.#statements.payload.get(sequence);
    return decodeEntry(unwrap(entryPlace(sequence), blobCell(row ?? {}, 'data')));
  }

  /** The entries after `from` up to `to`; within a transaction. */
  #delete(from: number, to: number): void {
    this.#statements.deleteEntries.run(to, from);
    this.#statements.deletePayloads.run(to, from);
  }

  #forget({ samples, sizeBytes }: { readonly samples: number; readonly sizeBytes: number }): void {
    this.#samples -= samples;
    this.#sizeBytes -= sizeBytes;
  }

  #upkeep(): void {
    if (this.#uncheckpointedBytes >= CHECKPOINT_BYTES) this.checkpoint();
  }
}

/** Cuts rows into entries; metadata goes with the first. */
function* piecesOf(rows: EntryRows): Generator<EntryRows> {
  const count = rows.refs.length;
  if (count <= ENTRY_ROWS_MAX) {
    yield rows;
    return;
  }
  for (let start = 0; start < count; start += ENTRY_ROWS_MAX) {
    const end = Math.min(count, start + ENTRY_ROWS_MAX);
    const inPiece = <T extends { readonly row: number }>(items: readonly T[]) =>
      items.filter(({ row }) => row >= start && row < end).map((item) => ({ ...item, row: item.row - start }));
    yield {
      space: rows.space,
      refs: rows.refs.subarray(start, end),
      timestampsMs: rows.timestampsMs.subarray(start, end),
      valueBits: rows.valueBits.subarray(2 * start, 2 * end),
      histograms: inPiece(rows.histograms),
      exemplars: inPiece(rows.exemplars),
      metadata: start === 0 ? rows.metadata : [],
    };
  }
}

function statementsOf(database: Database) {
  const sums = 'coalesce(sum(samples), 0) AS samples, coalesce(sum(size_bytes), 0) AS size_bytes';
  return {
    totals: database.prepare(`SELECT ${sums}, coalesce(max(sequence), 0) AS last FROM entries`),
    sums: database.prepare(`SELECT ${sums} FROM entries WHERE sequence > ? AND sequence <= ?`),
    first: database.prepare('SELECT written_ms FROM entries WHERE sequence > ? ORDER BY sequence LIMIT 1'),
    newest: database.prepare('SELECT written_ms FROM entries WHERE sequence > ? ORDER BY sequence DESC LIMIT 1'),
    from: database.prepare(
      `SELECT sequence, written_ms, samples, size_bytes FROM entries WHERE sequence > ? ORDER BY sequence LIMIT ${4 * DROP_PIECE}`,
    ),
    payload: database.prepare('SELECT data FROM payloads WHERE sequence = ?'),
    insertEntry: database.prepare(
      'INSERT INTO entries (sequence, written_ms, samples, size_bytes) VALUES (?, ?, ?, ?)',
    ),
    insertPayload: database.prepare('INSERT INTO payloads (sequence, data) VALUES (?, ?)'),
    deleteEntries: database.prepare('DELETE FROM entries WHERE sequence <= ? AND sequence > ?'),
    deletePayloads: database.prepare('DELETE FROM payloads WHERE sequence <= ? AND sequence > ?'),
  };
}

function entryOf(row: Record<string, unknown>): QueueEntry {
  return {
    sequence: integerCell(row, 'sequence'),
    writtenMs: integerCell(row, 'written_ms'),
    samples: integerCell(row, 'samples'),
    sizeBytes: integerCell(row, 'size_bytes'),
  };
}

function entryPlace(sequence: number): string {
  return `entry ${sequence}`;
}
