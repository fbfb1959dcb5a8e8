// The engine with its real worker, store and evaluator.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ChainpulseError } from '../model/errors.ts';
import { labelsFromRecord } from '../model/labels.ts';
import { MEMORY_SHORT, QueryError } from '../promql/interface.ts';
import { type EngineClient, startEngine } from './client.ts';

import { settingsFor } from './testing/worker-settings.ts';

const WORKER = new URL('../app/worker.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'chainpulse-engine-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const START_MS = 1_700_000_000_000;

function start(
  name: string,
  workerUrl = WORKER,
  onLost: (error: ChainpulseError) => void = assert.fail,
): Promise<EngineClient> {
  return startEngine({
    workerUrl,
    settings: settingsFor(join(folder, name)),
    onLost,
    onNotice: assert.fail,
  });
}

async function fill(engine: EngineClient, series: number, samples: number): Promise<void> {
  const refs = await engine.resolveSeries(
    Array.from({ length: series }, (_, index) => labelsFromRecord({ __name__: 'm', index: String(index) })),
  );
  for (let step = 0; step < samples; step++) {
    await engine.append({
      refs: refs.slice(),
      timestampsMs: START_MS + step * 1000,
      values: new Float64Array(series).fill(step),
    });
  }
}

test('what was appended is visible to the next read, whoever asks first', async () => {
  const engine = await start('visible');
  const refs = await engine.resolveSeries([labelsFromRecord({ __name__: 'up', job: 'a' })]);
  const appended = engine.append({ refs, timestampsMs: START_MS, values: Float64Array.of(1) });
  const read = engine.instant({ expression: 'up', timeMs: START_MS });
  assert.equal((await appended).acceptedSamples, 1);
  const answer = await read;
  assert.deepEqual(answer.type === 'vector' && answer.samples.map(({ value }) => value), [1]);
  await engine.close();
});

test('appends and small queries pass a big query', async () => {
  const engine = await start('slices');
  await fill(engine, 500, 60);
  const finished: string[] = [];
  const finish = (name: string) => () => void finished.push(name);
  const big = engine
    .range({
      expression: 'sum(quantile_over_time(0.9, m[50s])) + sum(stddev_over_time(m[50s]))',
      startMs: START_MS,
      endMs: START_MS + 60_000,
      stepMs: 10,
    })
    .then(finish('big'));
  await fill(engine, 1, 3).then(finish('append'), finish('append'));
  await engine.instant({ expression: 'count(m)', timeMs: START_MS + 30_000 }).then(finish('small'));
  await big;
  assert.deepEqual(finished, ['append', 'small', 'big']);
  await engine.close();
});

test('answers count in the memory of all queries until they have been sent, however they end', async (t) => {
  const settings = settingsFor(join(folder, 'memory'));
  const engine = await startEngine({
    workerUrl: WORKER,
    settings: { ...settings, query: { ...settings.query, maxPointsHeldByAll: 1_000_000 } },
    onLost: assert.fail,
    onNotice: assert.fail,
  });
  t.after(() => engine.close());
  await fill(engine, 80, 2);
  // 80 series of 10,000 steps, 100,000 of which are the query's own.
  const query = {
    expression: 'm',
    startMs: START_MS,
    endMs: START_MS + 9_999_000,
    stepMs: 1000,
    lookbackMs: 10_000_000,
  };
  const sent = Promise.withResolvers<void>();
  const first = await engine.range(query, undefined, sent.promise);
  assert.ok(first.type === 'matrix' && first.series.length === 80);
  assert.deepEqual(await engine.held(), { points: 80 * 10_032 - 100_000, reads: 0, leases: 0 });
  await assert.rejects(engine.range(query), { type: 'execution', code: MEMORY_SHORT, message: /maxPointsHeldByAll/ });
  assert.equal((await engine.instant({ expression: 'm', timeMs: START_MS })).type, 'vector');
  // Nobody waits for the answer any more: an error of the sending as good as its end.
  sent.reject(new Error('the client has gone'));
  await nextTurn();
  await engine.range(query);
  const gone = new AbortController();
  const abandoned = engine.range(query, gone.signal, new Promise(() => {}));
  await engine.stats();
  gone.abort();
  await assert.rejects(abandoned, { type: 'canceled' });
  await engine.range(query);
  assert.deepEqual(await engine.held(), { points: 0, reads: 0, leases: 0 });
});

test('a query that is abandoned ends, before and after it has begun', async () => {
  const engine = await start('abandoned');
  await fill(engine, 500, 60);
  const query = {
    expression: 'sum(quantile_over_time(0.9, m[50s]))',
    startMs: START_MS,
    endMs: START_MS + 60_000,
    stepMs: 10,
  };
  const isCanceled = (error: unknown) => error instanceof QueryError && error.type === 'canceled';
  await assert.rejects(engine.range(query, AbortSignal.abort()), isCanceled);
  const controller = new AbortController();
  const running = engine.range(query, controller.signal);
  await engine.stats();
  controller.abort();
  await assert.rejects(running, isCanceled);
  await engine.close();
});

test('an error keeps its code, type and place on its way between the threads', async () => {
  const engine = await start('errors');
  await assert.rejects(engine.instant({ expression: 'sum(', timeMs: START_MS }), (error) => {
    assert.ok(error instanceof QueryError && error.type === 'bad_data');
    assert.deepEqual(error.position, { line: 1, column: 5 });
    return true;
  });
  await engine.close();
});

test('a store that cannot be opened is refused with its own error', async () => {
  writeFileSync(join(folder, 'a-file'), '');
  await assert.rejects(
    start('a-file', WORKER, () => {}),
    { code: 'storage_unwritable' },
  );
});

test('when the worker ends, no call is left waiting, and it is told once', async () => {
  const lost: ChainpulseError[] = [];
  const engine = await start('dying', new URL('./testing/dying-worker.ts', import.meta.url), (error) =>
    lost.push(error),
  );
  const calls = await Promise.allSettled([engine.stats(), engine.resolveSeries([])]);
  assert.deepEqual(
    calls.map((call) => call.status === 'rejected' && call.reason.code),
    ['engine_lost', 'engine_lost'],
  );
  await assert.rejects(engine.stats(), { code: 'engine_lost' });
  assert.equal(lost.length, 1);
});

test('a call that cannot be sent is rejected, and the next one is answered', async () => {
  const engine = await start('unsendable');
  const metadata = [(() => 'a function') as never];
  const batch = { refs: Uint32Array.of(1), timestampsMs: START_MS, values: Float64Array.of(1), metadata };
  await assert.rejects(engine.append(batch), { name: 'DataCloneError' });
  assert.equal((await engine.stats()).totalSeries, 0);
  await engine.close();
});

test('after it was closed it takes no more calls, and another may open the folder', async () => {
  const engine = await start('closed');
  await fill(engine, 1, 1);
  await engine.close();
  await assert.rejects(engine.stats(), { code: 'engine_closed' });
  const again = await start('closed');
  assert.equal((await again.stats()).totalSeries, 1);
  await again.close();
});

test('a push is decoded and stored in the worker, visible to the next read, and its body is given away', async () => {
  const engine = await start('push');
  const timeMs = Date.now();
  const push = (text: string) => {
    const body = new Uint8Array(Buffer.from(text));
    const pushed = engine.push({ protocol: 'text', encoding: 'identity', body, receivedMs: timeMs });
    return { body, pushed };
  };
  const { body, pushed } = push(`pushed{at="a"} 4 ${timeMs}\n`);
  assert.equal(body.length, 0);
  assert.equal((await pushed).samples, 1);
  const answer = await engine.instant({ expression: 'pushed', timeMs });
  assert.deepEqual(answer.type === 'vector' && answer.samples.map(({ value }) => value), [4]);
  const { outcome, errors } = await push('pushed 1 1\npushed x\n').pushed;
  assert.equal(outcome, 'malformed');
  assert.match(errors[0]!, /^line 2, column 8: /);
  await engine.close();
});
