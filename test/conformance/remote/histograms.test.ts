// Native histograms that a real server evaluates: what we answer is the JSON that it gave, to the last byte. And those with bounds
// of their own, which remote write 1.0 cannot carry: they are counted and told of, and by 2.0 they arrive.

import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { scriptedEngine, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { createRemoteQueryEngine } from '../../../packages/monitor/src/storage/remote/query-engine.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { nativeHistograms } from '../promql/differential/data/native-histograms.ts';
import { Dice } from '../promql/differential/dice.ts';
import { append } from '../promql/differential/our-side.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { endpointOf, openStore, PROMETHEUS_2_ENGINE, prometheusEngine, temporaryFolder } from './engines.ts';

const SEED = 7;
const START_MS = 1_700_000_000_000;
const DURATION_MS = 600_000;
const END_MS = START_MS + DURATION_MS;

const EXPRESSIONS = [
  '{__name__=~"native_.*"}',
  'native_gauge',
  '-native_counter',
  'native_nan',
  'rate(native_float_counts[2m])',
  'sum by (job) (native_schemas)',
  'sum(rate(native_changing[3m])) * 0.3',
  'native_mixed',
  'native_empty',
  'histogram_quantile(0.9, native_counter)',
  'native_counter or vector(1)',
];
/** They warn, and have what only Prometheus 3 knows. */
const EXPRESSIONS_SINCE_3 = [
  'sum(native_mixed)',
  'native_custom',
  'sum(native_custom_differing)',
  'rate(native_gauge[2m])',
];

const binary3 = oraclePath(PROMETHEUS_3);
const PROMETHEUS_3_ENGINE = {
  ...prometheusEngine({
    name: 'Prometheus 3',
    binary: binary3 ?? '',
    protocol: '2.0',
    histograms: { nativeHistograms: true, customBounds: true },
  }),
  skip: binary3 === undefined ? `no Prometheus 3 here: npm run oracles, or set ${PROMETHEUS_3.variable}` : false,
} as const;

for (const [engine, expressions] of [
  [PROMETHEUS_2_ENGINE, EXPRESSIONS],
  [PROMETHEUS_3_ENGINE, [...EXPRESSIONS, ...EXPRESSIONS_SINCE_3]],
] as const) {
  describe(`native histograms of ${engine.name}`, { skip: engine.skip }, () => {
    it('are answered as it answers them, and none is lost without being counted', async (context) => {
      const { store, theirs, ours } = await start(context, engine);
      const series = nativeHistograms(new Dice(SEED), { startMs: START_MS, durationMs: DURATION_MS });
      await append(store, series);
      await store.flush();
      const custom = series
        .flatMap(({ histograms = [] }) => histograms)
        .filter(({ histogram }) => histogram.customBounds !== undefined).length;
      const { refused, unsupported } = store.sendStatistics().droppedSamplesTotal;
      assert.ok(custom > 0);
      assert.deepEqual([refused, unsupported], [0, engine.protocol === '1.0' ? custom : 0]);

      let histograms = 0;
      for (const query of expressions) {
        const range = { start: String(START_MS / 1000), end: String(END_MS / 1000), step: '30' };
        for (const [path, form] of [
          ['query', { query, time: String(END_MS / 1000) }],
          ['query', { query, time: String((START_MS + 202_500) / 1000) }],
          ['query_range', { query, ...range }],
        ] as const) {
          const [wanted, answered] = await Promise.all([ask(theirs, path, form), ask(ours, path, form)]);
          assert.match(wanted, /^\{"status":"success"/, query);
          assert.equal(answered, wanted, `${path} ${query}`);
          histograms += wanted.split('"buckets":').length - 1;
        }
      }
      assert.ok(histograms > 1000, `${histograms} histograms were compared`);
      context.diagnostic(`${histograms} histograms are the same`);
    });
  });
}

type Engine = typeof PROMETHEUS_2_ENGINE | typeof PROMETHEUS_3_ENGINE;

async function start(context: TestContext, engine: Engine) {
  const server = await ServerProcess.start(engine.server);
  const folder = await temporaryFolder();
  const store = await openStore({ address: server.address, directory: folder.path, protocol: engine.protocol });
  const remote = createRemoteQueryEngine({ query: endpointOf(server.address) });
  context.after(async () => {
    remote.close();
    await store.close();
    await server.stop();
    await folder.remove();
  });
  const { url } = await startTestServer(context, {
    engine: scriptedEngine({
      instant: (query, signal) => remote.instant(query, signal),
      range: (query, signal) => remote.range(query, signal),
    }),
  });
  return { store, theirs: server.address, ours: url };
}

async function ask(address: string, path: string, form: Readonly<Record<string, string>>): Promise<string> {
  const answer = await fetch(`${address}/api/v1/${path}`, { method: 'POST', body: new URLSearchParams(form) });
  return answer.text();
}
