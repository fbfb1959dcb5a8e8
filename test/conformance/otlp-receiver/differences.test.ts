// Where our receiver means to differ from Prometheus 3.14: one bad data point does not cost the request, nothing is made up
// for a value that is missing, and every count of a histogram stays in its bucket. If Prometheus comes to answer otherwise,
// this says so.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  at,
  attributes,
  exponential,
  gauge,
  histogram,
  request,
} from '../../../packages/monitor/src/sources/push/otlp/testing/build-request.ts';
import { encodeOtlp, type OtlpObject } from '../../../packages/monitor/src/sources/push/otlp/testing/official-otlp.ts';
import { type Received, Receiving } from '../../../packages/monitor/src/sources/push/otlp/testing/received.ts';
import type { ServerProcess } from '../testing/server-process.ts';
import { type ComparedSeries, comparedSeries } from './compared-series.ts';
import { postOtlp, SKIP_WITHOUT_PROMETHEUS_3, startPrometheus3 } from './prometheus-3.ts';
import { WrittenSeriesServer } from './written-series.ts';

const LABELS = '{instance="a:1",job="node"}';

describe('OTLP as Prometheus 3.14 does not take it', { skip: SKIP_WITHOUT_PROMETHEUS_3 }, () => {
  let written: WrittenSeriesServer;
  let prometheus: ServerProcess;
  const timeMs = Date.now() + 60_000;
  const now = at(timeMs);

  before(async () => {
    written = await WrittenSeriesServer.start();
    prometheus = await startPrometheus3(written.address, []);
  });
  after(async () => {
    await prometheus?.stop();
    await written?.stop();
  });

  function ours(metrics: readonly OtlpObject[]): Promise<Received> {
    return new Receiving().receive(encodeOtlp(request(metrics)), 'protobuf', Date.now());
  }

  async function theirs(metric: OtlpObject, sentinel: string): Promise<ComparedSeries | undefined> {
    await postOtlp(prometheus.address, encodeOtlp(request([metric])));
    const end = request([gauge(sentinel, [{ ...now, asInt: 1 }])], { resource: {} });
    await postOtlp(prometheus.address, encodeOtlp(end));
    return [...(await written.takeThrough(sentinel)).values()][0];
  }

  const bad: Readonly<Record<string, OtlpObject>> = {
    'a delta': { name: 'd', sum: { aggregationTemporality: 1, dataPoints: [{ ...now, asInt: 1 }] } },
    'no temporality': histogram('h', [], { histogram: { dataPoints: [{ ...now, count: 1 }] } }),
    'a name of which nothing is left': gauge('ä', [{ ...now, asInt: 1 }]),
    'an attribute of whose name nothing is left': gauge('g', [
      { ...now, asInt: 1, attributes: attributes({ '..': 1 }) },
    ]),
    'a scale that is too coarse': exponential('e', [{ ...now, count: 0, scale: -5 }]),
    'a histogram that contradicts itself': exponential('e', [{ ...now, count: 2, positive: { bucketCounts: [1] } }]),
    'a time that is too far in the future': gauge('g', [{ ...at(timeMs + 3_600_000), asInt: 1 }]),
    'a metric without data points': gauge('g', []),
    'a metric of no kind': { name: 'none' },
  };
  for (const [about, metric] of Object.entries(bad)) {
    it(`refuses a request whole for ${about}; here the rest of it is kept`, async () => {
      const good = gauge('good', [{ ...now, asInt: 1 }]);
      const { status } = await postOtlp(prometheus.address, encodeOtlp(request([metric, good])));
      assert.ok(status >= 400, `Prometheus answered ${status}`);
      assert.deepEqual([...(await ours([metric, good])).samples.keys()], [`good${LABELS}`]);
    });
  }

  it('writes 0 for a data point without a value, which is refused here', async () => {
    const metric = gauge('without_value', [now]);
    assert.deepEqual((await theirs(metric, 'sentinel_value'))?.samples, [[timeMs, 0]]);
    const received = await ours([metric]);
    assert.equal(received.samples.size, 0);
    assert.match(received.totals.errors.join(), /it has no value/);
  });

  it('shifts a count when it steps down a histogram that begins with empty buckets', async () => {
    const metric = exponential('shifted', [
      { ...now, count: 7, sum: 1, scale: 9, positive: { bucketCounts: [0, 0, 3, 4] } },
    ]);
    const [[, shifted] = []] = (await theirs(metric, 'sentinel_shifted'))?.histograms ?? [];
    const series = comparedSeries([await ours([metric])], { withMetadata: false });
    const [[, right] = []] = series.get(`shifted${LABELS}`)?.histograms ?? [];
    // Buckets 2 and 3 of scale 9, counted from 0, are bucket 1 of scale 8, which is Prometheus's bucket 2.
    assert.deepEqual(right?.positive, { 2: 7 });
    assert.deepEqual(shifted?.positive, { 1: 3, 2: 4 });
  });
});
