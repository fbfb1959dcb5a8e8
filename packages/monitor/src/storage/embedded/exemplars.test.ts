import assert from 'node:assert/strict';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { labelsFromRecord } from '../../model/labels.ts';
import type { LocalStore, TimeRange } from '../interface.ts';
import { InlinePacker } from './chunks/testing/inline-packer.ts';
import { openEmbeddedStore } from './open.ts';
import { copyFile } from './testing/full-file.ts';

const START_MS = 1_700_000_000_000;
const ALWAYS: TimeRange = { minTimeMs: 0, maxTimeMs: 2 * START_MS };

describe('exemplars in the embedded store', () => {
  let directory: string;
  let store: LocalStore;
  let lives: number;

  const open = async () => {
    store = await openEmbeddedStore({
      directory: join(directory, `${lives}`),
      retentionMs: undefined,
      durability: 'normal',
      clock: { nowMs: () => START_MS },
      packer: new InlinePacker(),
      limits: { headAgeMaxMs: 0 },
      onNotice: (notice) => assert.fail(notice),
    });
  };
  /** Goes on with what a kill at this moment would have left. */
  const killAndRestart = async () => {
    copyFile(join(directory, `${lives}`), join(directory, `${++lives}`));
    await store.close();
    await open();
  };
  const resolve = async (name: string) => (await store.resolveSeries([labelsFromRecord({ __name__: name })]))[0]!;
  const exemplar = (ref: number, trace: string, timestampMs: number) => ({
    ref,
    exemplar: { labels: labelsFromRecord({ trace }), value: 1, timestampMs },
  });
  const found = async (range: TimeRange) => {
    const traces: string[] = [];
    for await (const { labels, exemplars } of store.selectExemplars({ ...range, matchers: [] })) {
      traces.push(...exemplars.map((each) => `${labels[0]!.value}/${each.labels[0]!.value}`));
    }
    return traces;
  };

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'chainpulse-exemplars-'));
    lives = 0;
    await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true });
  });

  it('of a series that never had a sample are not taken, as the series is forgotten at the next start', async () => {
    const first = await resolve('first');
    const alone = {
      refs: new Uint32Array(0),
      timestampsMs: START_MS,
      values: new Float64Array(0),
      seriesExemplars: [exemplar(first, 'a', START_MS)],
    };
    assert.equal((await store.append(alone)).acceptedExemplars, 0);
    await killAndRestart();
    const second = await resolve('second');
    const outcome = await store.append({
      refs: Uint32Array.of(second),
      timestampsMs: START_MS,
      values: Float64Array.of(1),
      seriesExemplars: [exemplar(second, 'b', START_MS)],
    });
    assert.equal(outcome.acceptedExemplars, 1);
    await killAndRestart();
    assert.deepEqual(await found(ALWAYS), ['second/b']);
  });

  it('that are there already are taken for stored, and others of the same time are not', async () => {
    const ref = await resolve('again');
    const append = (trace: string) =>
      store.append({
        refs: Uint32Array.of(ref),
        timestampsMs: START_MS,
        values: Float64Array.of(1),
        seriesExemplars: [exemplar(ref, trace, START_MS)],
      });
    const counts = [await append('a'), await append('a'), await append('b')];
    assert.deepEqual(
      counts.map(({ acceptedExemplars }) => acceptedExemplars),
      [1, 1, 0],
    );
    assert.deepEqual(await found(ALWAYS), ['again/a']);
  });

  it('of one batch are taken in the order of their times, and found by that of each', async () => {
    const ref = await resolve('one');
    const times = [START_MS - 60_000, START_MS, START_MS - 120_000];
    await store.append({
      refs: Uint32Array.of(ref),
      timestampsMs: START_MS,
      values: Float64Array.of(1),
      seriesExemplars: times.map((timestampMs, at) => exemplar(ref, `${at}`, timestampMs)),
    });
    for (const sealed of [false, true]) {
      if (sealed) await store.maintain(START_MS);
      for (const [at, timeMs] of times.entries()) {
        const range = { minTimeMs: timeMs - 1, maxTimeMs: timeMs + 1 };
        assert.deepEqual(await found(range), at === 2 ? [] : [`one/${at}`]);
      }
    }
  });

  it('and samples at a time of -0 are at 0, and do not keep the next start from its work', async () => {
    const ref = await resolve('zero');
    await store.append({
      refs: Uint32Array.of(ref),
      timestampsMs: -0,
      values: Float64Array.of(5),
      seriesExemplars: [exemplar(ref, 'z', -0)],
    });
    await store.maintain(START_MS);
    await killAndRestart();
    assert.deepEqual(await found({ minTimeMs: 0, maxTimeMs: 0 }), ['zero/z']);
    for await (const { timestampsMs } of store.select({ ...ALWAYS, matchers: [] }))
      assert.deepEqual([...timestampsMs], [0]);
  });
});
