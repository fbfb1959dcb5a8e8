import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { exchangeRaw, startTestServer } from './testing/test-server.ts';

async function statusOf(t: TestContext, lines: readonly string[]): Promise<{ status: number; answer: string }> {
  const { port } = await startTestServer(t);
  const answer = await exchangeRaw(port, `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`);
  return { status: Number(answer.split(' ')[1]), answer };
}

test('a request that names another host is refused, so that no rebound name reaches the monitor', async (t) => {
  for (const host of ['evil.example', 'evil.example:8090', '127.0.0.1.evil.example', '']) {
    const { status, answer } = await statusOf(t, ['GET /live HTTP/1.1', `Host: ${host}`]);
    assert.equal(status, 421, host);
    assert.match(answer, /"code":"host_not_local"/);
  }
});

test('two Host headers, or none, are refused', async (t) => {
  const two = await statusOf(t, ['GET /live HTTP/1.1', 'Host: 127.0.0.1', 'Host: evil.example']);
  assert.ok(two.status === 400 || two.status === 421, two.answer);
  assert.equal((await statusOf(t, ['GET /live HTTP/1.1'])).status, 400);
  assert.equal((await statusOf(t, ['GET /live HTTP/1.0'])).status, 421);
});

test('loopback names are answered', async (t) => {
  for (const host of ['127.0.0.1:1234', 'localhost', '[::1]:9', 'monitor.localhost:8090']) {
    assert.equal((await statusOf(t, ['GET /live HTTP/1.1', `Host: ${host}`])).status, 200, host);
  }
});

test('an Origin that is not the host itself is refused, on every path', async (t) => {
  for (const path of ['/live', '/api/v1/query?query=1', '/', '/nowhere']) {
    const { status, answer } = await statusOf(t, [
      `GET ${path} HTTP/1.1`,
      'Host: 127.0.0.1:8090',
      'Origin: http://evil.example',
    ]);
    assert.equal(status, 403, path);
    assert.match(answer, /Only pages of the monitor itself may ask it/);
  }
  const own = ['GET /live HTTP/1.1', 'Host: 127.0.0.1:8090', 'Origin: http://127.0.0.1:8090'];
  assert.equal((await statusOf(t, own)).status, 200);
});

test('a request that another site made the browser send is refused, a link to the page is not', async (t) => {
  const crossSite = ['Host: 127.0.0.1', 'Sec-Fetch-Site: cross-site'];
  const image = [...crossSite, 'Sec-Fetch-Mode: no-cors', 'Sec-Fetch-Dest: image'];
  const link = [...crossSite, 'Sec-Fetch-Mode: navigate', 'Sec-Fetch-Dest: document'];
  assert.equal((await statusOf(t, ['GET /metrics HTTP/1.1', ...image])).status, 403);
  assert.equal((await statusOf(t, ['GET /live HTTP/1.1', ...link])).status, 200);
  assert.equal((await statusOf(t, ['GET /api/v1/targets HTTP/1.1', ...link])).status, 403);
});

test('a refusal under /api/v1 has the form of Prometheus', async (t) => {
  const { answer } = await statusOf(t, ['GET /api/v1/query?query=1 HTTP/1.1', 'Host: evil.example']);
  assert.match(answer, /\{"status":"error","errorType":"bad_data","error":"The Host header must name this machine/);
});

test('an address of another server in the request line reaches nothing', async (t) => {
  const { status } = await statusOf(t, ['GET http://evil.example/live HTTP/1.1', 'Host: 127.0.0.1']);
  assert.equal(status, 400);
});

test('every answer tells the browser not to guess its type and not to share it', async (t) => {
  const { url } = await startTestServer(t);
  for (const path of ['/live', '/nowhere', '/api/v1/targets']) {
    const { headers } = await fetch(url + path);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin');
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
    assert.equal(headers.get('access-control-allow-origin'), null);
  }
});
