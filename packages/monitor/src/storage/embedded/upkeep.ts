// What the store does for itself from time to time: seals a head that is old, deletes what is past the retention or over
// the size, moves idle series out of memory, merges chunks, checkpoints. All in short pieces; what fails is told and tried
// again the next time.

import type { Database } from '../sqlite/database.ts';
import { Pace } from '../sqlite/pacing.ts';
import type { ChunkStore } from './chunks/chunk-store.ts';
import type { Heads } from './head/heads.ts';
import type { StoreLimits } from './limits.ts';
import type { BatchLog } from './log/batch-log.ts';
import type { Sealer } from './sealer.ts';
import type { SeriesRegistry } from './series/series-registry.ts';

/** A checkpoint is due after so many bytes, or so long after the last one when anything was written. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
const CHECKPOINT_AFTER_MS = 60_000;
/** Merging gives way to the rest of the upkeep after so long. */
const MERGING_MS = 2_000;
/** How often series are looked through for those that are idle. */
const COOLING_EVERY_MS = 60_000;

export interface UpkeepParts {
  readonly database: Database;
  readonly limits: StoreLimits;
  readonly retentionMs: number;
  readonly series: SeriesRegistry;
  readonly chunks: ChunkStore;
  readonly log: BatchLog;
  readonly heads: Heads;
  readonly sealer: Sealer;
  readonly assertOpen: () => void;
}

export type UpkeepStep = 'seal' | 'delete' | 'cool' | 'merge' | 'checkpoint';

export class Upkeep {
  readonly #parts: UpkeepParts;
  #uncheckpointedBytes = 0;
  #checkpointedMs: number;
  #cooledMs: number;

  constructor(parts: UpkeepParts, nowMs: number) {
    this.#parts = parts;
    this.#checkpointedMs = nowMs;
    this.#cooledMs = nowMs;
  }

  /** The steps, in their order; each may be tried although one before it failed. What is before the floor is deleted. */
  steps(nowMs: number, floorMs: number): readonly (readonly [step: UpkeepStep, work: () => Promise<void>])[] {
    return [
      ['seal', () => this.#seal(nowMs)],
      ['delete', () => this.#deleteOld(floorMs)],
      ['cool', () => this.#cool(nowMs)],
      ['merge', () => this.#merge(nowMs)],
      ['checkpoint', () => this.#checkpoint(nowMs)],
    ];
  }

  /** So many bytes were written to the file. */
  wrote(sizeBytes: number): void {
    this.#uncheckpointedBytes += sizeBytes;
  }

  async #seal(nowMs: number): Promise<void> {
    const { heads, limits, sealer } = this.#parts;
    const { current, frozen, sinceMs } = heads;
    const isOld = !current.isEmpty() && isOver(limits.headAgeMaxMs, sinceMs, nowMs);
    if (isOld || frozen !== undefined || current.samples >= limits.headSamplesMax) await sealer.seal();
  }

  async #deleteOld(floorMs: number): Promise<void> {
    const { chunks, database, heads, limits, log, series } = this.#parts;
    await this.#inPieces(() => log.trim());
    if (Number.isFinite(floorMs)) await this.#inPieces(() => chunks.deleteOlderThan(floorMs));
    // Free pages of the file are used again, so what counts is what is in use.
    await this.#inPieces(() => database.usedBytes() > limits.sizeMaxBytes && chunks.deleteOldest() > 0);
    await this.#inPieces(() => chunks.deleteDiscarded());
    const oldestMs = oldestIn(chunks, heads);
    const goneMs = Number.isFinite(oldestMs) ? Math.max(floorMs, oldestMs) : floorMs;
    if (Number.isFinite(goneMs)) await this.#inPieces(() => series.removeCold(goneMs));
  }

  /** Moves series that are idle from memory to the disk. */
  async #cool(nowMs: number): Promise<void> {
    const { heads, limits, retentionMs, series, assertOpen } = this.#parts;
    const idleAfterMs = Math.min(limits.idleAfterMs, retentionMs);
    if (!isOver(Math.min(COOLING_EVERY_MS, idleAfterMs), this.#cooledMs, nowMs)) return;
    this.#cooledMs = nowMs;
    const { latestMs } = series;
    const idle: number[] = [];
    for (const slot of series.slots()) {
      const latest = latestMs[slot]!;
      const isIdle = latest < nowMs - idleAfterMs && latest !== Number.NEGATIVE_INFINITY;
      if (isIdle && !heads.has(slot)) idle.push(slot);
    }
    // A late sample may come while others go: then the head has the series again.
    if (idle.length > 0) await series.coolDown(idle, assertOpen, (slot) => !heads.has(slot));
    await this.#inPieces(() => series.consolidate());
  }

  async #merge(nowMs: number): Promise<void> {
    const { assertOpen, chunks } = this.#parts;
    const endMs = performance.now() + MERGING_MS;
    for (;;) {
      const plan = performance.now() < endMs ? chunks.nextMerge(nowMs) : undefined;
      if (plan === undefined) return;
      await chunks.merge(plan);
      this.wrote(plan.run.sources.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0));
      assertOpen();
    }
  }

  async #checkpoint(nowMs: number): Promise<void> {
    const { database } = this.#parts;
    const isDue =
      this.#uncheckpointedBytes >= CHECKPOINT_BYTES ||
      (this.#uncheckpointedBytes > 0 && isOver(CHECKPOINT_AFTER_MS, this.#checkpointedMs, nowMs));
    if (!isDue) return;
    await this.#inPieces(() => database.shrink());
    database.checkpoint();
    this.#uncheckpointedBytes = 0;
    this.#checkpointedMs = nowMs;
  }

  /** Repeats a short step for as long as it says that there is more, and lets others in between. */
  async #inPieces(step: () => boolean): Promise<void> {
    const pace = new Pace();
    while (step()) {
      if (pace.isOver()) await pace.rest();
      this.#parts.assertOpen();
    }
  }
}

/** Also when the clock went back: what began in a time that is taken back must not last until that time comes. */
function isOver(durationMs: number, sinceMs: number, nowMs: number): boolean {
  return Math.abs(nowMs - sinceMs) >= durationMs;
}

/** The time before which there is nothing; Infinity when there is nothing at all. */
function oldestIn(chunks: ChunkStore, heads: Heads): number {
  return Math.min(chunks.oldestMs ?? Number.POSITIVE_INFINITY, ...heads.all().map(({ minTimeMs }) => minTimeMs));
}
