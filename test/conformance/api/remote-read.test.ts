// Prometheus 3 reads through our remote read, and its own copy of the same samples is what the answers have to be: streamed chunks of
// floats, stale markers, whole and float native histograms with standard and custom buckets, in the order that it merges. Its
// answer as one message of samples is decoded by our own reader and by none of the other side's, so both kinds are compared.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NativeHistogram } from '../../../packages/monitor/src/model/batch.ts';
import { labelsFromRecord } from '../../../packages/monitor/src/model/labels.ts';
import { bitsOf, writeStaleAt } from '../../../packages/monitor/src/model/staleness.ts';
import { openRealEngine } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { NOW_MS, startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import type { RawSeries } from '../promql/remote-write.ts';
import { ServerProcess } from '../testing/server-process.ts';
import { ask, differenceOf } from './both-sides.ts';
import { SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3, writeTo } from './prometheus-3.ts';

const NOW = NOW_MS / 1000;
const SAMPLES = 700;
const EXPRESSIONS = [
  'floats[4h]',
  'odd[4h]',
  'ended[4h]',
  'whole[4h]',
  'fractions[4h]',
  'gauge[4h]',
  'custom[4h]',
  'mixed[4h]',
  '{__name__=~"floats|whole|mixed"}[2h]',
  '{__name__=~".+",series!~"[1-4]"}[1h]',
  'rate(floats[5m])',
  'rate(whole[5m])',
  'histogram_quantile(0.9, rate(whole[10m]))',
  'nothing',
];

test('Prometheus 3 reads our history as if it were its own', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, async (t) => {
  const engine = await openRealEngine(t);
  const { url } = await startTestServer(t, { engine });
  const series = allSeries();
  const owner = await startPrometheus3();
  t.after(() => owner.stop());
  await writeTo(owner.address, series);
  await writeTo(url, series);
  const reader = await startReader(t, url);
  const mismatches: string[] = [];
  for (const expression of EXPRESSIONS) {
    const path = `query?${new URLSearchParams({ query: expression, time: String(NOW) }).toString()}`;
    // An instant vector has the order of the storage.
    const request = expression.endsWith(')') ? ({ path, order: 'open' } as const) : path;
    const [theirs, ours] = await Promise.all([ask(owner.address, request), ask(reader.address, request)]);
    assert.equal(theirs.status, 200);
    if (theirs.body !== ours.body) mismatches.push(differenceOf(expression, theirs, ours));
  }
  assert.deepEqual(mismatches, []);
});

/** One that has nothing itself and asks us. */
async function startReader(t: TestContext, url: string): Promise<ServerProcess> {
  const reader = await ServerProcess.start({
    binary: oraclePath(PROMETHEUS_3)!,
    prepare: async (directory, port) => {
      const config = `remote_read: [{url: "${url}/api/v1/read", read_recent: true}]\n`;
      await writeFile(join(directory, 'prometheus.yml'), config);
      return [
        `--config.file=${join(directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(directory, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ];
    },
    readyPath: '/-/ready',
  });
  t.after(() => reader.stop());
  return reader;
}

const STEP_MS = 15_000;

function allSeries(): readonly RawSeries[] {
  const times = Float64Array.from({ length: SAMPLES }, (_, index) => NOW_MS - (SAMPLES - index) * STEP_MS);
  const uneven = times.map((timeMs, index) => timeMs + ((index * 7919) % 5000));
  const sparse = uneven.map((timeMs, index) => timeMs - (index % 90 === 0 ? 12_000 : 0));
  const floats = (labels: Record<string, string>, timestampsMs: Float64Array, valueAt: (index: number) => number) => ({
    labels: labelsFromRecord(labels),
    timestampsMs,
    values: timestampsMs.map((_, index) => valueAt(index)),
  });
  const histograms = (name: string, make: (index: number) => NativeHistogram): RawSeries => ({
    labels: labelsFromRecord({ __name__: name }),
    timestampsMs: new Float64Array(0),
    values: new Float64Array(0),
    histograms: Array.from(times, (timestampMs, index) => ({ timestampMs, histogram: make(index) })),
  });
  const odd = [0, -0, 1e300, -1e-300, Infinity, -Infinity, Number.NaN, 5e-324, 0.1, 1 / 3, 2 ** 53];
  return [
    ...['10', '9', '1', 'b', 'B', 'é'].map((series) =>
      floats({ __name__: 'floats', series }, times, (index) => index * (series.length + 1)),
    ),
    floats({ __name__: 'odd', job: 'x' }, uneven, (index) => odd[index % odd.length]!),
    floats({ __name__: 'odd', job: 'x', instance: 'y' }, sparse, (index) => Math.sin(index) * 1e6),
    ended(floats({ __name__: 'ended' }, times, (index) => index)),
    histograms('whole', (index) => counting(index % 250, 1)),
    histograms('fractions', (index) => counting(index % 250, 0.37)),
    histograms('gauge', (index) => ({ ...counting((index * 31) % 97, 1), isGauge: true })),
    histograms('custom', (index) => customBuckets(index)),
    {
      ...floats(
        { __name__: 'mixed' },
        times.filter((_, index) => index % 50 < 20),
        (index) => index,
      ),
      histograms: Array.from(times, (timestampMs, index) => ({ timestampMs, histogram: counting(index, 1) })).filter(
        (_, index) => index % 50 >= 20,
      ),
    },
  ];
}

/** The series goes away with every hundredth sample, and comes back. */
function ended(series: RawSeries): RawSeries {
  const bits = bitsOf(series.values);
  for (let index = 99; index < series.values.length; index += 100) writeStaleAt(bits, index);
  return series;
}

/** Counts that rise with `step`, in more buckets from the 100th on. */
function counting(step: number, factor: number): NativeHistogram {
  const buckets = step < 100 ? 3 : 5;
  const positiveCounts = Float64Array.from({ length: buckets }, (_, bucket) => factor * (step + bucket));
  const negativeCounts = Float64Array.of(factor * step);
  const zeroCount = factor * (step >> 1);
  return {
    schema: 3,
    zeroThreshold: 2 ** -128,
    zeroCount,
    count: positiveCounts.reduce((sum, count) => sum + count, 0) + negativeCounts[0]! + zeroCount,
    sum: 1.5 * step,
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 4, length: buckets - 2 },
    ],
    positiveCounts,
    negativeSpans: [{ offset: 0, length: 1 }],
    negativeCounts,
  };
}

function customBuckets(step: number): NativeHistogram {
  const positiveCounts = Float64Array.of(step, 2 * step, 3 * step);
  return {
    schema: -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 6 * step,
    sum: step / 3,
    positiveSpans: [{ offset: 0, length: 3 }],
    positiveCounts,
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    customBounds: Float64Array.of(0.005, 1 / 3, 1e9),
  };
}
