// Long reads through the real worker and over a store that the test holds.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NativeHistogram } from '../model/batch.ts';
import { labelsFromRecord, labelValue } from '../model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../model/staleness.ts';
import type { Queryable, SelectRequest, SeriesSamples } from '../storage/interface.ts';
import { type EngineClient, startEngine } from './client.ts';
import { CURSORS_MAX, Cursors } from './cursors.ts';

import { settingsFor } from './testing/worker-settings.ts';

const START_MS = 1_700_000_000_000;
const ALL = { matchers: [], minTimeMs: -(2 ** 50), maxTimeMs: 2 ** 50 };

async function openEngine(t: TestContext): Promise<EngineClient> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-cursors-'));
  const engine = await startEngine({
    workerUrl: new URL('../app/worker.ts', import.meta.url),
    settings: settingsFor(directory),
    onLost: assert.fail,
    onNotice: () => {},
  });
  t.after(async () => {
    await engine.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return engine;
}

async function fill(engine: EngineClient, series: number, samples: number): Promise<void> {
  const refs = await engine.resolveSeries(
    Array.from({ length: series }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
  );
  for (let step = 0; step < samples; step++) {
    const values = Float64Array.from(refs, (_, index) => index + step / 1000);
    if (step === samples - 1) writeStaleAt(bitsOf(values), 0);
    await engine.append({ refs: refs.slice(), timestampsMs: START_MS + step * 1000, values });
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a read over many pieces gives every series once, to the bit', async (t) => {
  const engine = await openEngine(t);
  await fill(engine, 1500, 40);
  const read = await collect(engine.select(ALL));
  const byIndex = new Map(read.map((series) => [Number(labelValue(series.labels, 'index')), series]));
  assert.equal(read.length, 1500);
  assert.equal(byIndex.size, 1500);
  for (const [index, { timestampsMs, values }] of byIndex) {
    assert.deepEqual(
      timestampsMs,
      Float64Array.from({ length: 40 }, (_, step) => START_MS + step * 1000),
    );
    const isEnded = index === 0;
    assert.equal(isStaleAt(bitsOf(values), 39), isEnded);
    const numbers = isEnded ? 39 : 40;
    const expected = Float64Array.from({ length: numbers }, (_, step) => index + step / 1000);
    assert.deepEqual(values.slice(0, numbers), expected);
  }
});

test('one series, native histograms and exemplars come as they were stored', async (t) => {
  const engine = await openEngine(t);
  const histogram: NativeHistogram = {
    schema: 3,
    zeroThreshold: 0.001,
    zeroCount: 1,
    count: 6,
    sum: 2.5,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveCounts: Float64Array.of(2, 3),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
  };
  const [ref = 0] = await engine.resolveSeries([labelsFromRecord({ __name__: 'h' })]);
  const exemplar = { labels: labelsFromRecord({ trace_id: 'abc' }), value: 0.5, timestampMs: START_MS };
  await engine.append({
    refs: Uint32Array.of(ref),
    timestampsMs: START_MS,
    values: Float64Array.of(0),
    histograms: [{ row: 0, histogram }],
    exemplars: [{ row: 0, exemplar }],
  });
  const [read] = await collect(engine.select(ALL));
  assert.deepEqual(read?.histograms, [{ timestampMs: START_MS, histogram }]);
  assert.equal(read.values.length, 0);
  assert.deepEqual(await collect(engine.selectExemplars(ALL)), [{ labels: read.labels, exemplars: [exemplar] }]);
  assert.deepEqual(await collect(engine.select({ ...ALL, maxTimeMs: START_MS - 1 })), []);
});

test('whoever stops reading, or is stopped by a signal, leaves no cursor open', async (t) => {
  const engine = await openEngine(t);
  await fill(engine, 600, 2);
  for (let round = 0; round < 2 * CURSORS_MAX; round++) {
    for await (const _ of engine.select(ALL)) break;
    const controller = new AbortController();
    const reading = async () => {
      for await (const _ of engine.select(ALL, { signal: controller.signal })) controller.abort(new Error('enough'));
    };
    await assert.rejects(reading(), { message: 'enough' });
  }
  await assert.rejects(collect(engine.select(ALL, { signal: AbortSignal.abort(new Error('before')) })), {
    message: 'before',
  });
});

test('no more than so many reads are open at once', async (t) => {
  const engine = await openEngine(t);
  await fill(engine, 1600, 1);
  const open = Array.from({ length: CURSORS_MAX }, () => engine.select(ALL)[Symbol.asyncIterator]());
  for (const iterator of open) await iterator.next();
  await assert.rejects(collect(engine.select(ALL)), { code: 'reads_full' });
  await open[0]?.return?.();
  assert.equal((await collect(engine.select(ALL))).length, 1600);
  for (const iterator of open) await iterator.return?.();
});

/** Series without end, each of which is told of by a warning. */
function endless(): { store: Queryable; taken: () => number; hasEnded: () => boolean } {
  let taken = 0;
  let hasEnded = false;
  async function* select({ warn }: SelectRequest): AsyncGenerator<SeriesSamples> {
    try {
      for (;;) {
        warn?.(`series ${taken}`);
        yield {
          labels: labelsFromRecord({ __name__: 'm', n: String(taken++) }),
          timestampsMs: new Float64Array(1000),
          values: new Float64Array(1000),
        };
      }
    } finally {
      hasEnded = true;
    }
  }
  return { store: { select } as unknown as Queryable, taken: () => taken, hasEnded: () => hasEnded };
}

test('nothing is read before it is asked for, and each piece is bounded', async () => {
  const { store, taken, hasEnded } = endless();
  const cursors = new Cursors(store);
  const id = cursors.open({ ...ALL, kind: 'samples' });
  assert.equal(taken(), 0);
  const first = await cursors.next(id);
  assert.equal(first.isLast, false);
  assert.ok(taken() > 1 && taken() < 100, `${taken()} series`);
  assert.equal(first.warnings.length, taken());
  const before = taken();
  await nextTurn();
  assert.equal(taken(), before);
  cursors.closeAll();
  await nextTurn();
  assert.ok(hasEnded());
});

test('a cursor that nobody asks is closed', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { store, hasEnded } = endless();
  const cursors = new Cursors(store);
  const id = cursors.open({ ...ALL, kind: 'samples', idleMs: 1000 });
  await cursors.next(id);
  t.mock.timers.tick(999);
  await cursors.next(id);
  t.mock.timers.tick(1000);
  await nextTurn();
  assert.ok(hasEnded());
  await assert.rejects(cursors.next(id), { code: 'read_closed' });
});

test('series are deleted, counted and copied through the worker', async (t) => {
  const engine = await openEngine(t);
  await fill(engine, 3, 2);
  assert.equal((await engine.cardinality(10)).series, 3);
  const matchers = [{ name: 'index', operator: '=', value: '1' }] as const;
  const forEver = { minTimeMs: Number.NEGATIVE_INFINITY, maxTimeMs: Number.POSITIVE_INFINITY };
  assert.equal(await engine.deleteSeries({ matcherSets: [matchers], ...forEver }), 1);
  await engine.cleanTombstones();
  assert.equal((await collect(engine.select(ALL))).length, 2);
  const copy = join(mkdtempSync(join(tmpdir(), 'chainpulse-copy-')), 'copy');
  t.after(() => rmSync(join(copy, '..'), { recursive: true, force: true }));
  await engine.copyTo(copy);
  const copied = await startEngine({
    workerUrl: new URL('../app/worker.ts', import.meta.url),
    settings: settingsFor(copy),
    onLost: assert.fail,
    onNotice: () => {},
  });
  assert.equal((await collect(copied.select(ALL))).length, 2);
  await copied.close();
});
