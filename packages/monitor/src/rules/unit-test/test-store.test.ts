import assert from 'node:assert/strict';
import { test } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../../model/staleness.ts';
import { TestStore } from './test-store.ts';

const NAME: Matcher = { name: '__name__', operator: '=', value: 'm' };

async function filled(): Promise<{ readonly store: TestStore; readonly ref: number }> {
  const store = new TestStore();
  const [ref = 0] = await store.resolveSeries([labelsFromRecord({ __name__: 'm', a: '1' })]);
  const refs = Uint32Array.from({ length: 40 }, () => ref);
  const timestampsMs = Float64Array.from({ length: 40 }, (_, at) => at * 1000);
  await store.append({ refs, timestampsMs, values: timestampsMs.map((timeMs) => timeMs / 1000) });
  return { store, ref };
}

async function read(store: TestStore, minTimeMs: number, maxTimeMs: number): Promise<readonly number[]> {
  const found: number[] = [];
  for await (const { values } of store.select({ matchers: [NAME], minTimeMs, maxTimeMs })) found.push(...values);
  return found;
}

test('both ends of a range belong to it', async () => {
  const { store } = await filled();
  assert.deepEqual(await read(store, 3000, 5000), [3, 4, 5]);
  assert.deepEqual(await read(store, 50_000, 60_000), []);
});

test('times of a series only rise, and a second value at one time is refused', async () => {
  const { store, ref } = await filled();
  const put = (timestampsMs: number, value: number) =>
    store.append({ refs: Uint32Array.of(ref), timestampsMs, values: Float64Array.of(value) });
  assert.equal((await put(1000, 1)).rejectedSamples.out_of_order, 1);
  assert.equal((await put(39_000, 7)).rejectedSamples.duplicate, 1);
  assert.equal((await put(39_000, 39)).acceptedSamples, 1);
  assert.deepEqual(await read(store, 39_000, 99_000), [39]);
});

test('a stale marker stays one', async () => {
  const { store, ref } = await filled();
  const values = new Float64Array(1);
  writeStaleAt(bitsOf(values), 0);
  await store.append({ refs: Uint32Array.of(ref), timestampsMs: 40_000, values });
  for await (const series of store.select({ matchers: [NAME], minTimeMs: 40_000, maxTimeMs: 40_000 })) {
    assert.ok(isStaleAt(bitsOf(series.values), 0));
  }
});
