import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { openEmbeddedStore } from './open.ts';

const NOW_MS = 1_700_000_000_000;
const IDLE_AFTER_MS = 600_000;
/** So many that a series that comes back is in another group. */
const SERIES = 200;

it('gives the sample that was stored first of a series that was away, also when that was merged with later ones', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-reader-'));
  t.after(() => rmSync(directory, { recursive: true }));
  let nowMs = NOW_MS;
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'normal',
    clock: { nowMs: () => nowMs },
    packer: new InlinePacker(),
    limits: { headAgeMaxMs: 0, idleAfterMs: IDLE_AFTER_MS },
  });
  const labels = Array.from({ length: SERIES }, (_, at) => labelsFromRecord({ __name__: 'm', series: String(at) }));
  const append = async (count: number, timeMs: number, value: number) => {
    const refs = await store.resolveSeries(labels.slice(0, count));
    await store.append({ refs, timestampsMs: timeMs, values: new Float64Array(count).fill(value) });
    await store.maintain(nowMs);
  };
  await append(SERIES, NOW_MS, 1);
  // The first series stays, and the others leave the memory.
  for (let pass = 0; pass < 3; pass++) {
    nowMs += IDLE_AFTER_MS - 1;
    await append(1, nowMs, 1);
  }
  assert.equal(store.stats().activeSeries, 1);
  await append(2, NOW_MS, 2);
  const second = async () => {
    const matchers = [{ name: 'series', operator: '=', value: '1' }] as const;
    for await (const { values } of store.select({ minTimeMs: NOW_MS, maxTimeMs: NOW_MS, matchers })) return [...values];
    return [];
  };
  assert.deepEqual(await second(), [1]);
  const before = store.stats().chunks;
  for (let seal = 0; seal < 8; seal++) await append(1, (nowMs += 1000), 3);
  assert.ok(store.stats().chunks < before + 8, 'nothing was merged');
  assert.deepEqual(await second(), [1]);
  await store.close();
});

it('lists no series in memory whose samples retention by size has taken', async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-reader-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const store = await openEmbeddedStore({
    directory,
    retentionMs: undefined,
    durability: 'normal',
    clock: { nowMs: () => NOW_MS },
    packer: new InlinePacker(),
    limits: { headAgeMaxMs: 0, sizeMaxBytes: 1 },
  });
  const labels = ['old', 'new'].map((name) => labelsFromRecord({ __name__: name }));
  const [old, fresh] = await store.resolveSeries(labels);
  const append = (ref: number, timeMs: number) =>
    store.append({ refs: Uint32Array.of(ref), timestampsMs: timeMs, values: Float64Array.of(1) });
  await append(old!, NOW_MS - 86_400_000);
  await store.maintain(NOW_MS);
  await append(fresh!, NOW_MS);
  const request = { minTimeMs: 0, maxTimeMs: NOW_MS, matcherSets: [], limit: 0 };
  assert.deepEqual(await store.series(request), [labels[1]]);
  assert.deepEqual(await store.labelValues('__name__', request), ['new']);
  await store.close();
});
