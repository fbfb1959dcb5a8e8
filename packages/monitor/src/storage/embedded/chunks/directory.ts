// The directory of chunks, in memory: typed columns, a row a chunk, and for each group a list through its rows, since there
// may be a hundred thousand of them. Entries are made when asked for. A chunk that is quarantined stays in it, marked.

import type { TimeRange } from '../../interface.ts';
import type { ChunkEntry, WindowKey } from './tables.ts';

const NONE = -1;
const CAPACITY_MIN = 64;
/** A column that is full grows by this factor: at most a fifth of it is empty. */
const GROWTH = 1.25;
/** Bits of a row's marks. */
const USED = 1;
const DAMAGED = 2;

export class ChunkDirectory {
  #ids = new Float64Array(0);
  #groups = new Uint32Array(0);
  #windowStarts = new Float64Array(0);
  #windowWidths = new Float64Array(0);
  #sequences = new Float64Array(0);
  #minTimes = new Float64Array(0);
  #maxTimes = new Float64Array(0);
  #samples = new Uint32Array(0);
  #sizes = new Uint32Array(0);
  #tombstonesApplied = new Float64Array(0);
  #levels = new Uint8Array(0);
  #marks = new Uint8Array(0);
  /** The next row of the same group, or the next free row. */
  #next = new Int32Array(0);
  readonly #firstOfGroup = new Map<number, number>();
  /** Why those that are damaged are. */
  readonly #damage = new Map<number, string>();
  #rows = 0;
  #firstFree = NONE;
  #size = 0;
  #sampleTotal = 0;
  #byteTotal = 0;
  readonly #levelCounts = new Map<number, number>();
  #ranges: { oldestMs: number; newestMs: number; leastMaxMs: number } | undefined;

  /** Another number after every change. */
  version = 0;

  constructor(capacity: number) {
    this.#resize(Math.max(CAPACITY_MIN, capacity));
  }

  /** Chunks, damaged ones too. */
  get size(): number {
    return this.#size;
  }

  get damagedCount(): number {
    return this.#damage.size;
  }

  /** Of the chunks that can be read; so are all totals but `leastMaxMs`. */
  get samples(): number {
    return this.#sampleTotal;
  }

  get sizeBytes(): number {
    return this.#byteTotal;
  }

  get countsByLevel(): ReadonlyMap<number, number> {
    return this.#levelCounts;
  }

  /** The least time; Infinity when there is none. */
  get oldestMs(): number {
    return this.#rangesNow().oldestMs;
  }

  /** The greatest time; -Infinity when there is none. */
  get newestMs(): number {
    return this.#rangesNow().newestMs;
  }

  /** The least of the greatest times of all chunks: nothing is deleted before a floor that is not above it. */
  get leastMaxMs(): number {
    return this.#rangesNow().leastMaxMs;
  }

  add(entry: ChunkEntry): void {
    const row = this.#takeRow();
    this.#ids[row] = entry.id;
    this.#groups[row] = entry.group;
    this.#windowStarts[row] = entry.windowStartMs;
    this.#windowWidths[row] = entry.windowMs;
    this.#sequences[row] = entry.sequence;
    this.#minTimes[row] = entry.minTimeMs;
    this.#maxTimes[row] = entry.maxTimeMs;
    this.#samples[row] = entry.samples;
    this.#sizes[row] = entry.sizeBytes;
    this.#tombstonesApplied[row] = entry.tombstonesApplied;
    this.#levels[row] = entry.level;
    this.#marks[row] = USED;
    this.#next[row] = this.#firstOfGroup.get(entry.group) ?? NONE;
    this.#firstOfGroup.set(entry.group, row);
    this.#size++;
    this.#ranges = undefined;
    this.version++;
    if (entry.damage === undefined) {
      this.#count(row, 1);
    } else {
      this.#marks[row] = USED | DAMAGED;
      this.#damage.set(entry.id, entry.damage);
    }
  }

  /** False when it is not there. */
  remove({ id, group }: ChunkEntry): boolean {
    let before = NONE;
    let row = this.#firstOfGroup.get(group) ?? NONE;
    while (row !== NONE && this.#ids[row] !== id) {
      before = row;
      row = this.#next[row]!;
    }
    if (row === NONE) return false;
    const next = this.#next[row]!;
    if (before !== NONE) this.#next[before] = next;
    else if (next !== NONE) this.#firstOfGroup.set(group, next);
    else this.#firstOfGroup.delete(group);
    if (!this.#isDamaged(row)) this.#count(row, -1);
    this.#damage.delete(id);
    this.#marks[row] = 0;
    this.#next[row] = this.#firstFree;
    this.#firstFree = row;
    this.#size--;
    this.#ranges = undefined;
    this.version++;
    return true;
  }

  /** It is there and can be read. */
  isGood({ id, group }: ChunkEntry): boolean {
    const row = this.#rowOf(group, id);
    return row !== NONE && !this.#isDamaged(row);
  }

  has({ id, group }: ChunkEntry): boolean {
    return this.#rowOf(group, id) !== NONE;
  }

  /** False when it is gone, or was marked before. */
  markDamaged({ id, group }: ChunkEntry, damage: string): boolean {
    const row = this.#rowOf(group, id);
    if (row === NONE || this.#isDamaged(row)) return false;
    this.#count(row, -1);
    this.#marks[row] = USED | DAMAGED;
    this.#damage.set(id, damage);
    this.#ranges = undefined;
    this.version++;
    return true;
  }

  /** Chunks of the group with a time in the range, by ascending sequence; damaged ones too. */
  inRange(group: number, { minTimeMs, maxTimeMs }: TimeRange): readonly ChunkEntry[] {
    const found: ChunkEntry[] = [];
    for (let row = this.#firstOfGroup.get(group) ?? NONE; row !== NONE; row = this.#next[row]!) {
      if (this.#maxTimes[row]! >= minTimeMs && this.#minTimes[row]! <= maxTimeMs) found.push(this.#entryAt(row));
    }
    return found.length < 2 ? found : found.sort(bySequence);
  }

  /** All chunks of the group, by ascending sequence; damaged ones too. */
  inGroup(group: number): readonly ChunkEntry[] {
    return this.inRange(group, { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY });
  }

  /** The greatest time in the chunks of a group; -Infinity when it has none. */
  latestMsOf(group: number): number {
    let latestMs = Number.NEGATIVE_INFINITY;
    for (let row = this.#firstOfGroup.get(group) ?? NONE; row !== NONE; row = this.#next[row]!) {
      if (this.#maxTimes[row]! > latestMs) latestMs = this.#maxTimes[row]!;
    }
    return latestMs;
  }

  /** At most `max` chunks whose samples are all older. */
  olderThan(floorMs: number, max: number): readonly ChunkEntry[] {
    if (this.leastMaxMs >= floorMs) return [];
    const found: ChunkEntry[] = [];
    for (let row = 0; row < this.#rows && found.length < max; row++) {
      if (this.#marks[row] !== 0 && this.#maxTimes[row]! < floorMs) found.push(this.#entryAt(row));
    }
    return found;
  }

  /** At most `max` chunks of the window that ends first. */
  oldestWindow(max: number): readonly ChunkEntry[] {
    let endMs = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#rows; row++) {
      if (this.#marks[row] !== 0) endMs = Math.min(endMs, this.#windowStarts[row]! + this.#windowWidths[row]!);
    }
    const found: ChunkEntry[] = [];
    for (let row = 0; row < this.#rows && found.length < max; row++) {
      if (this.#marks[row] === 0) continue;
      if (this.#windowStarts[row]! + this.#windowWidths[row]! === endMs) found.push(this.#entryAt(row));
    }
    return found;
  }

  /** Every chunk, damaged ones too, in no order. Nothing may be added or removed meanwhile. */
  *entries(): Generator<ChunkEntry> {
    for (let row = 0; row < this.#rows; row++) if (this.#marks[row] !== 0) yield this.#entryAt(row);
  }

  #entryAt(row: number): ChunkEntry {
    const id = this.#ids[row]!;
    return {
      id,
      group: this.#groups[row]!,
      windowStartMs: this.#windowStarts[row]!,
      windowMs: this.#windowWidths[row]!,
      sequence: this.#sequences[row]!,
      level: this.#levels[row]!,
      minTimeMs: this.#minTimes[row]!,
      maxTimeMs: this.#maxTimes[row]!,
      samples: this.#samples[row]!,
      sizeBytes: this.#sizes[row]!,
      tombstonesApplied: this.#tombstonesApplied[row]!,
      damage: this.#isDamaged(row) ? this.#damage.get(id) : undefined,
    };
  }

  #isDamaged(row: number): boolean {
    return (this.#marks[row]! & DAMAGED) !== 0;
  }

  #rowOf(group: number, id: number): number {
    let row = this.#firstOfGroup.get(group) ?? NONE;
    while (row !== NONE && this.#ids[row] !== id) row = this.#next[row]!;
    return row;
  }

  #count(row: number, sign: 1 | -1): void {
    this.#sampleTotal += sign * this.#samples[row]!;
    this.#byteTotal += sign * this.#sizes[row]!;
    const level = this.#levels[row]!;
    const count = (this.#levelCounts.get(level) ?? 0) + sign;
    if (count === 0) this.#levelCounts.delete(level);
    else this.#levelCounts.set(level, count);
  }

  #rangesNow() {
    if (this.#ranges !== undefined) return this.#ranges;
    let oldestMs = Number.POSITIVE_INFINITY;
    let newestMs = Number.NEGATIVE_INFINITY;
    let leastMaxMs = Number.POSITIVE_INFINITY;
    for (let row = 0; row < this.#rows; row++) {
      if (this.#marks[row] === 0) continue;
      leastMaxMs = Math.min(leastMaxMs, this.#maxTimes[row]!);
      if (this.#isDamaged(row)) continue;
      oldestMs = Math.min(oldestMs, this.#minTimes[row]!);
      newestMs = Math.max(newestMs, this.#maxTimes[row]!);
    }
    this.#ranges = { oldestMs, newestMs, leastMaxMs };
    return this.#ranges;
  }

  #takeRow(): number {
    if (this.#firstFree !== NONE) {
      const row = this.#firstFree;
      this.#firstFree = this.#next[row]!;
      return row;
    }
    if (this.#rows === this.#ids.length) this.#resize(Math.ceil(GROWTH * this.#rows));
    return this.#rows++;
  }

  #resize(capacity: number): void {
    this.#ids = float64s(this.#ids, capacity);
    this.#windowStarts = float64s(this.#windowStarts, capacity);
    this.#windowWidths = float64s(this.#windowWidths, capacity);
    this.#sequences = float64s(this.#sequences, capacity);
    this.#minTimes = float64s(this.#minTimes, capacity);
    this.#maxTimes = float64s(this.#maxTimes, capacity);
    this.#tombstonesApplied = float64s(this.#tombstonesApplied, capacity);
    this.#groups = uint32s(this.#groups, capacity);
    this.#samples = uint32s(this.#samples, capacity);
    this.#sizes = uint32s(this.#sizes, capacity);
    const levels = new Uint8Array(capacity);
    levels.set(this.#levels);
    this.#levels = levels;
    const marks = new Uint8Array(capacity);
    marks.set(this.#marks);
    this.#marks = marks;
    const next = new Int32Array(capacity);
    next.set(this.#next);
    this.#next = next;
  }
}

export function isSameWindow(one: WindowKey, other: WindowKey): boolean {
  return one.group === other.group && one.windowStartMs === other.windowStartMs && one.windowMs === other.windowMs;
}

function bySequence(one: ChunkEntry, other: ChunkEntry): number {
  return one.sequence - other.sequence || one.id - other.id;
}

function float64s(column: Float64Array, capacity: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(capacity);
  larger.set(column);
  return larger;
}

function uint32s(column: Uint32Array, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity);
  larger.set(column);
  return larger;
}
