import assert from 'node:assert/strict';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { labelsFromRecord } from '../../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../../model/staleness.ts';
import type { LocalStore } from '../interface.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import type { StoreLimits } from './limits.ts';
import { FILE_NAME, openEmbeddedStore } from './open.ts';
import { copyFile } from './testing/full-file.ts';

/** Limits that seal as soon as maintenance is asked for. */
const EAGER: Partial<StoreLimits> = { headAgeMaxMs: 0 };
/** In so many groups that sealing and merging them takes many turns. */
const SEALED_SERIES = 4000;
/** So many that cooling them down takes several pieces. */
const COOLED_SERIES = 20_000;

describe('the embedded store', () => {
  const startMs = 1_700_000_000_000;
  const retentionMs = 60_000;
  let nowMs: number;
  let directory: string;
  let store: LocalStore;
  const open = async (limits: Partial<StoreLimits> = EAGER, retention?: number) =>
    (store = await openEmbeddedStore({
      directory,
      retentionMs: retention,
      durability: 'normal',
      clock: { nowMs: () => nowMs },
      packer: new InlinePacker(),
      onNotice: (notice) => assert.fail(notice),
      limits,
    }));
  const restart = async (limits?: Partial<StoreLimits>, retention?: number) => {
    await store.close();
    return open(limits, retention);
  };
  /** Goes on with what a kill at this moment would have left. */
  const killAndRestart = async (limits?: Partial<StoreLimits>) => {
    const left = join(directory, 'left');
    copyFile(directory, left);
    await store.close();
    await rm(join(directory, FILE_NAME));
    copyFile(left, directory);
    return open(limits);
  };
  const resolve = async (name: string) => (await store.resolveSeries([labelsFromRecord({ __name__: name })]))[0]!;
  const resolveMany = (count: number) =>
    store.resolveSeries(
      Array.from({ length: count }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
    );
  const append = (refs: Iterable<number>, timestampsMs: number, value: number) => {
    const own = Uint32Array.from(refs);
    return store.append({ refs: own, timestampsMs, values: new Float64Array(own.length).fill(value) });
  };
  const read = async (name: string) => {
    const matchers = [{ name: '__name__', operator: '=', value: name }] as const;
    const found: [number, number][] = [];
    for await (const { timestampsMs, values } of store.select({ minTimeMs: -1e15, maxTimeMs: 1e15, matchers })) {
      for (const [index, timestampMs] of timestampsMs.entries()) found.push([timestampMs, values[index]!]);
    }
    return found;
  };
  const deleteAll = (name: string) =>
    store.deleteSeries({
      matcherSets: [[{ name: '__name__', operator: '=', value: name }]],
      minTimeMs: Number.NEGATIVE_INFINITY,
      maxTimeMs: Number.POSITIVE_INFINITY,
    });

  beforeEach(() => {
    nowMs = startMs;
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-store-'));
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('moves the head into chunks without changing what is read, and keeps the first of two samples of a time', async () => {
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
    await append([ref], startMs + 29, 30);
    await append([ref], startMs + 3, 99);
    assert.deepEqual(await read('a'), expected);
    await store.maintain(nowMs);
    await restart();
    assert.deepEqual(await read('a'), expected);
  });

  it('keeps the bits of stale markers through a seal', async () => {
    await open();
    const values = Float64Array.of(1);
    writeStaleAt(bitsOf(values), 0);
    await store.append({ refs: Uint32Array.of(await resolve('a')), timestampsMs: startMs, values });
    await store.maintain(nowMs);
    await restart();
    let series = 0;
    for await (const { values: found } of store.select({ minTimeMs: 0, maxTimeMs: 1e15, matchers: [] })) {
      assert.ok(isStaleAt(bitsOf(found), 0));
      series++;
    }
    assert.equal(series, 1);
  });

  it('reads the same while a seal is going on, and appends in between', async () => {
    await open();
    const refs = await resolveMany(2000);
    for (let step = 0; step < 20; step++) await append(refs, startMs + step, step);
    const sealed = store.maintain(nowMs);
    let step = 20;
    let isSealing = true;
    void sealed.finally(() => (isSealing = false));
    do {
      await append(refs, startMs + step, step);
      step++;
      for await (const { values } of store.select({ minTimeMs: 0, maxTimeMs: 1e15, matchers: [] })) {
        assert.ok(values.length === step && values.every((value, index) => value === index));
      }
    } while (isSealing);
    await sealed;
    assert.equal(store.stats().headSamples, 2000 * (step - 20));
  });

  it('is whole in every state that a seal and a merge leave the file in between two turns', async () => {
    await open();
    const refs = await resolveMany(SEALED_SERIES);
    const copies: string[] = [];
    for (let step = 0; step < 8; step++) {
      await store.append({
        refs: refs.slice(),
        timestampsMs: startMs + step,
        values: Float64Array.from(refs, (ref) => ref + step),
      });
      // The eighth seal is followed by a merge of all.
      if (step < 7) {
        await store.maintain(nowMs);
        continue;
      }
      let isBusy = true;
      void store.maintain(nowMs).finally(() => (isBusy = false));
      for (let turn = 0; isBusy; turn++) {
        if (turn % 8 === 0) {
          copies.push(join(directory, `copy${copies.length}`));
          copyFile(directory, copies.at(-1)!);
        }
        await setImmediate();
      }
    }
    assert.ok(copies.length >= 3, `${copies.length}`);
    await store.close();
    const original = directory;
    for (directory of copies) {
      await open();
      const found = await read('m');
      assert.equal(found.length, 8 * SEALED_SERIES, directory);
      await store.maintain(nowMs);
      assert.deepEqual(await read('m'), found, directory);
      await store.close();
    }
    directory = original;
  });

  it('seals by itself when the head is full', async () => {
    await open({ headSamplesMax: 100 });
    const ref = await resolve('a');
    for (let step = 0; step < 1000; step++) await append([ref], startMs + step, step);
    assert.ok(store.stats().headSamples <= 300);
    assert.equal((await read('a')).length, 1000);
    while (store.stats().headSamples >= 100) await setImmediate();
    // The rows of the log that the chunks made void have not been deleted yet.
    await killAndRestart({ headSamplesMax: 100 });
    assert.equal((await read('a')).length, 1000);
  });

  it('deletes chunks and series that are older than the retention, and never gives their references out again', async () => {
    await open({ ...EAGER, idleAfterMs: 1000 }, retentionMs);
    const [old, both] = [await resolve('old'), await resolve('both')];
    await append([old, both], startMs, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 50_000;
    await append([both], nowMs, 2);
    await store.maintain(nowMs);
    assert.equal(store.stats().totalSeries, 2);
    nowMs = startMs + 2 * retentionMs - 10_001;
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

  it('tells a source whose series is gone, and takes it again under another reference, as one series', async () => {
    await open({ ...EAGER, idleAfterMs: 1000 });
    const ref = await resolve('away');
    await append([ref], startMs, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 120_000;
    await store.maintain(nowMs);
    assert.deepEqual([store.stats().activeSeries, store.stats().totalSeries], [0, 1]);
    assert.equal((await append([ref], nowMs, 2)).rejectedSamples.unknown_series, 1);
    const again = await resolve('away');
    assert.notEqual(again, ref);
    assert.equal((await append([again], nowMs, 2)).acceptedSamples, 1);
    const expected = [
      [startMs, 1],
      [nowMs, 2],
    ];
    assert.deepEqual(await read('away'), expected);
    await killAndRestart();
    assert.deepEqual(await read('away'), expected);
  });

  it('keeps a series in memory that gets a late sample while idle ones leave it', async () => {
    await open({ ...EAGER, idleAfterMs: 1000 });
    const refs = await resolveMany(COOLED_SERIES);
    await append(refs, startMs + 1000, 1);
    await store.maintain(nowMs);
    nowMs = startMs + 120_000;
    let isCooling = true;
    const cooled = store.maintain(nowMs).finally(() => (isCooling = false));
    // As soon as some have left, the last ones get a sample that is older than their latest.
    while (isCooling && store.stats().activeSeries === COOLED_SERIES) await setImmediate();
    assert.ok(store.stats().activeSeries > 100, 'they all left in one turn');
    const { acceptedSamples, rejectedSamples } = await append(refs.slice(-100), startMs, 2);
    assert.equal(acceptedSamples + rejectedSamples.unknown_series, 100);
    assert.ok(acceptedSamples > 0);
    await cooled;
    assert.equal((await read('m')).length, COOLED_SERIES + acceptedSamples);
    await killAndRestart();
    assert.equal((await read('m')).length, COOLED_SERIES + acceptedSamples);
  });

  it('keeps a series that gets a sample while it is deleted with many others', async () => {
    await open();
    const refs = await resolveMany(COOLED_SERIES);
    await append(refs, startMs, 1);
    let isDeleting = true;
    const deleted = deleteAll('m').finally(() => (isDeleting = false));
    while (isDeleting && store.stats().totalSeries === COOLED_SERIES) await setImmediate();
    assert.ok(store.stats().totalSeries > 100, 'they all went in one turn');
    const { acceptedSamples } = await append(refs.slice(-100), startMs + 1, 2);
    assert.ok(acceptedSamples > 0);
    assert.equal(await deleted, COOLED_SERIES);
    const kept = Array.from({ length: acceptedSamples }, () => [startMs + 1, 2]);
    assert.deepEqual(await read('m'), kept);
    await killAndRestart();
    assert.deepEqual(await read('m'), kept);
  });

  it('ends a deletion also while samples never cease', async () => {
    await open();
    const [deleted, other] = [await resolve('deleted'), await resolve('other')];
    await append([deleted], startMs, 1);
    let isDeleting = true;
    const done = deleteAll('deleted').finally(() => (isDeleting = false));
    let step = 0;
    for (; isDeleting && step < 10_000; step++) {
      await append([other], startMs + step, step);
      await setImmediate();
    }
    await done;
    assert.ok(step < 10_000);
    assert.deepEqual(await read('deleted'), []);
    assert.equal((await read('other')).length, step);
  });

  it('uses the place of a deleted series again without mixing it up with the new one', async () => {
    await open({ ...EAGER, idleAfterMs: 1000 }, retentionMs);
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
      nowMs += 2 * retentionMs;
      // Idle ones leave the memory in one turn of the upkeep, and the disk in the next.
      await store.maintain(nowMs);
      await store.maintain(nowMs);
      assert.equal(store.stats().totalSeries, 0);
    }
    await store.maintain(nowMs);
    await store.close();
    const file = new DatabaseSync(join(directory, FILE_NAME), { readOnly: true });
    for (const table of ['series_segments', 'series_data', 'chunks', 'chunk_data', 'discarded', 'log_pages']) {
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
    assert.deepEqual((await append(refs, startMs, 1)).rejectedSamples.series_limit, 4);
  });

  it('refuses a batch that is larger than the limit, whole', async () => {
    await open({ batchSamplesMax: 2 });
    const ref = await resolve('a');
    await assert.rejects(append([ref, ref, ref], startMs, 1), { code: 'storage_batch_too_large' });
    assert.deepEqual(await read('a'), []);
  });

  it('copies itself while samples come, and the copy has all that was there before', async () => {
    await open({ headSamplesMax: 1000 });
    const refs = await resolveMany(300);
    let step = 0;
    const appendStep = () => append(refs, startMs + step, step++);
    while (step < 30) await appendStep();
    let isCopying = true;
    const copied = store.copyTo(join(directory, 'copy')).finally(() => (isCopying = false));
    while (isCopying) await appendStep();
    await copied;
    const steps = step;
    await store.close();
    directory = join(directory, 'copy');
    await open();
    const found = await read('m');
    assert.ok(found.length >= 300 * 30 && found.length <= 300 * steps && found.length % 300 === 0, `${found.length}`);
    await store.close();
    directory = join(directory, '..');
  });

  it('leaves no copy that is not whole', async () => {
    await open();
    await append(await resolveMany(5000), startMs, 1);
    const target = join(directory, 'copy');
    const copied = store.copyTo(target);
    await store.close();
    await copied.catch(({ code }: { code: string }) => assert.equal(code, 'storage_closed'));
    if (existsSync(join(target, FILE_NAME))) {
      directory = target;
      await open();
      assert.equal((await read('m')).length, 5000);
      await store.close();
      directory = join(target, '..');
    }
    assert.ok(!existsSync(join(target, `${FILE_NAME}.unfinished`)));
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
