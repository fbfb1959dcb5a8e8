import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Discards } from './discards.ts';
import { FAN_OUT } from './merge-policy.ts';
import { HOUR_MS, openRig, part, REF, sealEach } from './testing/opened-rigs.ts';

describe('sealing', () => {
  it('shows no chunk before the seal counts, and none that an interrupted seal left', () => {
    const rig = openRig();
    rig.seal([part([[1, 10]])]);
    rig.writeParts([part([[2, 20]])]);
    assert.deepEqual(rig.read(REF), [[1, 10]]);
    rig.reopen();
    assert.deepEqual(rig.read(REF), [[1, 10]]);
    assert.throws(() => rig.store.beginSeal(), /left behind/);
    rig.seal([part([[3, 30]])]);
    assert.deepEqual(rig.read(REF), [
      [1, 10],
      [3, 30],
    ]);
    rig.reopen();
    assert.deepEqual(rig.read(REF), [
      [1, 10],
      [3, 30],
    ]);
  });

  it('refuses two chunks of one group and window', () => {
    const rig = openRig();
    assert.throws(() => rig.writeParts([part([[1, 10]]), part([[2, 20]])]), /one chunk a group and window/);
    rig.writeParts([part([[1, 10]]), part([[HOUR_MS, 20]], HOUR_MS)]);
  });

  it('never gives an id twice, also after everything was deleted', async () => {
    const rig = openRig();
    rig.seal([part([[1, 10]])]);
    const [first] = rig.entries(0);
    rig.store.deleteOldest();
    while (rig.store.deleteDiscarded());
    rig.reopen();
    rig.seal([part([[1, 10]])]);
    assert.ok(rig.entries(0)[0]!.id > first!.id);
  });

  it('says what there is', async () => {
    const rig = openRig();
    assert.equal(rig.store.oldestMs, undefined);
    rig.seal([
      part([
        [7, 1],
        [9, 1],
      ]),
      part([[HOUR_MS + 5, 1]], HOUR_MS),
      part([[3, 1]], 0, 200),
    ]);
    assert.equal(rig.store.oldestMs, 3);
    assert.equal(rig.store.newestMs, HOUR_MS + 5);
    assert.equal(rig.store.samples, 4);
    assert.equal(rig.store.latestMsOf(0), HOUR_MS + 5);
    assert.equal(rig.store.latestMsOf(1), 3);
    assert.equal(rig.store.latestMsOf(2), Number.NEGATIVE_INFINITY);
    assert.deepEqual([...rig.store.countsByLevel], [[0, 3]]);
  });
});

describe('reading while chunks are replaced', () => {
  it('reads what it began with under a lease, and the bytes go when it ends', async () => {
    const rig = openRig();
    const samples = sealEach(rig, FAN_OUT);
    const lease = rig.store.lease();
    const entries = rig.entries(0);
    await rig.mergeDue();
    while (rig.store.deleteOlderThan(100));
    while (rig.store.deleteDiscarded());
    assert.deepEqual(rig.read(REF), []);
    assert.deepEqual(rig.read(REF, entries), samples);
    lease.release();
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.discardedCount, 0);
    assert.throws(() => rig.read(REF, entries), { code: 'storage_read_expired' });
    assert.deepEqual(rig.lost, [], 'that is no damage');
  });

  it('is not held back by a lease that came later', async () => {
    const rig = openRig();
    sealEach(rig, FAN_OUT);
    await rig.mergeDue();
    rig.store.lease();
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.discardedCount, 0);
  });

  it('frees at the next start what was not freed before', async () => {
    const rig = openRig();
    sealEach(rig, FAN_OUT);
    rig.store.lease();
    await rig.mergeDue();
    rig.reopen();
    assert.equal(rig.store.discardedCount, FAN_OUT);
    while (rig.store.deleteDiscarded());
    assert.equal(rig.database.prepare('SELECT count(*) AS count FROM chunk_data').get()?.['count'], 1);
  });
});

describe('discarded chunks', () => {
  it('end the oldest reads when these hold back too much', () => {
    const rig = openRig();
    const discards = new Discards(rig.database, 100);
    const first = discards.lease();
    const entries = [1, 2, 3].map((id) => ({ id, sizeBytes: 60 }));
    const select = rig.database.prepare('SELECT id FROM discarded ORDER BY id');
    const ids = () => select.all().map(({ id }) => id);
    const discard = (entry: (typeof entries)[number]) => {
      rig.database.transaction('relaxed', () => discards.write([entry]));
      discards.committed([entry]);
    };
    discard(entries[0]!);
    const second = discards.lease();
    assert.equal(discards.deletePiece(), false);
    assert.equal(discards.size, 1, 'held back, and within the bound');
    discard(entries[1]!);
    discards.deletePiece();
    assert.deepEqual(ids(), [2], 'the first read holds nothing any more, the second still does');
    discard(entries[2]!);
    discards.deletePiece();
    assert.deepEqual(ids(), []);
    first.release();
    second.release();
  });
});

describe('the cache', () => {
  it('keeps opened chunks within its bound, but for the one in use', () => {
    const rig = openRig({ chunkCacheBytes: 1 });
    rig.seal([part([[1, 10]])]);
    rig.seal([part([[2, 20]])]);
    const [one, two] = rig.entries(0);
    const opened = rig.store.read(one!);
    assert.equal(rig.store.read(one!), opened);
    assert.notEqual(rig.store.read(two!), undefined);
    assert.notEqual(rig.store.read(one!), opened);
  });

  it('keeps what fits', () => {
    const rig = openRig();
    rig.seal([part([[1, 10]])]);
    rig.seal([part([[2, 20]])]);
    const [one, two] = rig.entries(0);
    const opened = [rig.store.read(one!), rig.store.read(two!)];
    assert.deepEqual([rig.store.read(one!) === opened[0], rig.store.read(two!) === opened[1]], [true, true]);
  });
});
