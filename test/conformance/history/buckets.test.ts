// Native histograms as Prometheus 3 shows them: what the export says of buckets is what its API answers, for every bound that its
// tables have and for histograms of all kinds; and its status says of labels what ours does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressSnappy } from '../../../packages/instrument/src/encoding/snappy.ts';
import { encodeHistogram } from '../../../packages/monitor/src/encoding/native-histogram.ts';
import { histogramJson } from '../../../packages/monitor/src/export/histogram-json.ts';
import type { NativeHistogram } from '../../../packages/monitor/src/model/batch.ts';
import { SteadyClock } from '../../../packages/monitor/src/model/clock.ts';
import { openRealEngine } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { encodeWrite1, labelMessages } from '../../../packages/monitor/src/sources/push/testing/official-proto.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { askJson, prometheus3, startReceiver } from '../push/receivers.ts';

const oracle = oraclePath(PROMETHEUS_3);
const skip = oracle === undefined && 'no Prometheus 3: npm run oracles';

const NONE = { spans: [], counts: new Float64Array(0) };

function side(offset: number, length: number) {
  return { spans: [{ offset, length }], counts: new Float64Array(length).fill(1) };
}

function histogram(schema: number, positive = NONE as ReturnType<typeof side>, more: Partial<NativeHistogram> = {}) {
  const { zeroCount = 0, negativeCounts = new Float64Array(0) } = more;
  return {
    schema,
    zeroThreshold: 0,
    zeroCount,
    count: zeroCount + positive.counts.length + negativeCounts.length,
    sum: 1e-9,
    positiveSpans: positive.spans,
    positiveCounts: positive.counts,
    negativeSpans: [],
    negativeCounts,
    ...more,
  };
}

function negative(offset: number, length: number) {
  const { spans, counts } = side(offset, length);
  return { negativeSpans: spans, negativeCounts: counts };
}

const HISTOGRAMS: readonly NativeHistogram[] = [
  ...[-4, -3, -2, -1, 0].map((schema) => histogram(schema, side(-10, 20), negative(-3, 5))),
  ...[1, 2, 3, 4, 5, 6, 7, 8].map((schema) => histogram(schema, side(0, 2 ** schema + 1), negative(-5, 3))),
  histogram(8, side(-700, 300)),
  histogram(8, side(1000, 300)),
  histogram(1, side(-1, 4), { ...negative(-1, 4), zeroThreshold: 0.8, zeroCount: 2 }),
  histogram(1, side(0, 3), { zeroThreshold: 2, zeroCount: 1 }),
  histogram(1, NONE, { zeroCount: 4, ...negative(0, 1) }),
  histogram(0, side(1022, 3)),
  histogram(-2, side(255, 3)),
  histogram(3, side(8191, 3)),
  histogram(1, side(-2150, 4), negative(-2150, 4)),
  histogram(-53, side(0, 3), { customBounds: Float64Array.of(-1, 1e-7), sum: 1e21 }),
  histogram(0),
];

test('buckets are exported as the API of Prometheus 3 has them', { skip }, async (t) => {
  const address = await startReceiver(t, prometheus3(oracle!));
  const nowMs = Date.now();
  for (const [index, each] of HISTOGRAMS.entries()) {
    const labels = labelMessages([
      ['__name__', 'h'],
      ['i', String(index)],
    ]);
    await write(address, withHistogram(encodeWrite1({ timeseries: [{ labels }] }), encodeHistogram(each, nowMs)));
  }
  const { data } = await askJson<{ data: { result: { metric: { i: string }; histogram: [number, unknown] }[] } }>(
    `${address}/api/v1/query?query=h&time=${nowMs / 1000}`,
  );
  assert.equal(data.result.length, HISTOGRAMS.length);
  for (const { metric, histogram: shown } of data.result) {
    const { native: _, ...ours } = histogramJson(HISTOGRAMS[Number(metric.i)]!);
    assert.deepEqual(ours, shown[1], `histogram ${metric.i}`);
  }
});

test('status/tsdb says of labels what Prometheus 3 says', { skip }, async (t) => {
  const clock = new SteadyClock();
  const engine = await openRealEngine(t, [], clock, 3_600_000);
  const { url } = await startTestServer(t, { engine, clock });
  const address = await startReceiver(t, prometheus3(oracle!));
  const nowMs = Date.now();
  const timeseries = Array.from({ length: 30 }, (_, index) => ({
    labels: labelMessages([
      ['__name__', `metric_${index % 4}`],
      ['instance', `é:${index}`],
      ...(index % 3 === 0 ? ([['zone', 'x']] as const) : []),
    ]),
    samples: [{ value: index, timestamp: nowMs }],
  }));
  const status = async (server: string) => {
    await write(server, encodeWrite1({ timeseries }));
    const { data } = await askJson<{ data: Record<string, { name: string; value: number }[]> }>(
      `${server}/api/v1/status/tsdb`,
    );
    const { memoryInBytesByLabelName, labelValueCountByLabelName, seriesCountByMetricName } = data;
    const byName = (list: { name: string; value: number }[] = []) =>
      list.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    return [memoryInBytesByLabelName, labelValueCountByLabelName, seriesCountByMetricName].map(byName);
  };
  assert.deepEqual(await status(url), await status(address));
});

/** Puts a histogram, the fourth field, into the one series of a request, the first. */
function withHistogram(request: Uint8Array, message: Uint8Array): Uint8Array {
  const [, length = 0] = request;
  const series = Buffer.concat([request.subarray(2, 2 + length), Buffer.of(0x22), varint(message.length), message]);
  return Buffer.concat([Buffer.of(0x0a), varint(series.length), series]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return Buffer.of(...bytes, value);
}

async function write(address: string, message: Uint8Array): Promise<void> {
  const answer = await fetch(`${address}/api/v1/write`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' },
    body: Buffer.from(compressSnappy(message)),
  });
  assert.equal(answer.status, 204, await answer.text());
}
