import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { afterEach, describe, it } from 'node:test';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { Discards } from './discards.ts';
import { FAN_OUT, FINAL_LEVEL, OVER_AFTER_MS } from './merge-policy.ts';
import { MergeTooLarge } from './packing.ts';
import { ChunkRig, type ChunkRigOptions, damageChunk, type SealedPart } from './testing/chunk-rig.ts';
import type { Sample } from './testing/columns-of.ts';

const HOUR_MS = 3_600_000;
const REF = 5;

const rigs: ChunkRig[] = [];

function open(options?: ChunkRigOptions): ChunkRig {
  const rig = new ChunkRig(options);
  rigs.push(rig);
  return rig;
}

afterEach(() => {
  for (const rig of rigs.splice(0)) rig.end();
});

function part(samples: readonly Sample[], windowStartMs = 0, ref = REF): SealedPart {
  return { windowStartMs, windowMs: HOUR_MS, series: [[ref, samples]] };
}

/** So many seals of one sample each, from the time 1. */
function idsIn(database: ChunkRig['database'], table: string): readonly unknown[] {
  return database
    .prepare(`SELECT id FROM ${table} ORDER BY id`)
    .all()
    .map(({ id }) => id);
}

function sealEach(rig: ChunkRig, count: number): readonly Sample[] {
  const samples = Array.from({ length: count }, (_, at) => [at + 1, 10 * at] as const);
  for (const sample of samples) rig.seal([part([sample])]);
  return samples;
}

/** Does the next merge, and this when the packer has the sources and the result is not there yet. */
async function mergeWhile(rig: ChunkRig, happens: () => void): Promise<void> {
  const { packer } = rig;
  const merge = packer.merge.bind(packer);
  packer.merge = (...given) => {
    const result = merge(...given);
    happens();
    return result;
  };
  await rig.store.merge(rig.store.nextMerge(rig.nowMs)!);
  packer.merge = merge;
}

describe('sealing', () => {
  it('shows no chunk before the seal counts, and none that an interrupted seal left', () => {
    const rig = open();
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
    const rig = open();
    assert.throws(() => rig.writeParts([part([[1, 10]]), part([[2, 20]])]), /one chunk a group and window/);
    rig.writeParts([part([[1, 10]]), part([[HOUR_MS, 20]], HOUR_MS)]);
  });

  it('never gives an id twice, also after everything was deleted', async () => {
    const rig = open();
    rig.seal([part([[1, 10]])]);
    const [first] = rig.entries(0);
    rig.store.deleteOldest();
    while (rig.store.deleteDiscarded());
    rig.reopen();
    rig.seal([part([[1, 10]])]);
    assert.ok(rig.entries(0)[0]!.id > first!.id);
  });

  it('says what there is', async () => {
    const rig = open();
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

describe('merging', () => {
  it('makes one chunk of eight, and a final one when the window is over, also after a restart', async () => {
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
    const samples = sealEach(rig, 3);
    await rig.store.mergeAll(2);
    assert.equal(rig.entries(0).length, 3);
    await rig.store.mergeAll(1000);
    assert.equal(rig.entries(0).length, 1);
    assert.deepEqual(rig.read(REF), samples);
  });

  it('tries again later when the packer fails, and works on other windows meanwhile', async () => {
    const rig = open();
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
    const rig = open();
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

describe('reading while chunks are replaced', () => {
  it('reads what it began with under a lease, and the bytes go when it ends', async () => {
    const rig = open();
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
    const rig = open();
    sealEach(rig, FAN_OUT);
    await rig.mergeDue();
    rig.store.lease();
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.discardedCount, 0);
  });

  it('frees at the next start what was not freed before', async () => {
    const rig = open();
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
    const rig = open();
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

describe('retention', () => {
  it('deletes whole chunks that are older, and leaves those that are so in part', () => {
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
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
    const rig = open();
    rig.seal([part([[1, 10]])]);
    rig.delete(REF, { minTimeMs: 0, maxTimeMs: 5 });
    rig.store.deleteOlderThan(100);
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.tombstoneCount, 0);
  });
});

describe('damage', () => {
  it('puts a chunk aside that a read finds damaged, tells of it once, and remembers', () => {
    const rig = open();
    rig.seal([
      part([
        [1, 10],
        [2, 20],
      ]),
    ]);
    rig.seal([part([[3, 30]])]);
    const [damaged] = rig.entries(0);
    damageChunk(rig.database, damaged!.id);
    assert.equal(rig.store.read(damaged!), undefined);
    assert.equal(rig.store.read(damaged!), undefined);
    assert.deepEqual(
      rig.lost.map(({ id, samples, minTimeMs, maxTimeMs }) => [id, samples, minTimeMs, maxTimeMs]),
      [[damaged!.id, 2, 1, 2]],
    );
    assert.match(rig.lost[0]!.damage, /checksum/);
    rig.reopen();
    assert.equal(rig.store.quarantinedCount, 1);
    const [known, good] = rig.entries(0);
    assert.match(known!.damage!, /checksum/);
    assert.equal(rig.store.read(known!), undefined);
    assert.equal(good!.damage, undefined);
    assert.deepEqual(rig.read(REF), [[3, 30]]);
    assert.equal(rig.lost.length, 1);
    rig.store.deleteOlderThan(100);
    while (rig.store.deleteDiscarded());
    rig.reopen();
    assert.equal(rig.store.quarantinedCount, 0, 'retention takes it away as well');
    // The pages of damaged bytes may be those of others: they stay, and the file says that they are of no use.
    const left = [damaged!.id];
    assert.deepEqual(idsIn(rig.database, 'chunk_data'), left);
    assert.deepEqual(idsIn(rig.database, 'discarded'), left);
  });

  it('puts aside what has no bytes, what is in another’s place and what the codec refuses', () => {
    const rig = open();
    for (const timeMs of [1, 2, 3]) rig.seal([part([[timeMs, 10]])]);
    const [missing, moved, refused] = rig.entries(0);
    rig.database.prepare('DELETE FROM chunk_data WHERE id = ?').run(missing!.id);
    rig.database
      .prepare('UPDATE chunk_data SET data = (SELECT data FROM chunk_data WHERE id = ?) WHERE id = ?')
      .run(refused!.id, moved!.id);
    const lost = rig.store.verifyAll(true);
    assert.deepEqual(
      lost.map(({ id }) => id),
      [missing!.id, moved!.id],
    );
    assert.match(lost[0]!.damage, /not there/);
    rig.store.quarantine(refused!, new DamagedBytes('a frame is cut off'));
    assert.deepEqual(
      rig.lost.map(({ id }) => id),
      [missing!.id, moved!.id, refused!.id],
    );
    assert.deepEqual(rig.store.verifyAll(true), []);
    assert.deepEqual(rig.read(REF), []);
  });

  it('puts aside what SQLite itself cannot read, and lets go of it', () => {
    const rig = open();
    for (const timeMs of [1, 2]) rig.seal([part([[timeMs, 10]])]);
    const { rootpage } = rig.database.prepare("SELECT rootpage FROM sqlite_schema WHERE name = 'chunk_data'").get()!;
    const { page_size: pageBytes } = rig.database.prepare('PRAGMA page_size').get()!;
    rig.reopen(rig.path, () => {
      const file = openSync(rig.path, 'r+');
      writeSync(file, new Uint8Array(16).fill(0xee), 0, 16, (Number(rootpage) - 1) * Number(pageBytes));
      closeSync(file);
    });
    assert.deepEqual(rig.read(REF), []);
    assert.equal(rig.lost.length, 2);
    assert.match(rig.lost[0]!.damage, /malformed/);
    rig.store.deleteOlderThan(100);
    while (rig.store.deleteDiscarded());
    assert.equal(rig.store.discardedCount, 0);
    assert.deepEqual(rig.entries(0), []);
  });

  it('merges the rest when a source is damaged', async () => {
    const rig = open();
    sealEach(rig, FAN_OUT + 1);
    damageChunk(rig.database, rig.entries(0)[3]!.id);
    await rig.mergeDue();
    assert.equal(rig.lost.length, 1);
    assert.deepEqual(
      rig.read(REF).map(([timeMs]) => timeMs),
      [1, 2, 3, 5, 6, 7, 8, 9],
    );
    assert.deepEqual([...rig.store.countsByLevel], [[1, 1]]);
  });

  it('refuses to load rows that are damaged', () => {
    for (const sql of [
      'UPDATE chunks SET samples = samples + 1',
      "UPDATE chunks SET min_time_ms = 'soon'",
      'UPDATE chunks SET id = id + 7',
      'UPDATE tombstones SET ref = 9',
      'UPDATE discarded SET id = 3',
      "UPDATE quarantine SET reason = 'none'",
      "UPDATE state SET value = 1 WHERE name = 'sealed'",
    ]) {
      const rig = open();
      for (const timeMs of [1, 2, 3]) rig.seal([part([[timeMs, 10]])]);
      rig.delete(REF, { minTimeMs: 2, maxTimeMs: 3 });
      rig.store.quarantine(rig.entries(0)[1]!, new DamagedBytes('cut off'));
      rig.store.deleteOlderThan(2);
      rig.database.prepare(sql).run();
      assert.throws(() => rig.reopen(), DamagedBytes, sql);
    }
  });

  it('goes on when the damage cannot be written down', () => {
    const rig = open();
    rig.seal([part([[1, 10]])]);
    damageChunk(rig.database, rig.entries(0)[0]!.id);
    rig.database.prepare('ALTER TABLE quarantine RENAME TO elsewhere').run();
    assert.deepEqual(rig.read(REF), []);
    assert.equal(rig.lost.length, 1);
    rig.database.prepare('ALTER TABLE elsewhere RENAME TO quarantine').run();
    rig.store.deleteOlderThan(100);
    rig.reopen();
    assert.deepEqual(rig.entries(0), []);
  });
});

describe('the cache', () => {
  it('keeps opened chunks within its bound, but for the one in use', () => {
    const rig = open({ chunkCacheBytes: 1 });
    rig.seal([part([[1, 10]])]);
    rig.seal([part([[2, 20]])]);
    const [one, two] = rig.entries(0);
    const opened = rig.store.read(one!);
    assert.equal(rig.store.read(one!), opened);
    assert.notEqual(rig.store.read(two!), undefined);
    assert.notEqual(rig.store.read(one!), opened);
  });

  it('keeps what fits', () => {
    const rig = open();
    rig.seal([part([[1, 10]])]);
    rig.seal([part([[2, 20]])]);
    const [one, two] = rig.entries(0);
    const opened = [rig.store.read(one!), rig.store.read(two!)];
    assert.deepEqual([rig.store.read(one!) === opened[0], rig.store.read(two!) === opened[1]], [true, true]);
  });
});
