// Two monitors whose series have the same labels send to one server: each reads back what it wrote, nothing of the other,
// and one that asks for all sees both.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { type OpenedStore, openStore } from '../../../packages/monitor/src/app/open-store.ts';
import { completeConfig } from '../../../packages/monitor/src/config/read-config.ts';
import { labelsFromRecord, labelsToRecord } from '../../../packages/monitor/src/model/labels.ts';
import type { Store } from '../../../packages/monitor/src/storage/interface.ts';
import { becomesTrue, ServerProcess } from '../testing/server-process.ts';
import { PROMETHEUS_2_ENGINE, temporaryFolder, VICTORIA_METRICS_ENGINE } from './engines.ts';

const START_MS = 1_700_000_000_000;
const STEPS = 20;
const STEP_MS = 15_000;
const RANGE = { minTimeMs: START_MS, maxTimeMs: START_MS + STEPS * STEP_MS };
const SENT_WITHIN_MS = 30_000;
const INSTANCE = '127.0.0.1:8090';

describe('monitors of a fleet that call their series the same', () => {
  for (const engine of [VICTORIA_METRICS_ENGINE, PROMETHEUS_2_ENGINE]) {
    it(`read their own from ${engine.name}`, { skip: engine.skip }, async (context) => {
      const server = await ServerProcess.start(engine.server);
      context.after(() => server.stop());
      const monitors = [
        await monitorOf(context, server.address, 'rpc-1', 'remote'),
        await monitorOf(context, server.address, 'rpc-2', 'mirror'),
        await monitorOf(context, server.address, 'rpc-3', 'remote'),
      ];
      for (const [index, { store }] of monitors.entries()) await fill(store, 1000 * index);
      await engine.show(server.address);
      for (const [index, monitor] of monitors.entries()) await assertReadsItsOwn(monitor, 1000 * index);
      await assertSeesAll(monitors[0]!);
    });
  }
});

/** As the configuration of a monitor opens it. */
async function monitorOf(
  context: TestContext,
  address: string,
  monitor: string,
  engine: 'remote' | 'mirror',
): Promise<OpenedStore> {
  const folder = await temporaryFolder();
  const remote = { url: address, externalLabels: { monitor } };
  const { storage } = completeConfig({
    storage: { engine, directory: folder.path, retention: 'unlimited', durability: 'normal', remote },
  });
  const opened = await openStore(storage, { nowMs: Date.now }, () => {});
  context.after(async () => {
    await opened.store.close();
    await folder.remove();
  });
  return opened;
}

/** Two series; the values say which monitor wrote them. */
async function fill(store: Store, first: number): Promise<void> {
  const series = ['up', 'height'].map((name) =>
    labelsFromRecord({ __name__: name, instance: INSTANCE, job: 'chainpulse' }),
  );
  const refs = await store.resolveSeries(series);
  for (let step = 0; step < STEPS; step++) {
    const values = Float64Array.of(first + step, first + 2 * step);
    await store.append({ refs: refs.slice(), timestampsMs: START_MS + step * STEP_MS, values });
  }
  const isSent = () => Promise.resolve(store.stats().sending?.queueSamples === 0);
  assert.ok(await becomesTrue(isSent, SENT_WITHIN_MS));
}

async function assertReadsItsOwn({ store, queries }: OpenedStore, first: number): Promise<void> {
  const labels = { __name__: 'up', instance: INSTANCE, job: 'chainpulse' };
  const matchers = [
    { name: '__name__', operator: '=', value: 'up' },
    { name: 'job', operator: '=', value: 'chainpulse' },
  ] as const;
  const found: unknown[] = [];
  for await (const one of store.select({ ...RANGE, matchers })) {
    found.push([labelsToRecord(one.labels), [...one.values]]);
  }
  assert.deepEqual(found, [[labels, Array.from({ length: STEPS }, (_, step) => first + step)]]);
  await assertLabels(store, matchers);
  const timeMs = START_MS + 10 * STEP_MS;
  const result = await queries.instant({
    expression: 'sum by (instance, monitor) (up + on (instance, monitor) height)',
    timeMs,
  });
  assert.ok(result.type === 'vector');
  assert.deepEqual(
    result.samples.map(({ labels: of, value }) => [labelsToRecord(of), value]),
    [[{ instance: INSTANCE }, 2 * first + 30]],
  );
}

async function assertLabels(store: Store, matchers: Parameters<Store['select']>[0]['matchers']): Promise<void> {
  const request = { ...RANGE, matcherSets: [matchers], limit: 0 };
  assert.deepEqual(await store.labelNames(request), ['__name__', 'instance', 'job']);
  assert.deepEqual(await store.labelNames({ ...request, limit: 2 }), ['__name__', 'instance']);
  assert.deepEqual(await store.labelValues('monitor', request), []);
  assert.deepEqual(await store.labelValues('instance', request), [INSTANCE]);
  assert.deepEqual((await store.series(request)).map(labelsToRecord), [
    { __name__: 'up', instance: INSTANCE, job: 'chainpulse' },
  ]);
}

async function assertSeesAll({ store, queries }: OpenedStore): Promise<void> {
  const all = { name: 'monitor', operator: '=~', value: '.+' } as const;
  const matchers = [all, { name: 'job', operator: '=', value: 'chainpulse' }] as const;
  const request = { ...RANGE, matcherSets: [matchers], limit: 0 };
  assert.deepEqual(await store.labelValues('monitor', request), ['rpc-1', 'rpc-2', 'rpc-3']);
  assert.equal((await store.series(request)).length, 6);
  const timeMs = START_MS + 10 * STEP_MS;
  const result = await queries.instant({ expression: 'count by (monitor) (up{monitor=~".+"})', timeMs });
  assert.ok(result.type === 'vector');
  const counts = new Map(result.samples.map(({ labels, value }) => [labelsToRecord(labels)['monitor'], value]));
  const expected = ['rpc-1', 'rpc-2', 'rpc-3'].map((monitor) => [monitor, 1] as const);
  assert.deepEqual(counts, new Map(expected));
}
