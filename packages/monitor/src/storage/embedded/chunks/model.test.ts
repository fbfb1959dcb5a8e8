import assert from 'node:assert/strict';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { groupOf } from '../codec/group.ts';
import type { ChunkEntry } from './chunk-store.ts';
import type { Lease } from './discards.ts';
import { QUIET_MS } from './merge-policy.ts';
import { ChunkRig, damageChunk, type SealedPart } from './testing/chunk-rig.ts';
import type { Sample } from './testing/columns-of.ts';

const HOUR_MS = 3_600_000;
const WINDOWS = 4;
const REFS = [5, 6, 128, 200];
/** Times are on a coarse grid, so that the same time often comes twice. */
const STEP_MS = HOUR_MS / 12;

const parts = fc.array(
  fc.tuple(fc.constantFrom(...REFS), fc.nat(WINDOWS - 1), fc.uniqueArray(fc.nat(11), { minLength: 1, maxLength: 4 })),
  { maxLength: 5 },
);

type Command =
  | { readonly kind: 'seal' | 'halfSeal'; readonly parts: readonly (readonly [number, number, readonly number[]])[] }
  | { readonly kind: 'delete'; readonly ref: number; readonly from: number; readonly steps: number }
  | { readonly kind: 'floor' | 'time'; readonly steps: number }
  | { readonly kind: 'damage'; readonly pick: number }
  | { readonly kind: 'startRead'; readonly ref: number }
  | { readonly kind: (typeof PLAIN_KINDS)[number] | 'startMerge' };

const PLAIN_KINDS = [
  'pause',
  'mergeDue',
  'mergeAll',
  'clean',
  'upkeep',
  'endRead',
  'deleteOldest',
  'restart',
  'crash',
] as const;

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('seal' as const), parts }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('halfSeal' as const), parts }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('delete' as const),
      ref: fc.constantFrom(...REFS),
      from: fc.nat(12 * WINDOWS),
      steps: fc.nat(20),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('time' as const), steps: fc.nat(12) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('floor' as const), steps: fc.nat(12 * WINDOWS) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('damage' as const), pick: fc.nat(1000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('startRead' as const), ref: fc.constantFrom(...REFS) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('startMerge' as const) }) },
  { weight: 12, arbitrary: fc.record({ kind: fc.constantFrom(...PLAIN_KINDS) }) },
);

interface Version {
  readonly ref: number;
  readonly timeMs: number;
  readonly value: number;
  readonly sequence: number;
}

/** What the chunks must hold: every sample with the seal it came with; the earliest one is shown. */
class Model {
  versions: Version[] = [];
  floorMs = Number.NEGATIVE_INFINITY;

  read(ref: number): readonly Sample[] {
    const shown = new Map<number, number>();
    const own = this.versions.filter((version) => version.ref === ref && version.timeMs >= this.floorMs);
    for (const { timeMs, value } of own.sort((one, other) => one.sequence - other.sequence)) {
      if (!shown.has(timeMs)) shown.set(timeMs, value);
    }
    return [...shown].sort(([one], [other]) => one - other);
  }

  remove(isGone: (version: Version) => boolean): void {
    this.versions = this.versions.filter((version) => !isGone(version));
  }
}

interface SlowRead {
  readonly ref: number;
  readonly lease: Lease;
  readonly entries: readonly ChunkEntry[];
  expected: readonly Sample[];
}

/** The rig and the model beside each other. */
class Run {
  readonly rig = new ChunkRig();
  readonly model = new Model();
  #slowRead: SlowRead | undefined;
  #merging: Promise<void> | undefined;
  #value = 0;
  #files = 0;
  #damaged = 0;

  async step(next: Command): Promise<void> {
    switch (next.kind) {
      case 'seal':
        return this.#seal(next.parts);
      case 'halfSeal':
        return this.rig.writeParts(this.#partsOf(next.parts));
      case 'delete':
        return this.#delete(next.ref, next.from * STEP_MS, (next.from + next.steps) * STEP_MS);
      case 'time':
        this.rig.nowMs += next.steps * (next.steps > 9 ? HOUR_MS : QUIET_MS / 2);
        return;
      case 'floor':
        return this.#deleteOld(next.steps * STEP_MS);
      case 'damage':
        return this.#damage(next.pick);
      case 'startRead':
        return this.#startRead(next.ref);
      case 'endRead':
        return this.#endRead();
      case 'deleteOldest':
        return this.#deleteOldest();
      case 'upkeep':
        while (this.rig.store.deleteDiscarded());
        return;
      case 'startMerge':
        return this.#startMerge();
      case 'pause':
        await setImmediate();
        return;
      case 'mergeDue':
        return this.rig.mergeDue();
      case 'mergeAll':
        return this.rig.store.mergeAll(1e9);
      case 'clean':
        return this.rig.store.cleanTombstones();
      case 'restart':
        await this.#merging;
        this.#endRead();
        return this.rig.reopen();
      case 'crash':
        return this.#crash();
    }
  }

  compare(): void {
    for (const ref of REFS) {
      const shown = this.rig.read(ref).filter(([timeMs]) => timeMs >= this.model.floorMs);
      assert.deepEqual(shown, this.model.read(ref));
    }
  }

  async end(): Promise<void> {
    await this.#merging;
    this.#endRead();
    while (this.rig.store.deleteUnfinished());
    await this.rig.store.cleanTombstones();
    assert.equal(this.rig.store.tombstoneCount, 0, 'tombstones that were applied are gone');
    assert.equal(this.rig.store.discardedCount, 0, 'bytes that nobody reads are gone');
    this.compare();
    const left = this.#rowsOf('discarded');
    assert.ok(left <= this.#damaged, 'of what was discarded only damaged bytes stay');
    assert.equal(this.#rowsOf('chunk_data'), this.#all().length + left, 'there are no bytes without a chunk');
  }

  #rowsOf(table: string): number {
    return Number(this.rig.database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.['count']);
  }

  #partsOf(given: readonly (readonly [number, number, readonly number[]])[]): readonly SealedPart[] {
    const byPlace = new Map<string, { windowStartMs: number; windowMs: number; series: Map<number, Sample[]> }>();
    const ordered = [...given].sort(([one], [other]) => one - other);
    for (const [ref, window, steps] of ordered) {
      const windowStartMs = window * HOUR_MS;
      const place = `${groupOf(ref)}/${window}`;
      const part = byPlace.get(place) ?? { windowStartMs, windowMs: HOUR_MS, series: new Map<number, Sample[]>() };
      const samples = [...steps]
        .sort((a, b) => a - b)
        .map((at) => [windowStartMs + at * STEP_MS, ++this.#value] as const);
      // A later row of the same series replaces the former: a seal has a series once.
      part.series.set(ref, samples);
      byPlace.set(place, part);
    }
    return [...byPlace.values()].map((part) => ({ ...part, series: [...part.series] }));
  }

  #seal(given: readonly (readonly [number, number, readonly number[]])[]): void {
    const sealed = this.#partsOf(given);
    this.rig.seal(sealed);
    const sequence = this.rig.store.sealedSequence;
    for (const { series } of sealed) {
      for (const [ref, samples] of series) {
        for (const [timeMs, value] of samples) this.model.versions.push({ ref, timeMs, value, sequence });
      }
    }
  }

  #delete(ref: number, minTimeMs: number, maxTimeMs: number): void {
    this.rig.delete(ref, { minTimeMs, maxTimeMs });
    const isHidden = (timeMs: number) => timeMs >= minTimeMs && timeMs <= maxTimeMs;
    this.model.remove((version) => version.ref === ref && isHidden(version.timeMs));
    const slow = this.#slowRead;
    if (slow?.ref === ref) slow.expected = slow.expected.filter(([timeMs]) => !isHidden(timeMs));
  }

  #deleteOld(floorMs: number): void {
    while (this.rig.store.deleteOlderThan(floorMs));
    this.model.floorMs = Math.max(this.model.floorMs, floorMs);
  }

  #deleteOldest(): void {
    while (this.rig.store.deleteDiscarded());
    if (this.rig.store.discardedCount > 0) {
      assert.equal(this.rig.store.deleteOldest(), 0, 'a read holds back what went before');
      return;
    }
    const all = this.#all();
    const startMs = Math.min(...all.map(({ windowStartMs }) => windowStartMs));
    assert.equal(this.rig.store.deleteOldest() > 0, all.length > 0);
    this.model.remove(({ timeMs }) => timeMs >= startMs && timeMs < startMs + HOUR_MS);
  }

  #damage(pick: number): void {
    const good = this.#all().filter(({ damage }) => damage === undefined);
    const entry = good[pick % Math.max(1, good.length)];
    if (entry === undefined) return;
    this.#endRead();
    damageChunk(this.rig.database, entry.id);
    this.#damaged++;
    // As at a start, so that what a cache holds does not hide it.
    const lost = this.rig.store.verifyAll(true);
    assert.deepEqual(
      lost.map(({ id }) => id),
      [entry.id],
    );
    // It may have been merged over a damaged one, whose samples are gone from the model already.
    const before = this.#all().filter(
      (other) =>
        other.damage === undefined &&
        other.group === entry.group &&
        other.windowStartMs === entry.windowStartMs &&
        other.sequence < entry.sequence,
    );
    const afterSequence = Math.max(0, ...before.map(({ sequence }) => sequence));
    this.model.remove(
      ({ ref, timeMs, sequence }) =>
        groupOf(ref) === entry.group &&
        timeMs >= entry.windowStartMs &&
        timeMs < entry.windowStartMs + HOUR_MS &&
        sequence > afterSequence &&
        sequence <= entry.sequence,
    );
  }

  #startMerge(): void {
    const plan = this.rig.store.nextMerge(this.rig.nowMs);
    if (plan !== undefined) this.#merging = this.rig.store.merge(plan);
  }

  #startRead(ref: number): void {
    this.#endRead();
    const lease = this.rig.store.lease();
    const entries = this.rig.entries(groupOf(ref));
    this.#slowRead = { ref, lease, entries, expected: this.rig.read(ref) };
  }

  #endRead(): void {
    const slow = this.#slowRead;
    if (slow === undefined) return;
    assert.deepEqual(this.rig.read(slow.ref, slow.entries), slow.expected);
    slow.lease.release();
    this.#slowRead = undefined;
  }

  /** What was written so far is what a killed process leaves: the rest of a merge that runs is lost. */
  async #crash(): Promise<void> {
    this.#endRead();
    const copy = join(this.rig.folder, `${++this.#files}.db`);
    copyFileSync(this.rig.path, copy);
    if (existsSync(`${this.rig.path}-wal`)) copyFileSync(`${this.rig.path}-wal`, `${copy}-wal`);
    await this.#merging;
    this.rig.reopen(copy);
  }

  #all(): readonly ChunkEntry[] {
    return [0, 1].flatMap((group) => this.rig.entries(group));
  }
}

it('shows what a plain list of samples would, through merges, deletions, damage, reads that last, and crashes', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { maxLength: 60, size: 'max' }), async (commands) => {
      const run = new Run();
      try {
        for (const next of commands) {
          await run.step(next);
          run.compare();
        }
        await run.end();
      } finally {
        run.rig.end();
      }
    }),
    { numRuns: 80 },
  );
});
