import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { SteadyClock } from '../../model/clock.ts';
import { labelsFromRecord } from '../../model/labels.ts';
import type { SelectRequest, SeriesSamples, Store } from '../interface.ts';
import { openEmbeddedStore } from './open.ts';

const START_MS = 1_700_000_000_000;
const EVERYTHING = { matchers: [], minTimeMs: 0, maxTimeMs: 2 * START_MS };

async function open(context: TestContext): Promise<Store> {
  const directory = await mkdtemp(join(tmpdir(), 'chainpulse-reader-'));
  const clock = new SteadyClock();
  const store = await openEmbeddedStore({ directory, retentionMs: undefined, durability: 'normal', clock });
  context.after(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });
  return store;
}

function resolve(store: Store, count: number): Promise<Uint32Array> {
  return store.resolveSeries(Array.from({ length: count }, (_, at) => labelsFromRecord({ __name__: `series_${at}` })));
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
