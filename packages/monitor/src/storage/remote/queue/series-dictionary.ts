// The series that the queue knows, by reference and by labels, so that an entry holds numbers alone. Labels are kept as the
// bytes that are sent, in one arena; they are stored in segments before a reference is given out. References are never used
// twice. They belong to a space: 0 for those that the queue gave out itself, 1 and up for those of another store beside it;
// when that store is found to have started afresh, its references get the next space, and what waits keeps its meaning.
// Invariant: a series that an entry in the queue refers to is in the dictionary. Format page: docs/formats/queue.md.

import { crc32 } from 'node:zlib';
import { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import type { Labels } from '../../../model/labels.ts';
import { ByteReader, ByteWriter } from '../../sqlite/bytes.ts';
import { blobCell, integerCell } from '../../sqlite/cells.ts';
import type { Database } from '../../sqlite/database.ts';
import { unwrap, wrap } from '../../sqlite/envelope.ts';
import { DamagedBytes } from '../../sqlite/failures.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import type { RemoteLimits } from '../limits.ts';
import { writeLabels } from '../wire/label-bytes.ts';

export const OWN_SPACE = 0;

const SPACE_SIZE = 2 ** 32;
const SEGMENT_SERIES_MAX = 4096;
const LAST_REF = 'last_ref';
const LAST_SEGMENT = 'last_segment';
const ADOPTED_SPACE = 'adopted_space';
/** Of all series, when so many are forgotten the memory is made anew. */
const GONE_SHARE_MAX = 0.25;

export class SeriesDictionary {
  readonly #database: Database;
  readonly #state: StateTable;
  readonly #limits: RemoteLimits;
  readonly #insert;
  readonly #delete;
  readonly #scratch = new ProtobufWriter();
  #lastRef: number;
  #lastSegment: number;
  #adoptedSpace: number;
  #series = new SeriesColumns();
  /** Slots of the other store's series whose references it gave out since this began: they hold whatever the space is called. */
  #confirmed = new Set<number>();
  /** Slots of each segment in the file. */
  readonly #segments = new Map<number, number[]>();

  /** Loads what is stored; its series count as used at `nowMs`. @throws {DamagedBytes} */
  constructor(parts: { database: Database; state: StateTable; limits: RemoteLimits; nowMs: number }) {
    this.#database = parts.database;
    this.#state = parts.state;
    this.#limits = parts.limits;
    this.#insert = this.#database.prepare('INSERT INTO series (id, data) VALUES (?, ?)');
    this.#delete = this.#database.prepare('DELETE FROM series WHERE id = ?');
    this.#lastRef = this.#state.get(LAST_REF);
    this.#lastSegment = this.#state.get(LAST_SEGMENT);
    this.#adoptedSpace = Math.max(1, this.#state.get(ADOPTED_SPACE));
    for (const row of this.#database.prepare('SELECT id, data FROM series ORDER BY id').iterate()) {
      this.#load(integerCell(row, 'id'), blobCell(row, 'data'), parts.nowMs);
    }
  }

  get size(): number {
    return this.#series.count;
  }

  /** The space of references that another store gives out. */
  get adoptedSpace(): number {
    return this.#adoptedSpace;
  }

  /** Gives the own reference of each series, making those that are new; 0 where a limit forbids one. */
  resolve(series: readonly Labels[], nowMs: number): Uint32Array {
    const refs = new Uint32Array(series.length);
    const made: number[] = [];
    const before = this.#lastRef;
    try {
      for (const [index, labels] of series.entries()) {
        const bytes = this.#bytesOf(labels);
        const hash = crc32(bytes);
        let slot = this.#series.find(OWN_SPACE, bytes, hash);
        if (slot < 0 && this.#hasRoomFor(bytes)) {
          slot = this.#series.add({ space: OWN_SPACE, ref: ++this.#lastRef, bytes, hash, nowMs });
          made.push(slot);
        }
        if (slot < 0) continue;
        this.#series.usedMs[slot] = nowMs;
        refs[index] = this.#series.refs[slot]!;
      }
      this.#store(made);
    } catch (error) {
      for (const slot of made) this.#series.remove(slot);
      this.#lastRef = before;
      throw error;
    }
    return refs;
  }

  /** Learns what the references of another store stand for; 0 is passed over. */
  adopt(refs: Uint32Array, series: readonly Labels[], nowMs: number): void {
    const made: number[] = [];
    try {
      for (const [index, labels] of series.entries()) {
        const ref = refs[index]!;
        if (ref === 0) continue;
        const bytes = this.#bytesOf(labels);
        const known = this.slotOf(this.#adoptedSpace, ref);
        if (known >= 0 && this.#series.isEqual(known, bytes)) {
          this.#series.usedMs[known] = nowMs;
          this.#confirmed.add(known);
          continue;
        }
        if (known >= 0) made.push(...this.#startSpace(ref));
        if (!this.#hasRoomFor(bytes)) continue;
        const slot = this.#series.add({ space: this.#adoptedSpace, ref, bytes, hash: crc32(bytes), nowMs });
        this.#confirmed.add(slot);
        made.push(slot);
      }
      this.#store(made);
    } catch (error) {
      for (const slot of made) this.#forget(slot);
      throw error;
    }
  }

  /** -1 when it is not known. */
  slotOf(space: number, ref: number): number {
    return this.#series.slotByKey.get(keyOf(space, ref)) ?? -1;
  }

  /** Reads the labels of the slots as they are now, also when the dictionary has been made anew meanwhile. */
  labels(): (slot: number) => Uint8Array {
    const series = this.#series;
    return (slot) => series.bytesOf(slot);
  }

  touch(slot: number, nowMs: number): void {
    this.#series.usedMs[slot] = nowMs;
  }

  /** How many had a sample since. */
  countUsedSince(timeMs: number): number {
    let count = 0;
    for (const slot of this.#series.slotByKey.values()) if (this.#series.usedMs[slot]! >= timeMs) count++;
    return count;
  }

  /** Forgets series without a sample since, one segment a step; false when there is nothing more to do. */
  forgetIdle(beforeMs: number): boolean {
    for (const [id, slots] of this.#segments) {
      const kept = slots.filter((slot) => this.#series.usedMs[slot]! >= beforeMs);
      // A segment is written again when half of it can go.
      if (kept.length > slots.length / 2) continue;
      const gone = slots.filter((slot) => this.#series.usedMs[slot]! < beforeMs);
      this.#database.transaction('relaxed', () => {
        this.#delete.run(id);
        if (kept.length > 0) this.#insert.run(id, wrap(segmentPlace(id), this.#encode(kept)));
      });
      for (const slot of gone) this.#forget(slot);
      if (kept.length > 0) this.#segments.set(id, kept);
      else this.#segments.delete(id);
      return true;
    }
    if (this.#series.goneCount > GONE_SHARE_MAX * this.#series.slots) this.#compact();
    return false;
  }

  #bytesOf(labels: Labels): Uint8Array {
    this.#scratch.clear();
    writeLabels(this.#scratch, labels);
    return this.#scratch.written();
  }

  #hasRoomFor(bytes: Uint8Array): boolean {
    return this.#series.count < this.#limits.seriesMax && bytes.length <= this.#limits.labelBytesMax;
  }

  /**
   * The series that were adopted since this began are the fresh store's too, all but the one whose reference is another series
   * now: they go along, as new slots, which are given.
   */
  #startSpace(exceptRef: number): number[] {
    const next = this.#adoptedSpace + 1;
    this.#database.transaction('relaxed', () => this.#state.set(ADOPTED_SPACE, next));
    this.#adoptedSpace = next;
    const series = this.#series;
    const confirmed = this.#confirmed;
    this.#confirmed = new Set();
    const carried: number[] = [];
    for (const old of confirmed) {
      const bytes = series.bytesOf(old).slice();
      const ref = series.refs[old]!;
      if (ref === exceptRef || !this.#hasRoomFor(bytes)) continue;
      const slot = series.add({ space: next, ref, bytes, hash: crc32(bytes), nowMs: series.usedMs[old]! });
      this.#confirmed.add(slot);
      carried.push(slot);
    }
    return carried;
  }

  #forget(slot: number): void {
    this.#series.remove(slot);
    this.#confirmed.delete(slot);
  }

  /** Not synced by itself: the append that uses a reference is, and syncs this too. */
  #store(slots: readonly number[]): void {
    if (slots.length === 0) return;
    const pieces: { id: number; slots: number[] }[] = [];
    for (let start = 0; start < slots.length; start += SEGMENT_SERIES_MAX) {
      pieces.push({ id: this.#lastSegment + 1 + pieces.length, slots: slots.slice(start, start + SEGMENT_SERIES_MAX) });
    }
    this.#database.transaction('relaxed', () => {
      for (const { id, slots: some } of pieces) this.#insert.run(id, wrap(segmentPlace(id), this.#encode(some)));
      this.#state.set(LAST_SEGMENT, this.#lastSegment + pieces.length);
      this.#state.set(LAST_REF, this.#lastRef);
    });
    this.#lastSegment += pieces.length;
    for (const { id, slots: some } of pieces) this.#segments.set(id, some);
  }

  #encode(slots: readonly number[]): Uint8Array {
    const writer = new ByteWriter();
    writer.varint(slots.length);
    let key = 0;
    for (const slot of slots) {
      const next = keyOf(this.#series.spaces[slot]!, this.#series.refs[slot]!);
      const bytes = this.#series.bytesOf(slot);
      writer.signedVarint(next - key);
      writer.varint(bytes.length);
      writer.bytes(bytes);
      key = next;
    }
    return writer.written();
  }

  #load(id: number, blob: Uint8Array, nowMs: number): void {
    const reader = new ByteReader(unwrap(segmentPlace(id), blob));
    const slots: number[] = [];
    let key = 0;
    for (let left = reader.count(2); left > 0; left--) {
      key += reader.signedVarint();
      if (key <= 0 || this.#series.slotByKey.has(key)) throw new DamagedBytes(`series ${key} comes twice or is none`);
      const bytes = reader.bytes(reader.varint());
      const place = { space: Math.floor(key / SPACE_SIZE), ref: key % SPACE_SIZE };
      slots.push(this.#series.add({ ...place, bytes, hash: crc32(bytes), nowMs }));
      if (place.space === OWN_SPACE) this.#lastRef = Math.max(this.#lastRef, place.ref);
    }
    reader.expectEnd();
    this.#segments.set(id, slots);
    this.#lastSegment = Math.max(this.#lastSegment, id);
  }

  /** Makes the columns anew without the holes of what was forgotten. */
  #compact(): void {
    const old = this.#series;
    const confirmed = this.#confirmed;
    this.#confirmed = new Set();
    this.#series = new SeriesColumns();
    for (const [id, slots] of this.#segments) {
      const moved = slots.map((slot) => {
        const bytes = old.bytesOf(slot);
        const place = { space: old.spaces[slot]!, ref: old.refs[slot]! };
        const moved = this.#series.add({ ...place, bytes, hash: crc32(bytes), nowMs: old.usedMs[slot]! });
        if (confirmed.has(slot)) this.#confirmed.add(moved);
        return moved;
      });
      this.#segments.set(id, moved);
    }
  }
}

interface NewSeries {
  readonly space: number;
  readonly ref: number;
  readonly bytes: Uint8Array;
  readonly hash: number;
  readonly nowMs: number;
}

/** Series by slot. Open addressing over the hash of the labels; a slot that was removed is found no more and not used again. */
class SeriesColumns {
  readonly slotByKey = new Map<number, number>();
  refs = new Uint32Array(64);
  spaces = new Uint16Array(64);
  usedMs = new Float64Array(64);
  slots = 0;
  #hashes = new Uint32Array(64);
  #starts = new Float64Array(65);
  #arena = new Uint8Array(4096);
  /** Slot + 1; 0 for free. */
  #table = new Uint32Array(128);

  get count(): number {
    return this.slotByKey.size;
  }

  get goneCount(): number {
    return this.slots - this.slotByKey.size;
  }

  find(space: number, bytes: Uint8Array, hash: number): number {
    const mask = this.#table.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at]! - 1;
      if (slot < 0) return -1;
      if (this.#hashes[slot] === hash && this.spaces[slot] === space && this.isEqual(slot, bytes)) {
        if (this.slotByKey.get(keyOf(space, this.refs[slot]!)) === slot) return slot;
      }
    }
  }

  isEqual(slot: number, bytes: Uint8Array): boolean {
    return Buffer.compare(this.bytesOf(slot), bytes) === 0;
  }

  bytesOf(slot: number): Uint8Array {
    return this.#arena.subarray(this.#starts[slot], this.#starts[slot + 1]);
  }

  add({ space, ref, bytes, hash, nowMs }: NewSeries): number {
    this.#grow(bytes.length);
    const slot = this.slots++;
    const start = this.#starts[slot]!;
    this.#arena.set(bytes, start);
    this.#starts[slot + 1] = start + bytes.length;
    this.refs[slot] = ref;
    this.spaces[slot] = space;
    this.usedMs[slot] = nowMs;
    this.#hashes[slot] = hash;
    this.slotByKey.set(keyOf(space, ref), slot);
    this.#enter(slot);
    return slot;
  }

  remove(slot: number): void {
    this.slotByKey.delete(keyOf(this.spaces[slot]!, this.refs[slot]!));
  }

  #enter(slot: number): void {
    const mask = this.#table.length - 1;
    let at = this.#hashes[slot]! & mask;
    while (this.#table[at] !== 0) at = (at + 1) & mask;
    this.#table[at] = slot + 1;
  }

  #grow(arenaBytes: number): void {
    const used = this.#starts[this.slots]!;
    if (used + arenaBytes > this.#arena.length) {
      const arena = new Uint8Array(Math.max(2 * this.#arena.length, used + arenaBytes));
      arena.set(this.#arena.subarray(0, used));
      this.#arena = arena;
    }
    if (this.slots < this.refs.length) return;
    const size = 2 * this.refs.length;
    this.refs = grown(this.refs, new Uint32Array(size));
    this.spaces = grown(this.spaces, new Uint16Array(size));
    this.usedMs = grown(this.usedMs, new Float64Array(size));
    this.#hashes = grown(this.#hashes, new Uint32Array(size));
    this.#starts = grown(this.#starts, new Float64Array(size + 1));
    this.#table = new Uint32Array(2 * size);
    for (let slot = 0; slot < this.slots; slot++) this.#enter(slot);
  }
}

function grown<T extends Uint32Array | Uint16Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function keyOf(space: number, ref: number): number {
  return space * SPACE_SIZE + ref;
}

function segmentPlace(id: number): string {
  return `series ${id}`;
}
