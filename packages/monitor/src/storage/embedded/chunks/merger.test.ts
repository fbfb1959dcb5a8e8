import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FAN_OUT, FINAL_LEVEL, OVER_AFTER_MS } from './merge-policy.ts';
import { MergeTooLarge } from './packing.ts';
import { HOUR_MS, mergeWhile, openRig, part, REF, sealEach } from './testing/opened-rigs.ts';

describe('merging', () => {
  it('makes one chunk of eight, and a final one when the window is over, also after a restart', async () => {
    const rig = openRig();
    const samples = sealEach(rig, FAN_OUT + 1);
    await rig.mergeDue();
    assert.deepEqual([...rig.store.countsByLevel], [[1, 1]]);
    assert.deepEqual(rig.read(REF), samples);
    assert.equal(rig.store.nextMerge(rig.nowMs), undefined);

    rig.reopen();
    rig.nowMs = HOUR_MS + OVER_AFTER_MS + 1;
    await rig.mergeDue();
    assert.deepEqual([...rig.store.countsByLevel], [[FINAL_LEVEL, 1]]);
    assert.equal(rig.entries(0)[0]?.sequence, FAN_OUT + 1);
    assert.deepEqual(rig.read(REF), samples);
    rig.reopen();
    assert.equal(rig.store.nextMerge(rig.nowMs), undefined);
    assert.deepEqual(rig.read(REF), samples);
  });

  it('leaves everything as it was when the sources are deleted meanwhile', async () => {
    const rig = openRig();
    sealEach(rig, FAN_OUT);
    await mergeWhile(rig, () => {
      while (rig.store.deleteOlderThan(3));
      while (rig.store.deleteDiscarded());
    });
    assert.equal(rig.entries(0).length, FAN_OUT - 2);
    assert.deepEqual(
      rig.read(REF).map(([timeMs]) => timeMs),
      [3, 4, 5, 6, 7, 8],
    );
  });

  it('brings back nothing that is deleted while the packer works', async () => {
    const rig = openRig();
    sealEach(rig, FAN_OUT);
    await mergeWhile(rig, () => rig.delete(REF, { minTimeMs: 2, maxTimeMs: 4 }));
    assert.equal(rig.entries(0).length, FAN_OUT, 'the result is thrown away');
    assert.deepEqual(
      rig.read(REF).map(([timeMs]) => timeMs),
      [1, 5, 6, 7, 8],
    );
    await rig.mergeDue();
    assert.equal(rig.entries(0).length, 1);
    assert.deepEqual(
      rig.read(REF).map(([timeMs]) => timeMs),
      [1, 5, 6, 7, 8],
    );
  });

  it('leaves one chunk of an open window at a stop, within its budget', async () => {
    const rig = openRig();
    const samples = sealEach(rig, 3);
    await rig.store.mergeAll(2);
    assert.equal(rig.entries(0).length, 3);
    await rig.store.mergeAll(1000);
    assert.equal(rig.entries(0).length, 1);
    assert.deepEqual(rig.read(REF), samples);
  });

  it('tries again later when the packer fails, and works on other windows meanwhile', async () => {
    const rig = openRig();
    rig.seal([part([[1, 10]]), part([[2, 20]], 0, 200)]);
    rig.nowMs = HOUR_MS + OVER_AFTER_MS + 1;
    rig.reopen();
    const merge = rig.packer.merge.bind(rig.packer);
    rig.packer.merge = () => Promise.reject(new Error('out of memory'));
    await assert.rejects(rig.store.merge(rig.store.nextMerge(rig.nowMs)!), /out of memory/);
    rig.packer.merge = merge;
    await rig.mergeDue();
    assert.deepEqual(
      [...rig.store.countsByLevel].sort(([one], [other]) => one - other),
      [
        [0, 1],
        [FINAL_LEVEL, 1],
      ],
    );
    rig.nowMs += 60_000;
    await rig.mergeDue();
    assert.deepEqual([...rig.store.countsByLevel], [[FINAL_LEVEL, 2]]);
  });

  it('leaves chunks as they are that are too large to be one', async () => {
    const rig = openRig();
    const samples = sealEach(rig, FAN_OUT);
    let merges = 0;
    rig.packer.merge = () => {
      merges++;
      return Promise.reject(new MergeTooLarge('a chunk cannot hold that many samples'));
    };
    await rig.mergeDue();
    await rig.mergeDue();
    assert.equal(merges, 1, 'it is not tried again and again');
    assert.deepEqual(rig.read(REF), samples);
  });
});
