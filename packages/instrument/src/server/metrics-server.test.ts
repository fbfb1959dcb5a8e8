import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request as tlsRequest } from 'node:https';
import { describe, it } from 'node:test';
import { metricsHandler } from './metrics-handler.ts';
import { type MetricsServerOptions, startMetricsServer } from './metrics-server.ts';
import { connectTo, get, readAll } from './testing/http-client.ts';
import { listenWith, registryWith, serve } from './testing/serve.ts';

describe('other routes', () => {
  it('answers /health with 200, or 503 when a check fails', async () => {
    let isWell: true | string = true;
    const { url } = await serve(
      { registry: registryWith(0), healthChecks: { sync: () => isWell } },
      { maxHealthAgeMs: 0 },
    );
    const well = await get(`${url}/health`);
    assert.equal(well.status, 200);
    assert.deepEqual(JSON.parse(well.text), {
      status: 'ok',
      checks: { sync: { status: 'ok' } },
      message: '1 of 1 checks are ok.',
    });
    isWell = 'Behind by 40 blocks.';
    const failing = await get(`${url}/health`);
    assert.equal(failing.status, 503);
    assert.equal((JSON.parse(failing.text) as { status: string }).status, 'failing');
    assert.equal((await get(`${url}/health`, { method: 'HEAD' })).status, 503);
  });

  it('answers anything else with 404 and what there is', async () => {
    const { url } = await serve({ registry: registryWith(0) });
    for (const path of ['/', '/metrics/', '/Metrics', '//', '/../etc/passwd', '/health/x', '/%', '*']) {
      const answer = await get(`${url}${path === '*' ? '/' : path}`);
      assert.equal(answer.status, 404, path);
      assert.equal(answer.text, 'Nothing is here. There is /metrics, /metrics/summary and /health.\n');
    }
  });

  it('takes no method but GET and HEAD', async () => {
    const { url } = await serve({ registry: registryWith(0) });
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']) {
      const answer = await get(`${url}/metrics`, { method });
      assert.equal(answer.status, 405, method);
      assert.equal(answer.headers['allow'], 'GET, HEAD');
    }
  });
});

describe('startMetricsServer', () => {
  it('says which port is in use', async () => {
    const { port } = await serve({ registry: registryWith(0) });
    await assert.rejects(startMetricsServer({ registry: registryWith(0), port }), {
      code: 'port_in_use',
      message: new RegExp(`port ${port} of 127\\.0\\.0\\.1`),
    });
  });

  it('says that a host is not of this machine', async () => {
    await assert.rejects(startMetricsServer({ registry: registryWith(0), host: '192.0.2.1', port: 0 }), {
      code: 'listen_failed',
    });
  });

  it('refuses options that are none', async () => {
    const registry = registryWith(0);
    for (const options of [
      { port: -1 },
      { port: 65_536 },
      { port: 1.5 },
      { port: '9464' },
      { host: '' },
      { profile: 'bitcoin' },
      { profile: 'toString' },
      { healthChecks: { a: 1 } },
      { tls: {} },
      { tls: { key: 'no key', cert: 'no cert' } },
    ]) {
      const all = { registry, port: 0, ...options } as unknown as MetricsServerOptions;
      await assert.rejects(startMetricsServer(all), { code: 'option_invalid' }, JSON.stringify(options));
    }
  });

  it('listens on the loopback alone, and says where', async () => {
    const server = await serve({ registry: registryWith(0) });
    assert.equal(server.url, `http://127.0.0.1:${server.port}`);
    const all = await serve({ registry: registryWith(0), host: '0.0.0.0' });
    assert.equal((await get(`${all.url}/metrics`)).status, 200);
  });

  it('closes when answers under way have ended, and cuts those that do not end', async () => {
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
    const server = await serve({ registry });
    const idle = await connectTo(server.url);
    const idleEnd = readAll(idle);
    const answer = get(`${server.url}/metrics`);
    await asked;
    const closed = server.close();
    assert.equal(server.close(), closed);
    isOpen();
    assert.equal((await answer).status, 200);
    await closed;
    await idleEnd;
    await assert.rejects(connectTo(server.url));

    const stuck = registryWith(0);
    const begun = new Promise<void>((resolve) => {
      stuck.attach({
        families: () => [],
        refresh: () => {
          resolve();
          return new Promise(() => {});
        },
      });
    });
    const hanging = await serve({ registry: stuck }, { closeGraceMs: 20 });
    const cut = get(`${hanging.url}/metrics`).catch(() => 'cut');
    await begun;
    await hanging.close();
    assert.equal(await cut, 'cut');
  });

  const openssl = '/usr/bin/openssl';
  it('answers HTTPS', { skip: existsSync(openssl) ? false : `no ${openssl} here to make a certificate` }, async () => {
    const pem = execFileSync(
      openssl,
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout - -subj /CN=localhost -days 2'.split(
        ' ',
      ),
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const { url } = await serve({ registry: registryWith(0), tls: { key: pem, cert: pem } });
    assert.match(url, /^https:/);
    const sent = tlsRequest(`${url}/metrics`, { ca: pem, servername: 'localhost', agent: false }).end();
    const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
    assert.equal(response.statusCode, 200);
    await response.toArray();
    const plain = await connectTo(url.replace('https', 'http'));
    const answer = readAll(plain);
    plain.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
    assert.doesNotMatch(await answer, /chain_/);
  });
});

describe('metricsHandler', () => {
  it("serves in an app's own server, and hands on what is not its own", async () => {
    const handler = metricsHandler({ registry: registryWith(0) });
    const { url } = await listenWith((request, response) => {
      handler(request, response, () => response.end('the app'));
    });
    assert.match((await get(`${url}/metrics`)).text, /^chain_height 0$/m);
    assert.equal((await get(`${url}/blocks?x=/metrics`)).text, 'the app');
    assert.equal((await get(`${url}/metrics?x=1`)).status, 200);
  });
});
