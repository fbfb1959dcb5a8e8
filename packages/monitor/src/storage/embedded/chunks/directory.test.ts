import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { ChunkDirectory } from './directory.ts';
import type { ChunkEntry } from './tables.ts';

const WINDOW_MS = 100;

function entry(id: number, group: number, window: number, samples: number): ChunkEntry {
  return {
    id,
    group,
    windowStartMs: window * WINDOW_MS,
    windowMs: WINDOW_MS,
    sequence: 1000 - id,
    level: id % 3,
    minTimeMs: window * WINDOW_MS + (id % 7),
    maxTimeMs: window * WINDOW_MS + 50 + (id % 11),
    samples,
    sizeBytes: 2 * samples,
    tombstonesApplied: id % 5,
    damage: undefined,
  };
}

const command = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), group: fc.nat(4), window: fc.integer({ min: -3, max: 6 }) }),
  fc.record({ kind: fc.constantFrom('remove' as const, 'damage' as const), pick: fc.nat(1000) }),
);

it('answers what a plain list of chunks would', () => {
  fc.assert(
    fc.property(fc.array(command, { maxLength: 120 }), (commands) => {
      const directory = new ChunkDirectory(0);
      let list: ChunkEntry[] = [];
      let id = 0;
      for (const next of commands) {
        if (next.kind === 'add') {
          const added = entry(++id, next.group, next.window, 10 * id);
          directory.add(added);
          list.push(added);
          continue;
        }
        const picked = list[next.pick % Math.max(1, list.length)];
        if (picked === undefined) continue;
        if (next.kind === 'remove') {
          assert.ok(directory.remove(picked));
          assert.ok(!directory.remove(picked));
          list = list.filter((other) => other !== picked);
        } else {
          assert.equal(directory.markDamaged(picked, 'cut off'), picked.damage === undefined);
          list = list.map((other) => (other === picked ? { ...picked, damage: 'cut off' } : other));
        }
      }
      compare(directory, list);
    }),
  );
});

function compare(directory: ChunkDirectory, list: readonly ChunkEntry[]): void {
  const sorted = list.toSorted((one, other) => one.sequence - other.sequence);
  for (let group = 0; group <= 4; group++) {
    const own = sorted.filter((chunk) => chunk.group === group);
    assert.deepEqual(directory.inGroup(group), own);
    for (const range of [
      { minTimeMs: -50, maxTimeMs: 155 },
      { minTimeMs: 60, maxTimeMs: 60 },
    ]) {
      const overlapping = own.filter(
        (chunk) => chunk.maxTimeMs >= range.minTimeMs && chunk.minTimeMs <= range.maxTimeMs,
      );
      assert.deepEqual(directory.inRange(group, range), overlapping);
    }
    assert.equal(directory.latestMsOf(group), Math.max(...own.map(({ maxTimeMs }) => maxTimeMs)));
  }
  const good = list.filter(({ damage }) => damage === undefined);
  assert.equal(directory.size, list.length);
  assert.equal(directory.damagedCount, list.length - good.length);
  assert.equal(
    directory.samples,
    good.reduce((sum, { samples }) => sum + samples, 0),
  );
  assert.equal(
    directory.sizeBytes,
    good.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  );
  assert.equal(directory.oldestMs, Math.min(...good.map(({ minTimeMs }) => minTimeMs)));
  assert.equal(directory.newestMs, Math.max(...good.map(({ maxTimeMs }) => maxTimeMs)));
  for (const level of [0, 1, 2]) {
    assert.equal(directory.countsByLevel.get(level) ?? 0, good.filter((chunk) => chunk.level === level).length);
  }
  const old = list.filter(({ maxTimeMs }) => maxTimeMs < 155);
  assert.deepEqual(idsOf(directory.olderThan(155, 1000)), idsOf(old));
  assert.equal(directory.olderThan(155, 3).length, Math.min(3, old.length));
  const firstWindowMs = Math.min(...list.map(({ windowStartMs }) => windowStartMs));
  const oldest = list.filter(({ windowStartMs }) => windowStartMs === firstWindowMs);
  assert.deepEqual(idsOf(directory.oldestWindow(1000)), idsOf(oldest));
  assert.deepEqual(idsOf([...directory.entries()]), idsOf(list));
}

function idsOf(entries: readonly ChunkEntry[]): readonly number[] {
  return entries.map(({ id }) => id).sort((one, other) => one - other);
}
