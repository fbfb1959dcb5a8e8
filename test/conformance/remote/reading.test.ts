// Reading from real servers: every way to get samples gives the same, questions that are too large for the server are cut,
// and what the server evaluates is what our own evaluator makes of the samples it gives.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { labelsFromRecord, labelsToRecord } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf, isStaleAt, writeStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import { createQueryEngine } from '../../../packages/monitor/src/promql/engine.ts';
import { QueryError, type QueryResult } from '../../../packages/monitor/src/promql/interface.ts';
import { scriptedEngine, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import type { SeriesSamples, Store } from '../../../packages/monitor/src/storage/interface.ts';
import { ExternalLabels } from '../../../packages/monitor/src/storage/remote/external-labels.ts';
import { DEFAULT_REMOTE_LIMITS } from '../../../packages/monitor/src/storage/remote/limits.ts';
import { createRemoteQueryEngine } from '../../../packages/monitor/src/storage/remote/query-engine.ts';
import { ApiClient } from '../../../packages/monitor/src/storage/remote/read/api-client.ts';
import { type ReadVia, RemoteReader } from '../../../packages/monitor/src/storage/remote/read/remote-reader.ts';
import type { RemoteWriteProtocol } from '../../../packages/monitor/src/storage/remote/send/write-client.ts';
import { ServerProcess } from '../testing/server-process.ts';
import {
  endpointOf,
  openStore,
  PROMETHEUS_2_ENGINE,
  type RemoteEngine,
  temporaryFolder,
  VICTORIA_METRICS_ENGINE,
} from './engines.ts';

const START_MS = 1_700_000_000_000;
const STEPS = 200;
const STEP_MS = 15_000;
const END_MS = START_MS + (STEPS - 1) * STEP_MS;
const MATCHERS = [{ name: 'job', operator: '=', value: 'node' }] as const;

interface Filled {
  readonly address: string;
  readonly store: Store;
  readonly readerVia: (via: ReadVia) => RemoteReader;
}

/** Three series of 200 samples; the last sample of one is a stale marker. */
async function fill(context: TestContext, engine: RemoteEngine, ...extra: readonly string[]): Promise<Filled> {
  return fillBy(context, engine, '1.0', extra);
}

async function fillBy(
  context: TestContext,
  engine: RemoteEngine,
  protocol: RemoteWriteProtocol,
  extra: readonly string[] = [],
): Promise<Filled> {
  const { prepare } = engine.server;
  const server = await ServerProcess.start({
    ...engine.server,
    prepare: async (directory, port) => [...(await prepare(directory, port)), ...extra],
  });
  const folder = await temporaryFolder();
  const store = await openStore({ address: server.address, directory: folder.path, protocol });
  const api = new ApiClient(endpointOf(server.address), DEFAULT_REMOTE_LIMITS);
  context.after(async () => {
    api.close();
    await store.close();
    await server.stop();
    await folder.remove();
  });
  const refs = await store.resolveSeries(
    ['a', 'b', 'c'].map((instance) => labelsFromRecord({ __name__: 'seen_total', instance, job: 'node' })),
  );
  for (let step = 0; step < STEPS; step++) {
    const values = Float64Array.of(step, 2 * step, step % 7);
    if (step === STEPS - 1) writeStaleAt(bitsOf(values), 2);
    await store.append({ refs: refs.slice(), timestampsMs: START_MS + step * STEP_MS, values });
  }
  await store.flush();
  await engine.show(server.address);
  const readerVia = (via: ReadVia) =>
    new RemoteReader({
      api,
      limits: DEFAULT_REMOTE_LIMITS,
      via,
      external: new ExternalLabels([]),
      ownMetadata: () => [],
    });
  return { address: server.address, store, readerVia };
}

async function read(reader: Pick<Store, 'select'>, minTimeMs = START_MS, maxTimeMs = END_MS): Promise<SeriesSamples[]> {
  const found: SeriesSamples[] = [];
  for await (const series of reader.select({ minTimeMs, maxTimeMs, matchers: MATCHERS })) found.push(series);
  return found.sort((a, b) => (JSON.stringify(a.labels) < JSON.stringify(b.labels) ? -1 : 1));
}

function assertWhole(found: readonly SeriesSamples[], staleMarkers: 'kept' | 'left out'): void {
  assert.deepEqual(
    found.map(({ labels }) => labelsToRecord(labels)['instance']),
    ['a', 'b', 'c'],
  );
  const times = Array.from({ length: STEPS }, (_, step) => START_MS + step * STEP_MS);
  for (const [index, { timestampsMs, values }] of found.entries()) {
    const isEnded = index === 2;
    const count = isEnded && staleMarkers === 'left out' ? STEPS - 1 : STEPS;
    assert.deepEqual([...timestampsMs], times.slice(0, count));
    const plain = isEnded ? values.subarray(0, STEPS - 1) : values;
    assert.deepEqual(
      [...plain],
      Array.from(plain, (_, step) => [step, 2 * step, step % 7][index]),
    );
    assert.equal(isEnded && count === STEPS, isStaleAt(bitsOf(values), count - 1));
  }
}

for (const [engine, native] of [
  [PROMETHEUS_2_ENGINE, 'remote_read'],
  [VICTORIA_METRICS_ENGINE, 'export'],
] as const) {
  describe(`reading from ${engine.name}`, { skip: engine.skip }, () => {
    it(`finds out that it has ${native}, and reads the same by a range selector`, async (context) => {
      const { readerVia } = await fill(context, engine);
      assertWhole(await read(readerVia('auto')), 'kept');
      assertWhole(await read(readerVia(native)), 'kept');
      const byQuery = await read(readerVia('query'));
      // VictoriaMetrics answers a range selector with its stale markers, as any NaN.
      if (engine === PROMETHEUS_2_ENGINE) assertWhole(byQuery, 'left out');
      else assert.equal(byQuery.length, 3);
      for (const via of ['auto', 'query'] as const) {
        const cut = await read(readerVia(via), START_MS + STEP_MS, START_MS + 3 * STEP_MS);
        assert.deepEqual(
          cut.map(({ values }) => [...values]),
          [
            [1, 2, 3],
            [2, 4, 6],
            [1, 2, 3],
          ],
        );
      }
    });

    it('gets everything by 1.0 when it was to be 2.0, which it does not know', async (context) => {
      const { store } = await fillBy(context, engine, '2.0');
      assertWhole(await read(store), 'kept');
    });

    it('evaluates there what our evaluator makes of the samples it gives', async (context) => {
      const { address, store } = await fill(context, engine);
      const remote = createRemoteQueryEngine({ query: endpointOf(address), lookbackMs: 60_000 });
      context.after(() => remote.close());
      const local = createQueryEngine({ queryable: store });
      for (const expression of [
        'seen_total',
        'sum by (job) (seen_total)',
        'count(seen_total) * 2',
        'max(seen_total)',
      ]) {
        const timeMs = START_MS + 50 * STEP_MS;
        const instant = { expression, timeMs, lookbackMs: 60_000 };
        assert.deepEqual(
          comparable(await remote.instant(instant)),
          comparable(await local.instant(instant)),
          expression,
        );
        const range = { expression, startMs: START_MS, endMs: timeMs, stepMs: 2 * STEP_MS, lookbackMs: 60_000 };
        assert.deepEqual(comparable(await remote.range(range)), comparable(await local.range(range)), expression);
      }
    });

    it('answers questions to our own HTTP API', async (context) => {
      const { address, store } = await fill(context, engine);
      const remote = createRemoteQueryEngine({ query: endpointOf(address), lookbackMs: 60_000 });
      context.after(() => remote.close());
      const { url } = await startTestServer(context, {
        engine: scriptedEngine({
          instant: (query, signal) => remote.instant(query, signal),
          range: (query, signal) => remote.range(query, signal),
          labelValues: (name, request) => store.labelValues(name, request),
        }),
      });
      const ask = async (path: string) => (await fetch(`${url}/api/v1/${path}`)).text();
      const time = (START_MS + 50 * STEP_MS) / 1000;
      const head = '{"status":"success","data":{"resultType":';
      for (const timeout of ['', '&timeout=7.0004']) {
        const instant = await ask(`query?query=sum(seen_total)&time=${time}${timeout}`);
        assert.equal(instant, `${head}"vector","result":[{"metric":{},"value":[${time},"151"]}]}}`);
        const range = await ask(`query_range?query=max(seen_total)&start=${time}&end=${time + 15}&step=15${timeout}`);
        const values = `[${time},"100"],[${time + 15},"102"]`;
        assert.equal(range, `${head}"matrix","result":[{"metric":{},"values":[${values}]}]}}`);
      }
    });

    it('tells an expression that is not valid from a server that does not answer', async (context) => {
      const { address } = await fill(context, engine);
      const remote = createRemoteQueryEngine({ query: endpointOf(address) });
      const nowhere = createRemoteQueryEngine({ query: endpointOf('http://127.0.0.1:9') });
      context.after(() => {
        remote.close();
        nowhere.close();
      });
      const isOfType = (types: readonly string[], message: RegExp) => (error: unknown) =>
        error instanceof QueryError && types.includes(error.type) && message.test(error.message);
      const query = { expression: 'sum(', timeMs: START_MS };
      await assert.rejects(remote.instant(query), isOfType(['bad_data', 'execution'], /unclosed|unexpected token/));
      await assert.rejects(nowhere.instant(query), {
        code: 'remote_unreachable',
        message: /did not answer \(ECONNREFUSED\)/,
      });
      await assert.rejects(remote.instant(query, AbortSignal.abort()), isOfType(['canceled'], /canceled/));
      // As every question is that comes through our own HTTP API: some of its time is gone.
      const late = { expression: 'vector(1)', timeMs: START_MS, timeoutMs: 119_999.96, lookbackMs: 299_999.5 };
      assert.equal((await remote.instant(late)).type, 'vector');
      const tooFine = { expression: 'seen_total', startMs: 0, endMs: 11_001_000, stepMs: 1000 };
      await assert.rejects(remote.range(tooFine), isOfType(['bad_data'], /11,000 points/));
    });
  });
}

describe('a question that is too large for the server', { skip: PROMETHEUS_2_ENGINE.skip }, () => {
  for (const [via, flag] of [
    ['remote_read', '--storage.remote.read-sample-limit=100'],
    ['query', '--query.max-samples=100'],
  ] as const) {
    it(`is cut until the server answers (${via})`, async (context) => {
      const { readerVia } = await fill(context, PROMETHEUS_2_ENGINE, flag);
      assertWhole(await read(readerVia(via)), via === 'query' ? 'left out' : 'kept');
    });
  }
});

/** Series in one order, and only what both evaluators say. */
function comparable(result: QueryResult): unknown {
  const text = (labels: Parameters<typeof labelsToRecord>[0]) => JSON.stringify(labelsToRecord(labels));
  if (result.type === 'vector') return result.samples.map(({ labels, value }) => `${text(labels)} ${value}`).sort();
  if (result.type !== 'matrix') return result;
  return result.series
    .map(({ labels, timestampsMs, values }) => [text(labels), [...timestampsMs], [...values]])
    .sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1));
}
