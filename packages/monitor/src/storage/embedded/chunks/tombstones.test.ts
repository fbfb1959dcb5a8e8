import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { OVER_AFTER_MS } from './merge-policy.ts';
import { HOUR_MS, openRig, part, REF } from './testing/opened-rigs.ts';

describe('retention', () => {
  it('deletes whole chunks that are older, and leaves those that are so in part', () => {
    const rig = openRig();
    rig.seal([
      part([
        [1, 10],
        [2, 20],
      ]),
      part(
        [
          [HOUR_MS, 30],
          [HOUR_MS + 9, 40],
        ],
        HOUR_MS,
      ),
    ]);
    assert.equal(rig.store.deleteOlderThan(2), false);
    assert.equal(rig.read(REF).length, 4);
    rig.store.deleteOlderThan(HOUR_MS + 5);
    assert.deepEqual(rig.read(REF), [
      [HOUR_MS, 30],
      [HOUR_MS + 9, 40],
    ]);
  });

  it('frees the oldest window in every group', () => {
    const rig = openRig();
    rig.seal([part([[1, 10]]), part([[HOUR_MS, 20]], HOUR_MS), part([[2, 30]], 0, 200)]);
    const sizeBytes = rig.store.sizeBytes;
    const freedBytes = rig.store.deleteOldest();
    assert.equal(rig.store.sizeBytes, sizeBytes - freedBytes);
    assert.deepEqual(rig.read(REF), [[HOUR_MS, 20]]);
    assert.deepEqual(rig.read(200), []);
    while (rig.store.deleteOldest() > 0);
    assert.deepEqual(rig.read(REF), []);
    assert.equal(rig.store.discardedCount, 0);
  });

  it('takes no more out for its size while a read holds back what went before', () => {
    const rig = openRig();
    rig.seal([part([[1, 10]]), part([[HOUR_MS, 20]], HOUR_MS)]);
    const lease = rig.store.lease();
    while (rig.store.deleteOldest() > 0);
    assert.deepEqual(rig.read(REF), [[HOUR_MS, 20]]);
    lease.release();
    const usedBytes = rig.store.sizeBytes;
    assert.ok(rig.store.deleteOldest() > 0);
    assert.equal(rig.store.sizeBytes, usedBytes, 'what went before is freed first');
  });
});

describe('tombstones', () => {
  it('hide from chunks that are there, not from what comes later, and go when they were applied', async () => {
    const rig = openRig();
    rig.seal([
      part([
        [1, 10],
        [2, 20],
      ]),
    ]);
    rig.delete(REF, { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: 1.5 });
    rig.seal([part([[1, 99]])]);
    assert.deepEqual(rig.read(REF), [
      [1, 99],
      [2, 20],
    ]);
    rig.reopen();
    assert.deepEqual(rig.read(REF), [
      [1, 99],
      [2, 20],
    ]);
    await rig.store.cleanTombstones();
    assert.equal(rig.store.tombstoneCount, 0);
    assert.deepEqual(rig.read(REF), [
      [1, 99],
      [2, 20],
    ]);
    rig.reopen();
    assert.deepEqual(rig.read(REF), [
      [1, 99],
      [2, 20],
    ]);
  });

  it('may begin and end at what is rounded to -0', () => {
    const rig = openRig();
    rig.seal([
      part([
        [0, 10],
        [2, 20],
      ]),
    ]);
    rig.delete(REF, { minTimeMs: -0.5, maxTimeMs: -0 });
    rig.reopen();
    assert.deepEqual(rig.read(REF), [[2, 20]]);
  });

  it('stay while a read may look at a chunk that they were not applied to', async () => {
    const rig = openRig();
    rig.seal([
      part([
        [1, 10],
        [2, 20],
      ]),
    ]);
    const lease = rig.store.lease();
    const entries = rig.entries(0);
    rig.delete(REF, { minTimeMs: 1, maxTimeMs: 1 });
    await rig.store.cleanTombstones();
    assert.equal(rig.store.tombstoneCount, 1);
    assert.deepEqual(rig.read(REF, entries), [[2, 20]]);
    lease.release();
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.tombstoneCount, 0);
  });

  it('make the final chunk of a window anew by themselves, and take one away that they empty', async () => {
    const rig = openRig();
    rig.seal([
      part([
        [1, 10],
        [2, 20],
      ]),
      part([[HOUR_MS, 30]], HOUR_MS),
    ]);
    rig.nowMs = 2 * HOUR_MS + OVER_AFTER_MS + 1;
    await rig.mergeDue();
    rig.delete(REF, { minTimeMs: 2, maxTimeMs: 2 * HOUR_MS });
    await rig.mergeDue();
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.samples, 1);
    assert.equal(rig.store.tombstoneCount, 0);
    assert.deepEqual(rig.read(REF), [[1, 10]]);
  });

  it('go with the chunks that retention deletes', () => {
    const rig = openRig();
    rig.seal([part([[1, 10]])]);
    rig.delete(REF, { minTimeMs: 0, maxTimeMs: 5 });
    rig.store.deleteOlderThan(100);
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.tombstoneCount, 0);
  });
});
