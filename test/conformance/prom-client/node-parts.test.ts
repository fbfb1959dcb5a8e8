// What of prom-client needs Node: default metrics, the push gateway, workers of a cluster. The module itself.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import * as dropIn from '@chainpulse/instrument/prom-client';
import { type Client, DROP_IN, REAL } from './clients.ts';

const help = 'Some help.';

test('the module has every export of prom-client, by name, in its default and by require', () => {
  const required = createRequire(import.meta.url)('@chainpulse/instrument/prom-client') as Record<string, unknown>;
  for (const name of Object.keys(REAL)) {
    assert.ok(name in dropIn, name);
    assert.ok(name in dropIn.default, name);
    assert.ok(name in required, name);
  }
  assert.deepEqual(DROP_IN.collectDefaultMetrics.metricsList, REAL.collectDefaultMetrics.metricsList);
  assert.equal(DROP_IN.Registry.OPENMETRICS_CONTENT_TYPE, REAL.Registry.OPENMETRICS_CONTENT_TYPE);
});

test('contentType follows the global registry', () => {
  const global = dropIn.register as unknown as dropIn.Registry<dropIn.RegistryContentType>;
  assert.equal(dropIn.contentType, dropIn.prometheusContentType);
  global.setContentType(dropIn.openMetricsContentType);
  assert.equal(dropIn.contentType, dropIn.openMetricsContentType);
  dropIn.default.contentType = dropIn.prometheusContentType;
  assert.equal(dropIn.contentType, dropIn.prometheusContentType);
});

test('default metrics have the names, help and labels of prom-client', async () => {
  const heads = [];
  for (const client of [DROP_IN, REAL]) {
    const register = new client.Registry();
    client.collectDefaultMetrics({ register, prefix: 'my_', labels: { instance: 'a' } });
    await register.metrics();
    await new Promise((resolve) => setImmediate(resolve));
    const json = await register.getMetricsAsJSON();
    const isMeasured = (name: string): boolean => /active_|gc_duration/.test(name);
    heads.push(
      json.map(({ name, help: text, type, aggregator, values }) => {
        const labels = values.map((value) => value.labels);
        return { name, text, type, aggregator, labels: isMeasured(name) ? [] : labels };
      }),
    );
    for (const { name, values } of json) {
      for (const { value } of values)
        assert.ok(Number.isFinite(value) || /eventloop/.test(name), `${name} is ${value}`);
    }
  }
  assert.deepEqual(heads[0], heads[1]);
  assert.ok(heads[0]!.length > 25);
});

test('pushes are the same requests', async () => {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { method, url, headers } = request;
      const encoding = headers['content-encoding'];
      const text = (encoding === 'gzip' ? gunzipSync(body) : body).toString();
      seen.push({ method, url, encoding, authorization: headers.authorization, text });
      response.statusCode = url?.includes('/job/refused') === true ? 400 : 202;
      response.end('answer');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://user:secret@127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const runs = [];
    for (const client of [DROP_IN, REAL]) {
      seen.length = 0;
      const register = new client.Registry();
      new client.Counter({ name: 'c', help, registers: [register] }).inc(3);
      const plain = new client.Pushgateway(address, {}, register);
      const zipped = new client.Pushgateway(`${address}/base`, { headers: { 'Content-Encoding': 'gzip' } }, register);
      const answer = await plain.push({ jobName: 'job a/b', groupings: { instance: 'x y' } });
      await zipped.pushAdd({ jobName: 'zipped' });
      await zipped.delete({ jobName: 'zipped' });
      await new client.Pushgateway(address, { requireJobName: false }, register).push({} as never);
      await assert.rejects(plain.push({ jobName: 'refused' }), /push failed with status 400, answer/);
      runs.push({ seen: [...seen], body: answer.body, status: (answer.resp as { statusCode: number }).statusCode });
    }
    assert.deepEqual(runs[0], runs[1]);
    assert.equal((runs[0]!.seen as unknown[]).length, 5);
  } finally {
    server.close();
  }
  const nobody = new DROP_IN.Pushgateway('http://127.0.0.1:1');
  await assert.rejects(nobody.push({ jobName: 'a' }), /ECONNREFUSED/);
});

test('aggregators make the same of several registries', async () => {
  const texts = [];
  for (const client of [DROP_IN, REAL]) {
    const jsons = [];
    for (const factor of [1, 2, 3]) {
      const register = new client.Registry();
      for (const aggregator of ['sum', 'first', 'omit', 'average', 'min', 'max'] as const) {
        const config = { help, registers: [register], aggregator, labelNames: ['a'] };
        new client.Gauge({ ...config, name: `g_${aggregator}` }).set({ a: `v${factor % 2}` }, factor);
      }
      new client.Histogram({ name: 'h', help, registers: [register], buckets: [1, 2] }).observe(factor);
      jsons.push(JSON.parse(JSON.stringify(await register.getMetricsAsJSON())) as object);
    }
    texts.push(await client.AggregatorRegistry.aggregate(jsons).metrics());
    assert.equal(await new client.AggregatorRegistry().clusterMetrics(), '');
  }
  assert.equal(texts[0], texts[1]);
});

test('a cluster shows the sum of its workers', () => {
  const program = join(import.meta.dirname, 'cluster-program.ts');
  const output = execFileSync(process.execPath, [program], { encoding: 'utf8', timeout: 60_000 });
  assert.equal(output, '# HELP c C.\n# TYPE c counter\nc{a="x"} 6\n\n# HELP g G.\n# TYPE g gauge\ng 30\n');
});

test('a push, the default metrics and a cluster fail with a clear error where there is no Node', () => {
  const client: Client = DROP_IN;
  const own = Object.getOwnPropertyDescriptor(process, 'getBuiltinModule')!;
  try {
    process.getBuiltinModule = undefined as never;
    assert.throws(
      () => client.collectDefaultMetrics({ register: new client.Registry() }),
      /needs Node's module "process"/,
    );
    assert.throws(
      () => new client.Counter({ name: 'c', help, registers: [] }).inc('x' as never),
      /not a valid number: x/,
    );
  } finally {
    Object.defineProperty(process, 'getBuiltinModule', own);
  }
});
