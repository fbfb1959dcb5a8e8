import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { mergeChunks } from '../codec/chunk.ts';
import { PackableGroupBuilder } from './packable-group.ts';
import { ThreadPacker, type ThreadPackerOptions } from './packer.ts';
import { DamagedSources } from './packing.ts';
import { chunkOf, columnsOf } from './testing/columns-of.ts';

const DYING = new URL('./testing/dying-packer-worker.ts', import.meta.url);

function groupOfOne() {
  const builder = new PackableGroupBuilder();
  builder.add(
    5,
    columnsOf([
      [1, 10],
      [2, 20],
    ]),
    0,
    2,
  );
  return builder.build();
}

describe('the packer', () => {
  const packers: ThreadPacker[] = [];
  const open = (options?: ThreadPackerOptions) => {
    const packer = new ThreadPacker(options);
    packers.push(packer);
    return packer;
  };
  after(async () => {
    for (const packer of packers) await packer.close();
  });

  it('encodes and merges in its thread as the codec does', async () => {
    const packer = open();
    const group = groupOfOne();
    const encoded = await packer.encode(group, 'fast');
    assert.equal(group.timesMs.length, 0, 'the columns have moved to the thread');
    assert.deepEqual(
      encoded,
      chunkOf([
        [
          5,
          [
            [1, 10],
            [2, 20],
          ],
        ],
      ]),
    );

    const other = chunkOf([
      [
        5,
        [
          [2, 99],
          [3, 30],
        ],
      ],
    ]);
    const sources = [
      { payload: encoded.payload, sequence: 1 },
      { payload: other.payload, sequence: 2 },
    ];
    const hidden = { ref: 5, minTimeMs: 1, maxTimeMs: 1, throughSequence: 1 };
    const rules = { tombstones: [hidden], effort: 'fast' as const };
    assert.deepEqual(await packer.merge(sources, rules), mergeChunks(sources, rules));
    assert.ok(encoded.payload.length > 0, 'the sources are still the caller’s');
    const all = { ref: 5, minTimeMs: 0, maxTimeMs: 9, throughSequence: 2 };
    assert.equal(await packer.merge(sources, { ...rules, tombstones: [all] }), undefined);
  });

  it('says which sources of a merge are damaged, and goes on', async () => {
    const packer = open();
    const good = { payload: chunkOf([[5, [[1, 10]]]]).payload, sequence: 1 };
    const bad = { payload: new Uint8Array([0xff, 0xff, 0xff, 0xff]), sequence: 2 };
    const rules = { tombstones: [], effort: 'fast' as const };
    await assert.rejects(packer.merge([good, bad], rules), (error) => {
      assert.ok(error instanceof DamagedSources);
      assert.deepEqual(
        error.sources.map(({ at }) => at),
        [1],
      );
      return true;
    });
    assert.equal((await packer.merge([good], rules))?.samples, 1);
  });

  it('refuses more calls than its bound', async () => {
    const packer = open({ callsMax: 2 });
    const first = packer.encode(groupOfOne(), 'fast');
    const second = packer.encode(groupOfOne(), 'fast');
    await assert.rejects(packer.encode(groupOfOne(), 'fast'), { code: 'storage_packer_busy' });
    await Promise.all([first, second]);
    await packer.encode(groupOfOne(), 'fast');
  });

  it('fails the calls in flight when its thread dies, starts another once, then only after a pause', async () => {
    let nowMs = 0;
    const packer = open({ workerUrl: DYING, monotonicMs: () => nowMs });
    const inFlight = [packer.encode(groupOfOne(), 'fast'), packer.encode(groupOfOne(), 'fast')];
    for (const call of inFlight) await assert.rejects(call, { code: 'storage_packer_lost' });
    await assert.rejects(packer.encode(groupOfOne(), 'fast'), { code: 'storage_packer_lost' });

    const kept = groupOfOne();
    await assert.rejects(packer.encode(kept, 'fast'), { code: 'storage_packer_lost' });
    assert.equal(kept.timesMs.length, 2, 'no thread was started, so nothing moved to it');
    nowMs += 60_000;
    const moved = groupOfOne();
    await assert.rejects(packer.encode(moved, 'fast'), { code: 'storage_packer_lost' });
    assert.equal(moved.timesMs.length, 0, 'a new thread took it, and died');
  });

  it('fails what waits when it is closed, and takes no more', async () => {
    const packer = open();
    const waiting = packer.encode(groupOfOne(), 'fast');
    const failed = assert.rejects(waiting, { code: 'storage_closed' });
    await packer.close();
    await failed;
    await assert.rejects(packer.encode(groupOfOne(), 'fast'), { code: 'storage_closed' });
  });
});
