// What becomes of a lookback that is sent with a query, by server: the page of the configuration says so. A series has ended, and is
// asked for at so many seconds after its last sample.

import assert from 'node:assert/strict';
import { it } from 'node:test';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { createRemoteQueryEngine } from '../../../packages/monitor/src/storage/remote/query-engine.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { ServerProcess } from '../testing/server-process.ts';
import {
  endpointOf,
  openStore,
  PROMETHEUS_2_ENGINE,
  prometheusEngine,
  temporaryFolder,
  VICTORIA_METRICS_ENGINE,
} from './engines.ts';

const START_MS = 1_700_000_000_000;
const STEP_MS = 15_000;
const SAMPLES = 20;
const END_MS = START_MS + (SAMPLES - 1) * STEP_MS;
const RANGE_STEP_MS = 10_000;

const binary3 = oraclePath(PROMETHEUS_3);
const PROMETHEUS_3_ENGINE = {
  ...prometheusEngine({
    name: 'Prometheus 3',
    binary: binary3 ?? '',
    protocol: '1.0',
    histograms: { nativeHistograms: true, customBounds: false },
  }),
  skip: binary3 === undefined ? `no Prometheus 3 here: npm run oracles, or set ${PROMETHEUS_3.variable}` : false,
} as const;

interface Seen {
  /** At which of these seconds after the end the series is seen: 10, 100, 400. */
  readonly instant: readonly number[];
  /** Seconds after the end at which a range query has its last value. */
  readonly range: number;
}

const OWN: Seen = { instant: [10, 100], range: 300 };
const CASES = [
  // Its API has none before 2.43.
  [PROMETHEUS_2_ENGINE, { own: OWN, short: OWN, long: OWN }],
  [
    PROMETHEUS_3_ENGINE,
    {
      own: { ...OWN, range: 290 },
      short: { instant: [10], range: 20 },
      long: { instant: [10, 100, 400], range: 1190 },
    },
  ],
  [
    VICTORIA_METRICS_ENGINE,
    {
      own: { ...OWN, range: 20 },
      short: { instant: [10], range: 20 },
      long: { instant: [10, 100, 400], range: 20 },
    },
  ],
] as const;
const LOOKBACKS_MS = { own: undefined, short: 30_000, long: 1_200_000 } as const;

for (const [engine, expected] of CASES) {
  it(`${engine.name} takes the lookback as the documentation says`, { skip: engine.skip }, async (context) => {
    const server = await ServerProcess.start(engine.server);
    const folder = await temporaryFolder();
    const store = await openStore({ address: server.address, directory: folder.path });
    context.after(async () => {
      await store.close();
      await server.stop();
      await folder.remove();
    });
    const refs = await store.resolveSeries([labelsFromRecord({ __name__: 'ended' })]);
    for (let step = 0; step < SAMPLES; step++) {
      await store.append({
        refs: refs.slice(),
        timestampsMs: START_MS + step * STEP_MS,
        values: Float64Array.of(step),
      });
    }
    await store.flush();
    await engine.show(server.address);
    for (const name of ['own', 'short', 'long'] as const) {
      const lookbackMs = LOOKBACKS_MS[name];
      const seen = await seenWith(server.address, lookbackMs);
      assert.deepEqual(seen, expected[name], name);
    }
  });
}

async function seenWith(address: string, lookbackMs: number | undefined): Promise<Seen> {
  const remote = createRemoteQueryEngine({
    query: endpointOf(address),
    ...(lookbackMs !== undefined && { lookbackMs }),
  });
  try {
    const instant: number[] = [];
    for (const age of [10, 100, 400]) {
      const answer = await remote.instant({ expression: 'ended', timeMs: END_MS + age * 1000 });
      assert.ok(answer.type === 'vector');
      if (answer.samples.length > 0) instant.push(age);
    }
    const range = { expression: 'ended', startMs: END_MS, endMs: END_MS + 1_400_000, stepMs: RANGE_STEP_MS };
    const answer = await remote.range(range);
    assert.ok(answer.type === 'matrix');
    return { instant, range: (answer.series[0]!.timestampsMs.at(-1)! - END_MS) / 1000 };
  } finally {
    remote.close();
  }
}
