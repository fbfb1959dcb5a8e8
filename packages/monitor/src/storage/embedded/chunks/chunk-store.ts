// The chunks of the store: what was sealed, cut by groups of neighbouring series and windows of time. Their directory is in
// memory, their bytes are read when asked for. Seals add chunks, merging makes few of many, retention and deletions take
// away, damage is put aside and told. Invariant: the directory shows each stored sample in exactly one chunk at any moment
// (within one turn), and what it has shown to a read that holds a lease stays readable until that read has ended.
// Format page: docs/formats/store.md.

import type { Clock } from '../../../model/clock.ts';
import type { TimeRange } from '../../interface.ts';
import type { Database } from '../../sqlite/database.ts';
import { Pace } from '../../sqlite/pacing.ts';
import type { StateTable } from '../../sqlite/state-table.ts';
import { ChunkReader, type EncodedChunk } from '../codec/chunk.ts';
import { groupOf } from '../codec/group.ts';
import type { StoreLimits } from '../limits.ts';
import { ChunkCache } from './chunk-cache.ts';
import { ChunkRows, missingData } from './chunk-rows.ts';
import { isDamage, type LostChunk, readExpired, reasonOf } from './damage.ts';
import { ChunkDirectory } from './directory.ts';
import { Discards, type Lease } from './discards.ts';
import { FINAL_LEVEL } from './merge-policy.ts';
import { MergeWorklist } from './merge-worklist.ts';
import { type MergePlan, Merger } from './merger.ts';
import type { Packer } from './packer.ts';
import { SealWriter } from './seal-writer.ts';
import type { ChunkEntry } from './tables.ts';
import { type NewTombstone, type Tombstone, Tombstones, touches } from './tombstones.ts';

export type { ChunkEntry } from './tables.ts';

/** Chunks that retention takes out of the directory in one transaction. */
const DELETE_PIECE = 256;
/** Groups whose tombstones are looked at in one piece of upkeep. */
const TOMBSTONE_GROUPS_PIECE = 32;

export interface ChunkStoreParts {
  readonly database: Database;
  readonly state: StateTable;
  readonly packer: Packer;
  readonly limits: Pick<StoreLimits, 'chunkCacheBytes'>;
  readonly clock: Clock;
  /** Told once of each chunk that is found damaged. */
  readonly onDamage: (lost: LostChunk) => void;
}

export class ChunkStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #onDamage: (lost: LostChunk) => void;
  readonly #rows: ChunkRows;
  readonly #directory: ChunkDirectory;
  readonly #cache: ChunkCache;
  readonly #discards: Discards;
  readonly #tombstones: Tombstones;
  readonly #worklist = new MergeWorklist();
  readonly #seal: SealWriter;
  readonly #merger: Merger;
  /** Groups in which tombstones may have nothing left to hide. */
  readonly #tombstoneGroups = new Set<number>();

  /** Loads the directory. @throws {DamagedBytes} */
  constructor({ database, state, packer, limits, clock, onDamage }: ChunkStoreParts) {
    this.#database = database;
    this.#clock = clock;
    this.#onDamage = onDamage;
    this.#rows = new ChunkRows(database, state);
    this.#cache = new ChunkCache(limits.chunkCacheBytes);
    this.#discards = new Discards(database);
    this.#tombstones = new Tombstones(database, state);
    this.#seal = new SealWriter(database, state, this.#rows, this.#discards);
    this.#directory = new ChunkDirectory(this.#rows.count());
    this.#merger = new Merger({
      database,
      clock,
      packer,
      rows: this.#rows,
      directory: this.#directory,
      cache: this.#cache,
      discards: this.#discards,
      tombstones: this.#tombstones,
      worklist: this.#worklist,
      quarantine: (entry, error) => this.quarantine(entry, error),
    });
    this.#load();
  }

  // Reading

  /** Held by a read from before its first `chunksIn` until after its last `read`; see `read`. */
  lease(): Lease {
    return this.#discards.lease();
  }

  /** How many are held. */
  get leases(): number {
    return this.#discards.leases;
  }

  /** The chunks of a group with a time in the range, by ascending sequence; those with `damage` cannot be read. */
  chunksIn(group: number, range: TimeRange): readonly ChunkEntry[] {
    return this.#directory.inRange(group, range);
  }

  /** What `chunksIn` gave holds for as long as this number is the same. */
  get version(): number {
    return this.#directory.version;
  }

  /**
   * Opens a chunk, to be used in the same turn. Undefined when it is damaged. Under a lease that was taken before
   * `chunksIn` gave the entry it can be read also after a merge or retention has replaced it.
   * @throws {ChainpulseError} `storage_read_expired`: it was replaced and its bytes are gone, since there was no lease, or
   * reads held back too much.
   */
  read(entry: ChunkEntry): ChunkReader | undefined {
    if (entry.damage !== undefined) return undefined;
    const known = this.#cache.get(entry.id);
    if (known !== undefined) return known;
    try {
      const payload = this.#rows.payload(entry.id);
      if (payload === undefined) {
        if (!this.#directory.has(entry)) throw readExpired();
        throw missingData(entry.id);
      }
      if (!this.#directory.isGood(entry)) return new ChunkReader(payload);
      const chunk = new ChunkReader(payload, this.#cache.pool);
      this.#cache.add(entry.id, chunk);
      return chunk;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.quarantine(entry, error);
      return undefined;
    }
  }

  /** What hides samples of a series, each in chunks up to its `throughSequence`: of all chunks that the lease can read. */
  tombstonesOf(ref: number): readonly NewTombstone[] {
    return this.#tombstones.of(ref);
  }

  /** An upper bound of the times of the group's samples; -Infinity when it has no chunk. */
  latestMsOf(group: number): number {
    return this.#directory.latestMsOf(group);
  }

  // What there is

  get oldestMs(): number | undefined {
    return Number.isFinite(this.#directory.oldestMs) ? this.#directory.oldestMs : undefined;
  }

  get newestMs(): number | undefined {
    return Number.isFinite(this.#directory.newestMs) ? this.#directory.newestMs : undefined;
  }

  /** Samples in the chunks that can be read; what tombstones hide and duplicates count until they are merged away. */
  get samples(): number {
    return this.#directory.samples;
  }

  /** Bytes of the chunks that can be read. */
  get sizeBytes(): number {
    return this.#directory.sizeBytes;
  }

  /** Chunks that can be read, by how often they were merged. */
  get countsByLevel(): ReadonlyMap<number, number> {
    return this.#directory.countsByLevel;
  }

  get quarantinedCount(): number {
    return this.#directory.damagedCount;
  }

  get tombstoneCount(): number {
    return this.#tombstones.size;
  }

  /** Chunks that were replaced or deleted and whose bytes are still there. */
  get discardedCount(): number {
    return this.#discards.size;
  }

  /** The sequence of the latest seal: tombstones hide what came through it. */
  get sealedSequence(): number {
    return this.#seal.sealed;
  }

  // Sealing

  /** Before `beginSeal`: discards some of what an interrupted seal left behind; true when there may be more. */
  deleteUnfinished(): boolean {
    return this.#seal.deleteUnfinished();
  }

  /** The sequence of the seal. When any of its transactions fails, the seal is given up and begun anew. */
  beginSeal(): number {
    return this.#seal.begin();
  }

  /** Within a relaxed transaction of the caller; one chunk a group and window. */
  writeChunk(group: number, windowStartMs: number, windowMs: number, encoded: EncodedChunk): void {
    this.#seal.write(group, windowStartMs, windowMs, encoded);
  }

  /** Within the durable transaction that ends the seal. */
  writeSealed(): void {
    this.#seal.writeSealed();
  }

  /** After that transaction, in the turn in which the caller drops what was sealed: the directory shows the chunks. */
  sealed(): void {
    const nowMs = this.#clock.nowMs();
    for (const entry of this.#seal.committed()) {
      this.#directory.add(entry);
      this.#worklist.changed(entry, nowMs);
    }
  }

  // Merging

  /** The next merge; undefined when nothing is to be merged now. Cheap: it looks at changed windows alone. */
  nextMerge(nowMs: number): MergePlan | undefined {
    return this.#merger.next(nowMs);
  }

  /**
   * Does a merge, or nothing when its sources changed meanwhile; damaged sources are quarantined.
   * @throws what the packer or the database throws; the merge is planned again later.
   */
  async merge(plan: MergePlan): Promise<void> {
    await this.#merger.merge(plan);
    this.#lookAtTombstones(plan.window.group);
  }

  /** Before a stop, when no read lasts: leaves few chunks, merging so many samples at most, and no bytes without a chunk. */
  async mergeAll(samplesMax: number): Promise<void> {
    await this.#merger.mergeAll(samplesMax);
    await this.#deleteAllDiscarded();
  }

  // Taking away

  /** Takes some chunks out whose samples are all older; true when there may be more. */
  deleteOlderThan(floorMs: number): boolean {
    const old = this.#directory.olderThan(floorMs, DELETE_PIECE);
    this.#discard(old);
    return old.length === DELETE_PIECE;
  }

  /**
   * For retention by size: frees the bytes of some chunks that were taken out before, or, when there are none, takes some
   * chunks of the oldest window out. Gives the bytes that it was about; 0 when nothing can be done now: there is no chunk,
   * or reads hold back what was taken out, and taking out more would not free more.
   */
  deleteOldest(): number {
    const waitingBytes = this.#discards.sizeBytes;
    if (waitingBytes > 0) {
      this.#discards.deletePiece();
      return waitingBytes - this.#discards.sizeBytes;
    }
    const oldest = this.#directory.oldestWindow(DELETE_PIECE);
    this.#discard(oldest);
    return oldest.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /**
   * Upkeep: frees the bytes of some chunks that were replaced or deleted and that no read holds, then deletes tombstones
   * that have nothing left to hide. True when there may be more.
   */
  deleteDiscarded(): boolean {
    if (this.#discards.deletePiece()) return true;
    // A read may still look at a replaced chunk, from which the tombstones hide.
    if (this.#discards.size > 0) return false;
    return this.#deleteAppliedTombstones();
  }

  /** Within a transaction of the caller, who hands the result to `tombstonesCommitted` in the same turn. */
  addTombstones(list: readonly NewTombstone[]): readonly Tombstone[] {
    return this.#tombstones.write(list);
  }

  tombstonesCommitted(written: readonly Tombstone[]): void {
    this.#tombstones.committed(written);
    const groups = new Set(written.map(({ ref }) => groupOf(ref)));
    for (const group of groups) {
      this.#merger.listTouched(group);
      this.#lookAtTombstones(group);
    }
  }

  /** Rewrites every chunk that a tombstone touches, then deletes the tombstones, or leaves that to upkeep while reads last. */
  async cleanTombstones(): Promise<void> {
    await this.#merger.applyTombstones();
    for (const group of this.#tombstones.groups()) this.#lookAtTombstones(group);
    await this.#deleteAllDiscarded();
  }

  // Damage

  /** Puts a chunk aside whose bytes turned out to be damaged, and tells of it; nothing when that was done before. */
  quarantine(entry: ChunkEntry, error: Error): void {
    const damage = reasonOf(error);
    if (!this.#directory.markDamaged(entry, damage)) return;
    this.#cache.delete(entry.id);
    this.#worklist.again(entry);
    this.#lookAtTombstones(entry.group);
    try {
      this.#rows.quarantine(entry, damage, this.#clock.nowMs());
    } catch {
      // The disk is full, say. It is marked in memory, and after a restart the damage is found again.
    }
    this.#onDamage({ ...entry, damage });
  }

  /**
   * At the start: looks at the bytes of every chunk when asked to (its row was verified when it was loaded), puts the
   * damaged ones aside and gives them; `onDamage` is told as well.
   */
  verifyAll(withData: boolean): readonly LostChunk[] {
    if (!withData) return [];
    const entries = [...this.#directory.entries()].sort((one, other) => one.id - other.id);
    const lost: LostChunk[] = [];
    for (const entry of entries) {
      if (entry.damage !== undefined) continue;
      try {
        this.#rows.verifyData(entry.id);
      } catch (error) {
        if (!isDamage(error)) throw error;
        this.quarantine(entry, error);
        lost.push({ ...entry, damage: reasonOf(error) });
      }
    }
    return lost;
  }

  #load(): void {
    for (const entry of this.#rows.load()) {
      if (entry.sequence > this.#seal.sealed) {
        this.#seal.foundVoid(entry);
        continue;
      }
      this.#directory.add(entry);
      if (entry.level !== FINAL_LEVEL) this.#worklist.again(entry);
    }
    for (const group of this.#tombstones.groups()) {
      this.#merger.listTouched(group);
      this.#lookAtTombstones(group);
    }
  }

  #discard(entries: readonly ChunkEntry[]): void {
    if (entries.length === 0) return;
    this.#database.transaction('relaxed', () => {
      this.#rows.delete(entries);
      this.#discards.write(entries);
    });
    for (const entry of entries) {
      this.#directory.remove(entry);
      this.#cache.delete(entry.id);
      this.#lookAtTombstones(entry.group);
    }
    this.#discards.committed(entries);
  }

  async #deleteAllDiscarded(): Promise<void> {
    const pace = new Pace();
    while (this.deleteDiscarded()) if (pace.isOver()) await pace.rest();
  }

  #lookAtTombstones(group: number): void {
    if (this.#tombstones.size > 0) this.#tombstoneGroups.add(group);
  }

  #deleteAppliedTombstones(): boolean {
    const groups = [...this.#tombstoneGroups].slice(0, TOMBSTONE_GROUPS_PIECE);
    const applied = groups.flatMap((group) => {
      const entries = this.#directory.inGroup(group).filter(({ damage }) => damage === undefined);
      const isApplied = (tombstone: Tombstone) => !entries.some((entry) => touches(tombstone, entry));
      return this.#tombstones.ofGroup(group).filter(isApplied);
    });
    if (applied.length > 0) {
      this.#database.transaction('relaxed', () => this.#tombstones.delete(applied));
      this.#tombstones.deleted(applied);
    }
    for (const group of groups) this.#tombstoneGroups.delete(group);
    return this.#tombstoneGroups.size > 0;
  }
}
