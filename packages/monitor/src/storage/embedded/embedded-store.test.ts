import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { labelsFromRecord } from '../../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../../model/staleness.ts';
import { describeStore } from '../compliance.ts';
import type { Store } from '../interface.ts';
import type { StoreLimits } from './limits.ts';
import { openEmbeddedStore } from './open.ts';

/** Limits that seal as soon as maintenance is asked for. */
const EAGER: Partial<StoreLimits> = { headAgeMaxMs: 0 };

for (const [name, limits] of [
  ['the embedded store', {}],
  ['the embedded store that seals all the time', { headSamplesMax: 1, headAgeMaxMs: 0, chunkCacheBytes: 0 }],
] as const) {
  describeStore(name, async ({ nowMs, retentionMs }) => {
    const directory = mkdtempSync(join(tmpdir(), 'chainpulse-store-'));
    const options = { directory, retentionMs, durability: 'normal', clock: { nowMs: () => nowMs }, limits } as const;
    let store = await openEmbeddedStore(options);
    return {
      store,
      restart: async () => {
        await store.close();
        store = await openEmbeddedStore(options);
        return store;
      },
      dispose: async () => {
        await store.close();
        await rm(directory, { recursive: true });
      },
    };
  });
}

/** So many that sealing them takes several turns on any machine. */
const SEALED_SERIES = 20_000;

describe('the embedded store', () => {
  const startMs = 1_700_000_000_000;
  const retentionMs = 60_000;
  let nowMs: number;
  let directory: string;
  let store: Store;
  const open = async (limits: Partial<StoreLimits> = EAGER, retention?: number) =>
    (store = await openEmbeddedStore({
      directory,
      retentionMs: retention,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      limits,
    }));
  const restart = async (limits?: Partial<StoreLimits>, retention?: number) => {
    await store.close();
    return open(limits, retention);
  };
  const resolve = async (name: string) => (await store.resolveSeries([labelsFromRecord({ __name__: name })]))[0]!;
  const append = (refs: readonly number[], timestampsMs: number, value: number) =>
    store.append({ refs: Uint32Array.from(refs), timestampsMs, values: new Float64Array(refs.length).fill(value) });
  const read = async (name: string) => {
    const matchers = [{ name: '__name__', operator: '=', value: name }] as const;
    const found: [number, number][] = [];
    for await (const { timestampsMs, values } of store.select({ minTimeMs: -1e15, maxTimeMs: 1e15, matchers })) {
      for (const [index, timestampMs] of timestampsMs.entries()) found.push([timestampMs, values[index]!]);
    }
    return found;
  };

  beforeEach(() => {
    nowMs = startMs;
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-store-'));
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('moves the head into blocks without changing what is read, and knows the latest sample of sealed series', async () => {
    await open();
    const ref = await resolve('a');
    const expected: [number, number][] = [];
    for (let step = 0; step < 30; step++) {
      await append([ref], startMs + step, step);
      expected.push([startMs + step, step]);
      if (step % 7 === 6) await store.maintain(nowMs);
      assert.deepEqual(await read('a'), expected);
    }
    await store.maintain(nowMs);
    assert.equal(store.stats().headSamples, 0);
    assert.equal(store.stats().sizeBytes.head, 0);
    await restart();
    assert.deepEqual(await read('a'), expected);
    assert.equal((await append([ref], startMs + 29, 29)).acceptedSamples, 1);
    assert.equal((await append([ref], startMs + 29, 30)).rejectedSamples.duplicate, 1);
    assert.equal((await append([ref], startMs + 28, 28)).rejectedSamples.out_of_order, 1);
    assert.deepEqual(await read('a'), expected);
  });

  it('keeps the bits of stale markers through a seal', async () => {
    await open();
    const values = Float64Array.of(1);
    writeStaleAt(bitsOf(values), 0);
    await store.append({ refs: Uint32Array.of(await resolve('a')), timestampsMs: startMs, values });
    await store.maintain(nowMs);
    await restart();
    for await (const series of store.select({ minTimeMs: 0, maxTimeMs: 1e15, matchers: [] })) {
      assert.ok(isStaleAt(bitsOf(series.values), 0));
    }
    assert.equal((await store.append({ refs: Uint32Array.of(1), timestampsMs: startMs, values })).acceptedSamples, 1);
  });

  it('reads the same while a seal is going on, and appends in between', async () => {
    await open({ headAgeMaxMs: 0 });
    const refs = await store.resolveSeries(
      Array.from({ length: 2000 }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
    );
    for (let step = 0; step < 20; step++) await append([...refs], startMs + step, step);
    const sealed = store.maintain(nowMs);
    let step = 20;
    let isSealing = true;
    void sealed.finally(() => (isSealing = false));
    do {
      await append([...refs], startMs + step, step);
      step++;
      for await (const { values } of store.select({ minTimeMs: 0, maxTimeMs: 1e15, matchers: [] })) {
        assert.ok(values.length === step && values.every((value, index) => value === index));
      }
    } while (isSealing);
    await sealed;
    assert.equal(store.stats().headSamples, 2000 * (step - 20));
  });

  it('is whole in every state that a seal leaves the file in between two turns', async () => {
    await open();
    const refs = await store.resolveSeries(
      Array.from({ length: SEALED_SERIES }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
    );
    for (let step = 0; step < 5; step++) {
      const values = Float64Array.from(refs, (ref) => ref + step);
      await store.append({ refs, timestampsMs: startMs + step, values });
    }
    const copies: string[] = [];
    let isSealing = true;
    void store.maintain(nowMs).finally(() => (isSealing = false));
    while (isSealing) {
      const copy = join(directory, `copy${copies.length}`);
      // By another process: one that closes the file would lose the store's lock.
      const script = 'mkdir "$1" && cp "$0/chainpulse.db" "$0/chainpulse.db-wal" "$1"';
      assert.equal(spawnSync('sh', ['-c', script, directory, copy]).status, 0);
      copies.push(copy);
      await setImmediate();
    }
    assert.ok(copies.length >= 3, `${copies.length}`);
    await store.close();
    const original = directory;
    for (directory of copies) {
      await open();
      const found = await read('m');
      assert.equal(found.length, 5 * SEALED_SERIES, directory);
      assert.ok((await append([...refs], startMs + 4, -1)).rejectedSamples.duplicate === SEALED_SERIES, directory);
      await store.maintain(nowMs);
      assert.deepEqual(await read('m'), found, directory);
      await store.close();
    }
    directory = original;
  });

  it('does not take up what an interrupted seal left of another block with the same number', async () => {
    await open();
    const names = Array.from({ length: 40 }, (_, index) => labelsFromRecord({ __name__: `m${index}` }));
    const refs = await store.resolveSeries(names);
    await append([...refs], startMs, 1);
    await store.maintain(nowMs);
    await store.close();
    const database = new DatabaseSync(join(directory, 'chainpulse.db'));
    database.exec('INSERT INTO chunks SELECT id + 134217728, data FROM chunks');
    database.close();
    await open({ ...EAGER, fullCheckMaxBytes: 0 });
    await append([refs[39]!], startMs + 1, 2);
    await store.maintain(nowMs);
    assert.deepEqual(await read('m0'), [[startMs, 1]]);
    assert.equal((await read('m39')).length, 2);
  });

  it('seals by itself when the head is full', async () => {
    await open({ headSamplesMax: 100 });
    const ref = await resolve('a');
    for (let step = 0; step < 1000; step++) await append([ref], startMs + step, step);
    assert.ok(store.stats().headSamples <= 300);
    assert.equal((await read('a')).length, 1000);
    while (store.stats().headSamples >= 100) await setImmediate();
    // The rows of the log that the blocks made void have not been deleted yet.
    await restart({ headSamplesMax: 100 });
    assert.equal((await read('a')).length, 1000);
  });

  it('deletes blocks and series that are older than the retention, and never gives their references out again', async () => {
    await open(EAGER, retentionMs);
    const old = await resolve('old');
    const both = await resolve('both');
    await append([old, both], startMs, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 50_000;
    await append([both], nowMs, 2);
    await store.maintain(nowMs);
    assert.equal(store.stats().totalSeries, 2);
    nowMs = startMs + retentionMs + 1;
    await store.maintain(nowMs);
    assert.equal(store.stats().totalSeries, 1);
    assert.deepEqual(await read('both'), [[startMs + 50_000, 2]]);
    assert.equal(store.stats().oldestTimeMs, startMs + 50_000);
    const refs = [old, both, await resolve('new'), await resolve('old')];
    // What is not used is deleted at each of these starts, the greatest reference among it.
    for (let start = 0; start < 3; start++) {
      await restart(EAGER, retentionMs);
      await restart(EAGER, retentionMs);
      refs.push(await resolve(`new${start}`));
    }
    assert.equal(new Set(refs).size, refs.length);
  });

  it('takes samples by a reference whose series the retention has deleted since, as one series', async () => {
    await open(EAGER, retentionMs);
    const ref = await resolve('away');
    await append([ref], startMs, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 10 * retentionMs;
    await store.maintain(nowMs);
    assert.equal(store.stats().totalSeries, 0);
    assert.equal((await append([ref], nowMs, 2)).acceptedSamples, 1);
    const again = await resolve('away');
    assert.notEqual(again, ref);
    assert.equal((await append([again], nowMs + 1, 3)).acceptedSamples, 1);
    assert.equal((await append([ref], nowMs + 1, 3)).acceptedSamples, 1);
    assert.equal((await append([ref], nowMs, 2)).rejectedSamples.out_of_order, 1);
    await restart(EAGER, retentionMs);
    assert.deepEqual(await read('away'), [
      [nowMs, 2],
      [nowMs + 1, 3],
    ]);
  });

  it('does not take a sample for stored whose batch found the disk full when it made a deleted series anew', async () => {
    const limits = { ...EAGER, fileMaxBytes: 200 * 1024 };
    await open(limits, retentionMs);
    const [away, steady] = [await resolve(`away${'y'.repeat(500)}`), await resolve('steady')];
    await append([away], startMs, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 10 * retentionMs;
    await store.maintain(nowMs);
    const fill = async () => {
      for (;;) await resolve(`filler${Math.random()}${'x'.repeat(400)}`);
    };
    await assert.rejects(fill(), { code: 'storage_full' });
    await assert.rejects(append([steady, away], nowMs, 2), { code: 'storage_full' });
    const again = await append([steady], nowMs, 2).catch(() => undefined);
    await restart(EAGER, retentionMs);
    assert.deepEqual(await read('steady'), again === undefined ? [] : [[nowMs, 2]]);
  });

  it('uses the place of a deleted series again without mixing it up with the new one', async () => {
    await open(EAGER, retentionMs);
    for (let round = 0; round < 5; round++) {
      const labels = Array.from({ length: 300 }, (_, index) =>
        labelsFromRecord({ __name__: 'churn', shared: 'yes', round: String(round), index: String(index) }),
      );
      const refs = await store.resolveSeries(labels);
      await store.append({ refs, timestampsMs: nowMs, values: Float64Array.from(refs) });
      await store.maintain(nowMs);
      const seen = new Set<string>();
      const matchers = [{ name: 'shared', operator: '=~', value: 'y.*' }] as const;
      for await (const series of store.select({ matchers, minTimeMs: nowMs, maxTimeMs: nowMs })) {
        seen.add(JSON.stringify(series.labels));
      }
      assert.deepEqual(seen, new Set(labels.map((each) => JSON.stringify(each))));
      nowMs += retentionMs + 1;
      await store.maintain(nowMs);
      assert.equal(store.stats().totalSeries, 0);
    }
    await store.close();
    const file = new DatabaseSync(join(directory, 'chainpulse.db'), { readOnly: true });
    for (const table of ['series', 'latest', 'blocks', 'chunks', 'batches']) {
      assert.equal(file.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'], 0, table);
    }
    file.close();
  });

  it('forgets series that never got a sample at the next start', async () => {
    await open();
    const unused = await resolve('unused');
    await restart();
    assert.equal(store.stats().totalSeries, 0);
    assert.ok((await resolve('other')) > unused);
  });

  it('gives reference 0 to a series beyond the limits, and keeps serving the others', async () => {
    await open({ seriesMax: 2, labelsPerSeriesMax: 2, labelNameLengthMax: 8, labelValueLengthMax: 5 });
    const refs = await store.resolveSeries([
      labelsFromRecord({ __name__: 'toolong' }),
      labelsFromRecord({ __name__: 'a', b: 'b', c: 'c' }),
      labelsFromRecord({ name_too_long: 'a' }),
      labelsFromRecord({ __name__: 'one' }),
      labelsFromRecord({ __name__: 'two' }),
      labelsFromRecord({ __name__: 'three' }),
      labelsFromRecord({ __name__: 'one' }),
    ]);
    assert.deepEqual([...refs], [0, 0, 0, 1, 2, 0, 1]);
    assert.deepEqual((await append([...refs], startMs, 1)).rejectedSamples.series_limit, 4);
  });

  it('refuses a batch that is larger than the limit, whole', async () => {
    await open({ batchSamplesMax: 2 });
    const ref = await resolve('a');
    await assert.rejects(append([ref, ref, ref], startMs, 1), { code: 'storage_batch_too_large' });
    assert.deepEqual(await read('a'), []);
  });

  it('stores nothing of a batch that finds the disk full, and goes on when there is space again', async () => {
    await open({ fileMaxBytes: 200 * 1024 });
    const refs = await store.resolveSeries(
      Array.from({ length: 300 }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
    );
    let stored = 0;
    const random = () => ({
      refs,
      timestampsMs: startMs + stored,
      values: Float64Array.from(refs, () => Math.random()),
      metadata: [{ name: `m${stored}`, type: 'gauge', help: '', unit: '' } as const],
    });
    const fill = async () => {
      for (; stored < 10_000; stored++) await store.append(random());
    };
    await assert.rejects(fill(), { code: 'storage_full', message: /chainpulse\.db/ });
    assert.ok(stored > 10);
    assert.equal((await read('m')).length, 300 * stored);
    assert.equal((await store.metadata('', 0)).length, stored);
    await assert.rejects(store.append(random()), { code: 'storage_full' });
    assert.equal(store.stats().errorsTotal.append, 2);
    await restart({});
    assert.equal((await read('m')).length, 300 * stored);
    assert.equal((await store.append(random())).acceptedSamples, 300);
  });

  it('rejects an append on a disk that is full in earnest, and goes on when there is space', async (t) => {
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory]);
    if (mounted.status !== 0) {
      t.skip('needs the right to mount a small file system');
      await open();
      return;
    }
    try {
      await open();
      const refs = await store.resolveSeries(
        Array.from({ length: 1000 }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
      );
      let stored = 0;
      const appendRandom = () =>
        store.append({ refs, timestampsMs: startMs + stored, values: Float64Array.from(refs, () => Math.random()) });
      await assert.rejects(
        async () => {
          for (; stored < 1000; stored++) await appendRandom();
        },
        { code: 'storage_full' },
      );
      assert.equal((await read('m')).length, 1000 * stored);
      spawnSync('mount', ['-o', 'remount,size=16m', directory]);
      assert.equal((await appendRandom()).acceptedSamples, 1000);
      await restart();
      assert.equal((await read('m')).length, 1000 * (stored + 1));
    } finally {
      await store.close();
      spawnSync('umount', [directory]);
      await open();
    }
  });

  it('keeps label values that UTF-8 cannot say', async () => {
    await open();
    const labels = labelsFromRecord({ __name__: 'a', b: '\0\ud800 "\\\n', 'c\u{1f600}': '\xff' });
    const [ref] = await store.resolveSeries([labels]);
    await append([ref!], startMs, 1);
    await restart();
    assert.deepEqual(await store.series({ minTimeMs: 0, maxTimeMs: 1e15, matcherSets: [], limit: 0 }), [labels]);
    assert.deepEqual([...(await store.resolveSeries([labels]))], [ref]);
  });
});
