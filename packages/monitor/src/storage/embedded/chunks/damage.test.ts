import assert from 'node:assert/strict';
import { closeSync, openSync, writeSync } from 'node:fs';
import { describe, it } from 'node:test';
import { DamagedBytes } from '../../sqlite/failures.ts';
import { FAN_OUT } from './merge-policy.ts';
import { damageChunk } from './testing/chunk-rig.ts';
import { idsIn, openRig, part, REF, sealEach } from './testing/opened-rigs.ts';

describe('damage', () => {
  it('puts a chunk aside that a read finds damaged, tells of it once, and remembers', () => {
    const rig = openRig();
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
    const rig = openRig();
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
    const rig = openRig();
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
    const rig = openRig();
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
      const rig = openRig();
      for (const timeMs of [1, 2, 3]) rig.seal([part([[timeMs, 10]])]);
      rig.delete(REF, { minTimeMs: 2, maxTimeMs: 3 });
      rig.store.quarantine(rig.entries(0)[1]!, new DamagedBytes('cut off'));
      rig.store.deleteOlderThan(2);
      rig.database.prepare(sql).run();
      assert.throws(() => rig.reopen(), DamagedBytes, sql);
    }
  });

  it('goes on when the damage cannot be written down', () => {
    const rig = openRig();
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
