import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NativeHistogram } from '../../model/batch.ts';
import { SteadyClock } from '../../model/clock.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import { bitsOf, writeStaleAt } from '../../model/staleness.ts';
import type { SelectRequest, SeriesSamples, Store } from '../interface.ts';
import type { StoreLimits } from './limits.ts';
import { openEmbeddedStore } from './open.ts';

const START_MS = 1_700_000_000_000;
const EVERYTHING = { matchers: [], minTimeMs: 0, maxTimeMs: 2 * START_MS };

async function open(context: TestContext, limits: Partial<StoreLimits> = {}): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'chainpulse-reader-'));
  const clock = new SteadyClock();
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock, limits });
  context.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

function resolve(store: Store, count: number): Promise<Uint32Array> {
  return store.resolveSeries(Array.from({ length: count }, (_, at) => labelsFromRecord({ __name__: `series_${at}` })));
}

/** Whole numbers, hundredths, fractions, a constant. */
function valueAt(series: number, at: number): number {
  return [at * at, (at % 7) / 100, Math.sqrt(at), 5][series]!;
}

async function read(store: Store, request: SelectRequest): Promise<SeriesSamples[]> {
  const found: SeriesSamples[] = [];
  for await (const series of store.select(request)) found.push(series);
  return found;
}

test('series with the same times get one column of them where it is asked for', async (context) => {
  const store = await open(context);
  const refs = await resolve(store, 4);
  for (const timestampsMs of [START_MS, START_MS + 1000]) {
    await store.append({ refs: refs.slice(0, 3), timestampsMs, values: Float64Array.of(1, 2, 3) });
  }
  await store.append({
    refs: Uint32Array.of(refs[3]!, refs[3]!),
    timestampsMs: Float64Array.of(START_MS, START_MS + 2000),
    values: Float64Array.of(4, 5),
  });
  const apart = await read(store, EVERYTHING);
  const shared = await read(store, { ...EVERYTHING, sharesTimes: true });
  assert.deepEqual(shared, apart);
  assert.equal(new Set(apart.map(({ timestampsMs }) => timestampsMs.buffer)).size, 4);
  assert.equal(new Set(shared.map(({ timestampsMs }) => timestampsMs)).size, 2);
});

test('values may lie in memory that is used again', async (context) => {
  const store = await open(context);
  const refs = await resolve(store, 3);
  for (const timestampsMs of [START_MS, START_MS + 1000]) {
    await store.append({ refs: refs.slice(), timestampsMs, values: Float64Array.of(1, 2, Number.NaN) });
  }
  const seen: number[][] = [];
  const buffers = new Set<ArrayBufferLike>();
  for await (const { values } of store.select({ ...EVERYTHING, reusesValues: true })) {
    seen.push([...values]);
    buffers.add(values.buffer);
  }
  assert.deepEqual(seen, [
    [1, 1],
    [2, 2],
    [Number.NaN, Number.NaN],
  ]);
  assert.equal(buffers.size, 1);
});

test('gives the same, to the bit, however often it is asked, for any stretch, from chunks and heads', async (context) => {
  const count = 300;
  const store = await open(context, { headSamplesMax: 250, headAgeMaxMs: 0 });
  const refs = await resolve(store, 4);
  const columns = [0, 1, 2, 3].map((series) => Float64Array.from({ length: count }, (_, at) => valueAt(series, at)));
  const bits = bitsOf(columns[3]!);
  for (let at = 10; at < count; at += 50) writeStaleAt(bits, at);
  for (let at = 0; at < count; at++) {
    const values = Float64Array.from(columns, (column) => column[at]!);
    if (at % 50 === 10) writeStaleAt(bitsOf(values), 3);
    await store.append({ refs: refs.slice(), timestampsMs: START_MS + 1000 * at, values });
    if (at % 100 === 99) await store.maintain(START_MS + 1000 * at);
  }
  assert.ok(store.stats().chunks > 0 && store.stats().headSamples > 0);
  const ranges = [
    [0, count],
    [20, 40],
    [90, 110],
    [count - 3, count],
  ] as const;
  for (let round = 0; round < 4; round++) {
    for (const [from, to] of ranges) {
      const range = { matchers: [], minTimeMs: START_MS + 1000 * from, maxTimeMs: START_MS + 1000 * to - 1 };
      const seen: Uint32Array[] = [];
      const times = new Set<Float64Array>();
      for await (const series of store.select({ ...range, sharesTimes: true, reusesValues: true })) {
        seen.push(bitsOf(series.values.slice()));
        times.add(series.timestampsMs);
        assert.equal(series.timestampsMs[0], range.minTimeMs);
      }
      assert.deepEqual(
        seen,
        columns.map((column) => bitsOf(column.slice(from, to))),
      );
      assert.equal(times.size, 1);
    }
  }
});

test('native histograms and the markers between them are the same from a chunk as from the head', async (context) => {
  const buckets = 16;
  const store = await open(context, { headAgeMaxMs: 0 });
  const refs = await resolve(store, 1);
  const histograms = [0, 1, 2, 3].map((row) => {
    const positiveCounts = Float64Array.from(
      { length: buckets },
      (_, at) => (row + 1) * (at + 2) + ((row * 7 + at * at * 3) % 11),
    );
    return { row, histogram: { ...exponentialHistogram(positiveCounts), sum: row } };
  });
  const values = new Float64Array(6);
  writeStaleAt(bitsOf(values), 4);
  values[5] = 7.25;
  const timestampsMs = Float64Array.from(values, (_, at) => START_MS + 1000 * at);
  await store.append({ refs: new Uint32Array(6).fill(refs[0]!), timestampsMs, values, histograms });
  const fromHead = await read(store, EVERYTHING);
  assert.deepEqual(bitsOf(fromHead[0]!.values), bitsOf(values.slice(4)));
  await store.maintain(START_MS + 4_000_000);
  assert.equal(store.stats().headSamples, 0);
  for (let round = 0; round < 3; round++) {
    const fromChunk = await read(store, EVERYTHING);
    assert.deepEqual(fromChunk, fromHead);
    assert.deepEqual(bitsOf(fromChunk[0]!.values), bitsOf(fromHead[0]!.values));
  }
});

test('a reading that nobody wants any more ends', async (context) => {
  const store = await open(context);
  const count = 30_000;
  const refs = await resolve(store, count);
  await store.append({ refs, timestampsMs: START_MS, values: new Float64Array(count) });
  let asked = 0;
  const found = await read(store, { ...EVERYTHING, isAbandoned: () => ++asked > 1 });
  assert.equal(asked, 2);
  assert.ok(found.length < count);
  assert.equal((await read(store, { ...EVERYTHING, isAbandoned: () => false })).length, count);
});

test('a question about labels that nobody waits for any more fails, and is no fault of the store', async (context) => {
  const store = await open(context);
  const count = 30_000;
  const refs = await resolve(store, count);
  await store.append({ refs, timestampsMs: START_MS, values: new Float64Array(count) });
  const matcherSets = [[{ name: '__name__', operator: '=~', value: 'series_.*[0-9]' }]] as const;
  const request = { minTimeMs: 0, maxTimeMs: 2 * START_MS, matcherSets, limit: 0 };
  const abandoned = { ...request, isAbandoned: () => true };
  for (const question of [
    () => store.series(abandoned),
    () => store.labelNames(abandoned),
    () => store.labelValues('__name__', abandoned),
  ]) {
    await assert.rejects(question(), { code: 'read_abandoned' });
  }
  assert.equal(store.stats().errorsTotal.read, 0);
  assert.equal((await store.series(request)).length, count);
});

function exponentialHistogram(positiveCounts: Float64Array): NativeHistogram {
  return {
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: positiveCounts.reduce((sum, count) => sum + count, 0),
    sum: 0,
    positiveSpans: [{ offset: 0, length: positiveCounts.length }],
    positiveCounts,
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
  };
}
