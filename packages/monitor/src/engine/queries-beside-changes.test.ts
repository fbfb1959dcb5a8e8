// Queries over the real store while history changes under them: sealed, merged, deleted, too old. And what they leave behind when
// they end in the middle of that: nothing.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { labelsFromRecord, labelValue } from '../model/labels.ts';
import { createQueryEngine } from '../promql/engine.ts';
import { PointPool } from '../promql/evaluate/point-pool.ts';
import type { QueryResult } from '../promql/interface.ts';
import { openEmbeddedStore } from '../storage/embedded/open.ts';
import type { LocalStore } from '../storage/interface.ts';

const MS_AN_HOUR = 3_600_000;
const START_MS = 1_700_000_000_000;
const SERIES = 200;
const SAMPLES = 120;
const STEP_MS = 60_000;
const END_MS = START_MS + (SAMPLES - 1) * STEP_MS;
const RETENTION_MS = 6 * MS_AN_HOUR;
const ALL = { minTimeMs: START_MS, maxTimeMs: END_MS };

interface Opened {
  readonly store: LocalStore;
  readonly pool: PointPool;
  readonly refs: Uint32Array;
  /** Moves the store's clock. */
  moveTo(timeMs: number): void;
  /** All samples of `m`; the work is done when the query has come to the middle of the series. */
  ask(inTheMiddle: () => Promise<unknown>, signal?: AbortSignal): Promise<QueryResult>;
}

async function open(t: TestContext): Promise<Opened> {
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-beside-'));
  let nowMs = END_MS;
  const store = await openEmbeddedStore({
    directory,
    retentionMs: RETENTION_MS,
    durability: 'normal',
    clock: { nowMs: () => nowMs },
    limits: { headSamplesMax: 5000 },
  });
  t.after(async () => {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  });
  const labels = Array.from({ length: SERIES }, (_, index) =>
    labelsFromRecord({ __name__: 'm', index: String(index), half: index % 2 === 0 ? 'a' : 'b' }),
  );
  const refs = await store.resolveSeries(labels);
  for (let sample = 0; sample < SAMPLES; sample++) await append(store, refs, START_MS + sample * STEP_MS, sample);
  await store.maintain(nowMs);
  const pool = new PointPool(100_000_000);
  let inTheMiddle: (() => Promise<unknown>) | undefined;
  let rests = 0;
  let tick = 0;
  const engine = createQueryEngine({
    queryable: store,
    pool,
    limits: { maxTimeoutMs: Number.MAX_SAFE_INTEGER },
    // Each look at the clock finds a slice to be over, so the query rests at each series.
    monotonicMs: () => (tick += 1000),
    yieldToOthers: async () => {
      await nextTurn();
      if (++rests === SERIES / 2) await inTheMiddle?.();
    },
  });
  return {
    store,
    pool,
    refs,
    moveTo: (timeMs) => void (nowMs = timeMs),
    ask: async (work, signal) => {
      inTheMiddle = work;
      rests = 0;
      const rangeSeconds = (END_MS - START_MS + STEP_MS) / 1000;
      const result = await engine.instant({ expression: `m[${rangeSeconds}s]`, timeMs: END_MS }, signal);
      assert.ok(rests >= SERIES / 2, 'the work was done in the middle');
      return result;
    },
  };
}

async function append(store: LocalStore, refs: Uint32Array, timestampMs: number, value: number): Promise<void> {
  const values = new Float64Array(refs.length).fill(value);
  await store.append({ refs: refs.slice(), timestampsMs: timestampMs, values });
}

/** The values of each series, by its index. */
function valuesOf(result: QueryResult): Map<number, readonly number[]> {
  assert.ok(result.type === 'matrix');
  return new Map(result.series.map(({ labels, values }) => [Number(labelValue(labels, 'index')), [...values]]));
}

const WHOLE = Array.from({ length: SAMPLES }, (_, sample) => sample);

async function leavesNothing({ store, pool }: Opened): Promise<void> {
  await nextTurn();
  assert.equal(pool.held, 0);
  assert.equal(store.stats().leases, 0);
}

test('what is appended, sealed and merged in the middle changes nothing of what is asked', async (t) => {
  const opened = await open(t);
  const { store, refs } = opened;
  const chunksBefore = store.stats().chunks;
  const result = await opened.ask(async () => {
    for (let minute = 1; minute <= 60; minute++) {
      opened.moveTo(END_MS + minute * STEP_MS);
      await append(store, refs, END_MS + minute * STEP_MS, -1);
    }
    for (let turn = 1; turn <= 3; turn++) {
      opened.moveTo(END_MS + 2 * MS_AN_HOUR + turn * 60_000);
      await store.maintain(END_MS + 2 * MS_AN_HOUR + turn * 60_000);
    }
  });
  assert.notEqual(store.stats().chunks, chunksBefore);
  const found = valuesOf(result);
  assert.equal(found.size, SERIES);
  for (const values of found.values()) assert.deepEqual(values, WHOLE);
  await leavesNothing(opened);
});

test('series that are deleted in the middle are answered whole or not at all, the others whole', async (t) => {
  const opened = await open(t);
  const { store } = opened;
  const result = await opened.ask(async () => {
    await store.deleteSeries({ matcherSets: [[{ name: 'half', operator: '=', value: 'b' }]], ...ALL });
    await store.cleanTombstones();
    await store.maintain(END_MS);
  });
  const found = valuesOf(result);
  for (let index = 0; index < SERIES; index += 2) assert.deepEqual(found.get(index), WHOLE);
  const deleted = [...found].filter(([index]) => index % 2 === 1);
  assert.ok(deleted.length < SERIES / 2, 'the deletion was in the middle');
  for (const [, values] of deleted) assert.deepEqual(values, WHOLE);
  assert.equal((await store.series({ matcherSets: [], ...ALL, limit: SERIES })).length, SERIES / 2);
  await leavesNothing(opened);
});

test('of what becomes too old in the middle the newer part is answered', async (t) => {
  const opened = await open(t);
  const { store } = opened;
  const laterMs = START_MS + RETENTION_MS + 60 * STEP_MS;
  const result = await opened.ask(async () => {
    opened.moveTo(laterMs);
    for (let turn = 0; turn < 3; turn++) await store.maintain(laterMs);
  });
  const found = valuesOf(result);
  assert.ok(found.size > 0);
  for (const values of found.values()) {
    assert.deepEqual(values, WHOLE.slice(SAMPLES - values.length));
    assert.ok(values.length >= SAMPLES - 61);
  }
  await leavesNothing(opened);
});

test('a query that is abandoned or fails in the middle of changes leaves nothing behind', async (t) => {
  const opened = await open(t);
  const { store } = opened;
  const gone = new AbortController();
  const abandon = async () => {
    await store.deleteSeries({ matcherSets: [[{ name: 'half', operator: '=', value: 'b' }]], ...ALL });
    gone.abort();
    await store.cleanTombstones();
  };
  await assert.rejects(opened.ask(abandon, gone.signal), { type: 'canceled' });
  await leavesNothing(opened);
  const failing = new Error('as if the disk were gone');
  await assert.rejects(
    opened.ask(() => Promise.reject(failing)),
    failing,
  );
  await leavesNothing(opened);
});
