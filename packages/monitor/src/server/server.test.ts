import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fastify } from 'fastify';
import { ChainpulseError } from '../model/errors.ts';
import { listen } from './listen.ts';
import { exchangeRaw, scriptedEngine, startTestServer, temporaryDirectory } from './testing/test-server.ts';

test('an unknown path is answered with what exists', async (t) => {
  const { url } = await startTestServer(t);
  const response = await fetch(`${url}/nowhere`);
  assert.equal(response.status, 404);
  const { code, message } = (await response.json()) as { code: string; message: string };
  assert.equal(code, 'not_found');
  for (const path of ['/nowhere', '/health', '/metrics', '/api/v1/query_range', '/api/chain/v1/events']) {
    assert.ok(message.includes(path), path);
  }
  const prometheus = await fetch(`${url}/api/v1/nowhere`);
  assert.equal(prometheus.status, 404);
  assert.equal(prometheus.headers.get('content-type'), 'application/json');
  const body = (await prometheus.json()) as Record<string, string>;
  assert.equal(body['status'], 'error');
  assert.equal(body['errorType'], 'not_found');
});

test('a method that a path does not know is answered 405 with those that it knows', async (t) => {
  const { url } = await startTestServer(t);
  const cases: [string, string, string][] = [
    ['PUT', '/api/v1/query', 'GET, OPTIONS, POST'],
    ['DELETE', '/api/v1/series', 'GET, OPTIONS, POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['POST', '/api/chain/v1/events', 'GET'],
  ];
  for (const [method, path, allowed] of cases) {
    const response = await fetch(url + path, { method });
    assert.equal(response.status, 405, `${method} ${path}`);
    assert.equal(response.headers.get('allow'), allowed);
  }
  const withBody = await fetch(`${url}/health`, {
    method: 'POST',
    body: '{}',
    headers: { 'content-type': 'text/xml' },
  });
  assert.equal(withBody.status, 405);
});

test('a body over the limit, or of another kind than a form, is refused', async (t) => {
  const { url } = await startTestServer(t, { limits: { maxBodyBytes: 1000 } });
  const large = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: 'x'.repeat(2000) }),
  });
  assert.equal(large.status, 413);
  const json = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: '{"query":"1"}',
    headers: { 'content-type': 'application/json' },
  });
  assert.equal(json.status, 415);
  assert.match(((await json.json()) as { error: string }).error, /application\/x-www-form-urlencoded/);
});

test('headers over the limit and what is no HTTP are answered before anything else', async (t) => {
  const { port } = await startTestServer(t, { limits: { maxHeaderBytes: 2048 } });
  const large = await exchangeRaw(port, `GET /live HTTP/1.1\r\nHost: localhost\r\nX: ${'x'.repeat(4096)}\r\n\r\n`);
  assert.match(large, /^HTTP\/1\.1 431 .*"code":"headers_too_large"/s);
  assert.match(await exchangeRaw(port, 'SSH-2.0-x\r\n\r\n'), /^HTTP\/1\.1 400 .*"code":"request_invalid"/s);
});

test('an address that cannot be decoded is refused', async (t) => {
  const { port } = await startTestServer(t);
  const answer = await exchangeRaw(port, 'GET /health/%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  assert.match(answer, /^HTTP\/1\.1 400 .*"code":"address_invalid"/s);
});

test('connections over the limit are closed at once, and the log says so', async (t) => {
  const { port, url, log } = await startTestServer(t, { limits: { maxConnections: 1 } });
  const held = connect(port, '127.0.0.1');
  await once(held, 'connect');
  await assert.rejects(fetch(`${url}/live`));
  held.destroy();
  assert.match(log.join(), /1 are open, which is the limit/);
});

test('closing does not wait for a connection that says nothing', async (t) => {
  const { app, port } = await startTestServer(t, { limits: { closeGraceMs: 10 } });
  const silent = connect(port, '127.0.0.1');
  await once(silent, 'connect');
  const closed = once(silent, 'close');
  await app.close();
  await closed;
});

test('a failure that was not written for people is logged whole and told as nothing but internal', async (t) => {
  const { url, log } = await startTestServer(t, {
    renderMetrics: () => {
      throw new Error('secret at /home/user/file');
    },
  });
  const response = await fetch(`${url}/metrics`);
  assert.equal(response.status, 500);
  const body = await response.text();
  assert.match(body, /"code":"internal"/);
  assert.doesNotMatch(body, /secret|home/);
  assert.match(log.join(), /secret at/);
});

test('a failure of the store is told in its own words', async (t) => {
  const failure = () => Promise.reject(new ChainpulseError('storage_io', 'The store cannot be read: check the disk.'));
  const { url } = await startTestServer(t, { engine: scriptedEngine({ instant: failure, stats: failure }) });
  const response = await fetch(`${url}/metrics/summary`);
  assert.equal(response.status, 503);
  assert.deepEqual(await response.json(), {
    code: 'storage_io',
    message: 'The store cannot be read: check the disk.',
  });
});

test('a port that is taken is told with what to do', async (t) => {
  const other = createTcpServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.after(() => other.close());
  const { port } = other.address() as AddressInfo;
  await assert.rejects(listen(fastify(), { host: '127.0.0.1', port }), {
    code: 'server_port_taken',
    message: `Port ${port} on 127.0.0.1 is in use by another program: end it or choose another with --port.`,
  });
});

test('an address that others can reach is refused before it is listened on', async () => {
  const app = fastify();
  await assert.rejects(listen(app, { host: '0.0.0.0', port: 0 }), { code: 'server_not_loopback' });
  assert.equal(app.server.listening, false);
});

test('without a built page its address says how to build it', async (t) => {
  const { url } = await startTestServer(t);
  const response = await fetch(url);
  assert.equal(response.status, 503);
  assert.match(await response.text(), /npm run build/);
});

test('the page may load nothing from elsewhere; only files with a hash in their name are kept by the browser', async (t) => {
  const pageDirectory = temporaryDirectory(t);
  mkdirSync(join(pageDirectory, 'assets'));
  writeFileSync(join(pageDirectory, 'index.html'), '<!doctype html><title>Chainpulse</title>');
  writeFileSync(join(pageDirectory, 'assets', 'index-a1b2c3.js'), 'export {};');
  writeFileSync(join(pageDirectory, '.secret'), 'secret');
  const { url, port } = await startTestServer(t, { pageDirectory });
  const page = await fetch(url);
  assert.equal(page.status, 200);
  assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const policy = page.headers.get('content-security-policy') ?? '';
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  const script = await fetch(`${url}/assets/index-a1b2c3.js`);
  assert.equal(script.headers.get('cache-control'), 'public, max-age=31536000, immutable');
  assert.match(script.headers.get('content-type') ?? '', /javascript/);
  assert.equal((await fetch(`${url}/assets/index-000000.js`)).status, 404);
  assert.equal((await fetch(`${url}/.secret`)).status, 404);
  const outside = await exchangeRaw(
    port,
    'GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n',
  );
  assert.match(outside, /^HTTP\/1\.1 40[034] /);
});
