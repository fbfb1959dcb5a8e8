import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { METRIC_TABLE } from '../domains/index.ts';
import { CSV_CONTENT_TYPE } from '../exposition/csv.ts';
import { INFLUX_CONTENT_TYPE } from '../exposition/influx.ts';
import { OPENMETRICS_CONTENT_TYPE } from '../exposition/openmetrics.ts';
import { PROTOBUF_CONTENT_TYPE, renderProtobuf } from '../exposition/protobuf.ts';
import { Registry, renderText, TEXT_CONTENT_TYPE } from '../index.ts';
import { exposeOwnMetrics } from '../own-metrics.ts';
import { metricsHandler } from './metrics-handler.ts';
import { get } from './testing/http-client.ts';
import { listenWith, registryWith, serve } from './testing/serve.ts';

describe('GET /metrics', () => {
  it('answers with what the registry renders', async () => {
    const registry = registryWith(2);
    const { url } = await serve({ registry, exposeOwn: false });
    const answer = await get(`${url}/metrics`);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers['content-type'], TEXT_CONTENT_TYPE);
    assert.equal(answer.headers['content-length'], String(answer.body.length));
    assert.equal(answer.headers['content-encoding'], undefined);
    assert.equal(answer.headers['cache-control'], 'no-store');
    assert.equal(answer.headers['vary'], 'accept, accept-encoding');
    assert.equal(answer.text, renderText(registry));
    assert.match(answer.text, /^chain_height 0$/m);
  });

  it('answers in the format that Accept asks for, or ?format= before it', async () => {
    const registry = registryWith(2);
    const { url } = await serve({ registry, exposeOwn: false });
    const metrics = `${url}/metrics`;
    const openMetrics = await get(metrics, { headers: { accept: 'application/openmetrics-text; version=1.0.0' } });
    assert.equal(openMetrics.headers['content-type'], OPENMETRICS_CONTENT_TYPE);
    assert.match(openMetrics.text, /# EOF\n$/);
    const accept = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited';
    const protobuf = await get(metrics, { headers: { accept } });
    assert.equal(protobuf.headers['content-type'], PROTOBUF_CONTENT_TYPE);
    assert.deepEqual(protobuf.body, Buffer.from(renderProtobuf(registry.snapshot())));
    const json = await get(metrics, { headers: { accept: 'application/json' } });
    assert.equal((JSON.parse(json.text) as { families: unknown[] }).families.length, 3);
    const csv = await get(`${metrics}?format=csv`, { headers: { accept } });
    assert.equal(csv.headers['content-type'], CSV_CONTENT_TYPE);
    const influx = await get(`${metrics}?format=influx`);
    assert.equal(influx.headers['content-type'], INFLUX_CONTENT_TYPE);
    assert.match(influx.text, /^chain_height gauge=0 1795181530000000000$/m);
    const otlp = await get(`${metrics}?format=otlp`);
    assert.ok(Array.isArray((JSON.parse(otlp.text) as { resourceMetrics: unknown[] }).resourceMetrics));
    const otlpProtobuf = await get(`${metrics}?format=otlp-protobuf`);
    assert.equal(otlpProtobuf.headers['content-type'], 'application/x-protobuf');
    assert.equal((await get(`${metrics}?format=text`, { headers: { accept } })).text, renderText(registry));
  });

  it('refuses a format that it does not know, and says which there are', async () => {
    const { url } = await serve({ registry: registryWith(0) });
    for (const format of ['xml', '', '__proto__', 'toString']) {
      const answer = await get(`${url}/metrics?format=${format}`);
      assert.equal(answer.status, 400);
      assert.match(answer.text, /The formats are text, openmetrics, protobuf, json, csv, influx, otlp/);
      assert.ok(!answer.text.includes('xml'));
    }
  });

  it('compresses a page of 1 KiB and more for whom gzip is welcome', async () => {
    const registry = registryWith(200);
    const { url } = await serve({ registry, exposeOwn: false });
    const answer = await get(`${url}/metrics`, { headers: { 'accept-encoding': 'gzip, deflate' } });
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.equal(answer.headers['content-length'], String(answer.body.length));
    assert.equal(gunzipSync(answer.body).toString(), renderText(registry));
    const small = await get(`${url}/metrics?name[]=chain_height`, { headers: { 'accept-encoding': 'gzip' } });
    assert.equal(small.headers['content-encoding'], undefined);
    assert.match(small.text, /chain_height 0/);
  });

  it('answers HEAD with the headers of GET and no body', async () => {
    const { url } = await serve({ registry: registryWith(2), exposeOwn: false });
    const whole = await get(`${url}/metrics`);
    const head = await get(`${url}/metrics`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(head.body.length, 0);
    assert.equal(head.headers['content-length'], whole.headers['content-length']);
  });

  it('shows only the metrics that name[] names, by any name of theirs', async () => {
    const { url } = await serve({ registry: registryWith(2), exposeOwn: false });
    const shown = async (query: string): Promise<string[]> => {
      const { text } = await get(`${url}/metrics?${query}`);
      return Array.from(text.matchAll(/^# TYPE (\S+)/gm), ([, name]) => name ?? '');
    };
    assert.deepEqual(await shown('name[]=chain_height'), ['chain_height']);
    assert.deepEqual(await shown('name%5B%5D=chain_height&name[]=chain_votes_total'), [
      'chain_height',
      'chain_votes_total',
    ]);
    assert.deepEqual(await shown('name[]=chain_votes'), ['chain_votes_total']);
    for (const name of ['chain_wait_seconds', 'chain_wait_seconds_bucket', 'chain_wait_seconds_count']) {
      assert.deepEqual(await shown(`name[]=${name}`), ['chain_wait_seconds']);
    }
    assert.deepEqual(await shown('name[]=chain_height_bucket&name[]=nothing'), []);
    const names = Array.from({ length: 257 }, () => 'name[]=a').join('&');
    assert.equal((await get(`${url}/metrics?${names}`)).status, 400);
  });

  it('shows a naming profile, with the canonical names where that is asked for', async () => {
    const registry = new Registry();
    const { name, help } = METRIC_TABLE.runtime.processResidentMemory;
    registry.gauge({ name, help }).set(7);
    const alys = await serve({ registry, profile: 'alys', exposeOwn: false });
    const page = (await get(`${alys.url}/metrics`)).text;
    assert.match(page, /^alys_memory_usage_bytes 7$/m);
    assert.doesNotMatch(page, /^process_/m);
    const both = await serve({ registry, profile: { name: 'alys', alongside: true }, exposeOwn: false });
    assert.match((await get(`${both.url}/metrics`)).text, /^process_resident_memory_bytes 7$/m);
    const summary = await get(`${alys.url}/metrics/summary`);
    assert.match(summary.text, /"residentMemoryBytes": 7/);
  });

  it('waits for attached sources, but not for ever', async () => {
    const registry = registryWith(0);
    let fetched = 0;
    let refreshes = 0;
    registry.attach({
      families: () => [
        { name: 'other_total', help: 'O.', unit: '', type: 'counter', points: [{ labels: [], value: fetched }] },
      ],
      refresh: async () => {
        refreshes++;
        await new Promise((resolve) => setTimeout(resolve, 20));
        fetched = 7;
      },
    });
    const { url } = await serve({ registry });
    assert.match((await get(`${url}/metrics`)).text, /^other_total 7$/m);
    assert.equal(refreshes, 1);

    const hanging = registryWith(0);
    let asked = 0;
    hanging.attach({
      families: () => [],
      refresh: () => {
        asked++;
        return new Promise(() => {});
      },
    });
    const slow = await serve({ registry: hanging }, { refreshTimeoutMs: 20 });
    assert.match((await get(`${slow.url}/metrics`)).text, /^chain_height 0$/m);
    assert.equal((await get(`${slow.url}/metrics`)).status, 200);
    assert.equal(asked, 1, 'a source that hangs is not asked again');
  });

  it('makes one page for all who ask for it at the same time', async () => {
    const registry = registryWith(0);
    let reads = 0;
    registry.onCollect(() => {
      reads++;
    });
    let isOpen: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    registry.attach({ families: () => [], refresh: () => gate });
    const { url, server } = await listenWith(metricsHandler({ registry }));
    let arrived = 0;
    server.on('request', () => {
      if (++arrived === 50) isOpen();
    });
    const answers = Array.from({ length: 50 }, () => get(`${url}/metrics`));
    const texts = (await Promise.all(answers)).map(({ text }) => text);
    assert.equal(new Set(texts).size, 1);
    assert.equal(reads, 1);
    await get(`${url}/metrics`);
    assert.equal(reads, 2);
  });

  it('makes no more than so many different pages at once', async () => {
    const registry = registryWith(0);
    let isOpen: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    let isAsked: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    registry.attach({
      families: () => [],
      refresh: () => {
        isAsked();
        return gate;
      },
    });
    const { url } = await serve({ registry }, { maxRenders: 1 });
    const first = get(`${url}/metrics?name[]=a`);
    await asked;
    const refused = await get(`${url}/metrics?name[]=b`);
    assert.equal(refused.status, 503);
    assert.equal(refused.headers['retry-after'], '1');
    isOpen();
    assert.equal((await first).status, 200);
    assert.equal((await get(`${url}/metrics?name[]=b`)).status, 200);
  });

  it('says how long rendering takes, by format, with what else the registry tells of itself', async () => {
    const registry = registryWith(0);
    const { url } = await serve({ registry });
    await serve({ registry });
    for (const format of ['csv', 'otlp', 'otlp-protobuf']) await get(`${url}/metrics?format=${format}`);
    const { text } = await get(`${url}/metrics`);
    const counts = 'chain_runtime_instrument_render_duration_seconds_count';
    assert.match(text, new RegExp(`^${counts}\\{format="csv"\\} 1$`, 'm'));
    assert.match(text, new RegExp(`^${counts}\\{format="otlp"\\} 2$`, 'm'));
    assert.match(text, new RegExp(`^${counts}\\{format="text"\\} 0$`, 'm'));
    assert.match(text, /^chain_runtime_instrument_series \d+$/m);
  });

  it('takes it well that the node exposes the own metrics of its registry itself', async () => {
    const registry = registryWith(0);
    exposeOwnMetrics(registry);
    const { url } = await serve({ registry });
    assert.match((await get(`${url}/metrics`)).text, /^chain_runtime_instrument_render_duration_seconds_count/m);
  });

  it('says nothing of an error but to the node', async () => {
    const errors: unknown[] = [];
    const registry = registryWith(0);
    registry.snapshot = () => {
      throw new Error('at /home/node/secret.ts:7');
    };
    const { url } = await serve({ registry, onError: (error) => errors.push(error) });
    const answer = await get(`${url}/metrics?format=json`);
    assert.equal(answer.status, 500);
    assert.ok(!answer.text.includes('secret'));
    assert.match(String(errors[0]), /secret/);
    const throwing = await serve({
      registry,
      onError: () => {
        throw new Error('again');
      },
    });
    assert.equal((await get(`${throwing.url}/metrics?format=json`)).status, 500);
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });
});
