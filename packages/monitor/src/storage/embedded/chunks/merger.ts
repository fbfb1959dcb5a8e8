// Merging: a run of chunks becomes one. The packer does it in its own thread; then one transaction takes the sources out of
// the directory and puts the result in. Meanwhile anything may have happened to the sources, so before that everything the
// result rests on is looked at again, and when it is not so any more the result is thrown away. One merge runs at a time.

import type { Clock } from '../../../model/clock.ts';
import type { Database } from '../../sqlite/database.ts';
import type { EncodedChunk } from '../codec/chunk.ts';
import type { ChunkCache } from './chunk-cache.ts';
import { type ChunkRows, missingData } from './chunk-rows.ts';
import { isDamage } from './damage.ts';
import { type ChunkDirectory, isSameWindow } from './directory.ts';
import type { Discards } from './discards.ts';
import { FINAL_LEVEL, lastRun, type MergeCandidate, type MergeRun, type MergeWindow, nextRun } from './merge-policy.ts';
import type { MergeWorklist } from './merge-worklist.ts';
import type { Packer } from './packer.ts';
import { DamagedSources, MergeTooLarge } from './packing.ts';
import type { ChunkEntry, WindowKey } from './tables.ts';
import { type Tombstones, touches } from './tombstones.ts';

/** A window whose merge failed in the packer is not tried again before. */
const RETRY_MS = 60_000;
/** Nor is one whose chunks are too large to be one; they stay as they are. */
const TOO_LARGE_RETRY_MS = 86_400_000;
/** How often chunks that tombstones touch are looked for in a row: what changes meanwhile is found by the next. */
const PASSES_MAX = 8;
/** What a merge counts for at least when a stop bounds them by samples: even the smallest takes its time. */
const MERGE_COST_SAMPLES = 4096;

export interface MergePlan {
  readonly window: WindowKey;
  readonly run: MergeRun<ChunkEntry & MergeCandidate>;
}

export interface MergerParts {
  readonly database: Database;
  readonly clock: Clock;
  readonly packer: Packer;
  readonly rows: ChunkRows;
  readonly directory: ChunkDirectory;
  readonly cache: ChunkCache;
  readonly discards: Discards;
  readonly tombstones: Tombstones;
  readonly worklist: MergeWorklist;
  readonly quarantine: (entry: ChunkEntry, error: Error) => void;
}

export class Merger {
  readonly #parts: MergerParts;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: MergerParts) {
    this.#parts = parts;
  }

  next(nowMs: number): MergePlan | undefined {
    const { worklist } = this.#parts;
    for (;;) {
      const window = worklist.next(nowMs);
      if (window === undefined) return undefined;
      const run = nextRun(this.#windowNow(window), nowMs);
      if (typeof run !== 'number') return { window, run };
      worklist.postpone(window, run);
    }
  }

  merge(plan: MergePlan): Promise<void> {
    const done = this.#turn.then(() => this.#merge(plan));
    this.#turn = done.catch(() => {});
    return done;
  }

  async mergeAll(samplesMax: number): Promise<void> {
    const { worklist, clock } = this.#parts;
    let left = samplesMax;
    for (const window of worklist.all()) {
      for (;;) {
        const run = lastRun(this.#windowNow(window), clock.nowMs(), left);
        if (run === undefined) break;
        left -= run.sources.reduce((sum, { samples }) => sum + samples, MERGE_COST_SAMPLES);
        await this.merge({ window, run });
      }
    }
  }

  /** Rewrites every chunk that a tombstone touches. */
  async applyTombstones(): Promise<void> {
    const { tombstones } = this.#parts;
    let found = true;
    for (let pass = 0; found && pass < PASSES_MAX; pass++) {
      found = false;
      for (const group of tombstones.groups()) {
        for (const entry of this.#touchedIn(group)) {
          found = true;
          const effort = entry.level === FINAL_LEVEL ? 'best' : 'fast';
          await this.merge({ window: entry, run: { sources: [entry], level: entry.level, effort } });
        }
      }
    }
  }

  /** Puts windows with chunks that a tombstone touches on the list. */
  listTouched(group: number): void {
    for (const entry of this.#touchedIn(group)) this.#parts.worklist.again(entry);
  }

  #touchedIn(group: number): readonly (ChunkEntry & MergeCandidate)[] {
    return this.#candidates(group).filter(({ isTouched }) => isTouched);
  }

  /** The chunks of the group that can be read, by ascending sequence. */
  #candidates(group: number): readonly (ChunkEntry & MergeCandidate)[] {
    const tombstones = this.#parts.tombstones.ofGroup(group);
    const readable = this.#parts.directory.inGroup(group).filter(({ damage }) => damage === undefined);
    return readable.map((entry) => ({
      ...entry,
      isTouched: tombstones.some((tombstone) => touches(tombstone, entry)),
    }));
  }

  #windowNow(window: WindowKey): MergeWindow<ChunkEntry & MergeCandidate> {
    const endMs = window.windowStartMs + window.windowMs;
    const candidates = this.#candidates(window.group);
    const others = candidates.filter(
      (other) =>
        !isSameWindow(other, window) &&
        other.windowStartMs < endMs &&
        other.windowStartMs + other.windowMs > window.windowStartMs,
    );
    return {
      endMs,
      chunks: candidates.filter((candidate) => isSameWindow(candidate, window)),
      barriers: others.map(({ sequence }) => sequence),
      changedMs: this.#parts.worklist.changedMsOf(window),
    };
  }

  async #merge(plan: MergePlan): Promise<void> {
    const { tombstones, worklist } = this.#parts;
    const tombstonesApplied = tombstones.lastId;
    worklist.again(plan.window);
    const packed = await this.#packed(plan);
    const isAsPlanned =
      this.#areGood(plan) && tombstones.ofGroup(plan.window.group).every(({ id }) => id <= tombstonesApplied);
    if (packed !== undefined && isAsPlanned) this.#replace(plan, packed.result, tombstonesApplied);
  }

  /** Undefined when the sources are not what they were, or turn out to be damaged; they are quarantined then. */
  async #packed(plan: MergePlan): Promise<{ result: EncodedChunk | undefined } | undefined> {
    const { packer, quarantine, tombstones, worklist, clock } = this.#parts;
    const { sources, effort } = plan.run;
    if (!this.#areGood(plan)) return undefined;
    const payloads: Uint8Array[] = [];
    for (const entry of sources) {
      const payload = this.#payloadOf(entry);
      if (payload === undefined) return undefined;
      payloads.push(payload);
    }
    const rules = { tombstones: tombstones.ofGroup(plan.window.group), effort };
    try {
      const mergeSources = payloads.map((payload, at) => ({ payload, sequence: sources[at]!.sequence }));
      return { result: await packer.merge(mergeSources, rules) };
    } catch (error) {
      if (error instanceof DamagedSources) {
        for (const { at, reason } of error.sources) quarantine(sources[at]!, new Error(reason));
        return undefined;
      }
      const isTooLarge = error instanceof MergeTooLarge;
      worklist.postpone(plan.window, clock.nowMs() + (isTooLarge ? TOO_LARGE_RETRY_MS : RETRY_MS));
      if (isTooLarge) return undefined;
      throw error;
    }
  }

  #payloadOf(entry: ChunkEntry): Uint8Array | undefined {
    try {
      const payload = this.#parts.rows.payload(entry.id);
      if (payload === undefined) throw missingData(entry.id);
      return payload;
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#parts.quarantine(entry, error);
      return undefined;
    }
  }

  #areGood({ run }: MergePlan): boolean {
    return run.sources.every((entry) => this.#parts.directory.isGood(entry));
  }

  #replace({ window, run }: MergePlan, packed: EncodedChunk | undefined, tombstonesApplied: number): void {
    const { database, rows, discards, directory, cache } = this.#parts;
    const { group, windowStartMs, windowMs } = window;
    const { sequence } = run.sources.at(-1)!;
    const place = { group, windowStartMs, windowMs, sequence, level: run.level, tombstonesApplied };
    const result = database.transaction('relaxed', () => {
      rows.delete(run.sources);
      discards.write(run.sources);
      return packed === undefined ? undefined : rows.insert(place, packed);
    });
    for (const entry of run.sources) {
      directory.remove(entry);
      cache.delete(entry.id);
    }
    discards.committed(run.sources);
    if (result !== undefined) directory.add(result);
  }
}
