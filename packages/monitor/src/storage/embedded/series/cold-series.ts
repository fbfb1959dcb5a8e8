// The cold segments: their directory in memory, and their contents through a cache bounded in bytes. What is damaged stays
// in the directory, marked, so that every read that it concerns can say what it lacks.

import { DamagedBytes } from '../../sqlite/failures.ts';
import { isDamage, reasonOf } from '../chunks/damage.ts';
import { ColdSegment } from './cold-segment.ts';
import type { SegmentEntry, SegmentTable } from './segment-table.ts';

/** A cold segment that cannot be read: its series cannot be found by their labels. */
export interface LostSegment {
  readonly id: number;
  /** Series that are lost. */
  readonly series: number;
  /** None of them has a later sample. */
  readonly latestMs: number;
  readonly damage: string;
}

/** What is lost, in a sentence for the log and for whoever asks. */
export function lostSeriesSentence({ series, latestMs, damage }: LostSegment): string {
  return (
    `history is damaged: ${series} series without samples after ${new Date(latestMs).toISOString()} are lost (${damage}); ` +
    'the rest can be read, a backup has them'
  );
}

export class ColdSeries {
  readonly #table: SegmentTable;
  readonly #cacheMaxBytes: number;
  readonly #onDamage: (lost: LostSegment) => void;
  /** By their latest times. */
  #entries: SegmentEntry[];
  #version = 0;
  #count = 0;
  /** The least recently used first. */
  readonly #cache = new Map<number, ColdSegment>();
  #cacheBytes = 0;
  readonly #damage = new Map<number, string>();

  constructor(
    table: SegmentTable,
    entries: readonly SegmentEntry[],
    cacheMaxBytes: number,
    onDamage: (lost: LostSegment) => void,
  ) {
    this.#table = table;
    this.#cacheMaxBytes = cacheMaxBytes;
    this.#onDamage = onDamage;
    this.#entries = [];
    this.replace([], entries);
  }

  /** Series that there are. */
  get count(): number {
    return this.#count;
  }

  /** By their latest times. */
  get entries(): readonly SegmentEntry[] {
    return this.#entries;
  }

  get cacheBytes(): number {
    return this.#cacheBytes;
  }

  isDamaged(entry: SegmentEntry): boolean {
    return this.#damage.has(entry.id);
  }

  /** Those found damaged so far that may hold a series with a sample from this time on. */
  lostSince(minTimeMs: number): readonly LostSegment[] {
    const lost = this.#entries.filter((entry) => this.isDamaged(entry) && entry.latestMs >= minTimeMs);
    return lost.map((entry) => lostSegment(entry, this.#damage.get(entry.id)!));
  }

  /** Takes entries out and others in, as the file has them now. */
  replace(gone: readonly SegmentEntry[], come: readonly SegmentEntry[]): void {
    const left = new Set(gone);
    this.#entries = [...this.#entries.filter((entry) => !left.has(entry)), ...come];
    this.#entries.sort((one, other) => one.latestMs - other.latestMs || one.id - other.id);
    for (const entry of come) this.#count += entry.refs.count;
    const kept = new Set(come.map(({ id }) => id));
    for (const { id, refs } of gone) {
      this.#count -= refs.count;
      if (kept.has(id)) continue;
      this.#forget(id);
      this.#damage.delete(id);
    }
    this.#version++;
  }

  /**
   * Opens each segment that may hold a series with a sample from this time on. The caller may rest in between, and the
   * segments change: then series may come twice, but none that was there all the time is missed.
   */
  *segmentsSince(minTimeMs: number): Generator<readonly [SegmentEntry, ColdSegment]> {
    const visited = new Set<SegmentEntry>();
    for (let version = -1; version !== this.#version; ) {
      version = this.#version;
      for (const entry of this.#entries) {
        if (entry.latestMs < minTimeMs || visited.has(entry)) continue;
        visited.add(entry);
        const segment = this.open(entry);
        if (segment !== undefined) yield [entry, segment];
        if (version !== this.#version) break;
      }
    }
  }

  /** The contents of a segment; undefined when they are damaged. */
  open(entry: SegmentEntry): ColdSegment | undefined {
    if (this.isDamaged(entry)) return undefined;
    const known = this.#cache.get(entry.id);
    this.#cache.delete(entry.id);
    const segment = known ?? this.read(entry);
    if (segment === undefined) return undefined;
    this.#cache.set(entry.id, segment);
    if (known === undefined) this.#cacheBytes += segment.sizeBytes;
    for (const id of this.#cache.keys()) {
      if (this.#cacheBytes <= this.#cacheMaxBytes || id === entry.id) break;
      this.#forget(id);
    }
    return segment;
  }

  /** The contents, past the cache. */
  read(entry: SegmentEntry): ColdSegment | undefined {
    try {
      const segment = new ColdSegment(this.#table.read(entry.id));
      if (segment.size !== entry.rows || segment.latestMs.length !== entry.rows) {
        throw new DamagedBytes(`segment ${entry.id} of series does not have ${entry.rows} series`);
      }
      return segment;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#damage.set(entry.id, reasonOf(error));
      this.#onDamage(lostSegment(entry, reasonOf(error)));
      return undefined;
    }
  }

  #forget(id: number): void {
    const segment = this.#cache.get(id);
    if (segment === undefined) return;
    this.#cache.delete(id);
    this.#cacheBytes -= segment.sizeBytes;
  }
}

function lostSegment({ id, refs, latestMs }: SegmentEntry, damage: string): LostSegment {
  return { id, series: refs.count, latestMs, damage };
}
