import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import { handlerWith } from './metrics-handler.ts';
import { connectTo, get, readAll } from './testing/http-client.ts';
import { withLimits } from './testing/parts.ts';
import { listenWith, registryWith, serve } from './testing/serve.ts';

describe('clients that behave badly', () => {
  it('cuts off one that never ends its headers', async () => {
    const { url } = await serve(
      { registry: registryWith(0) },
      { headersTimeoutMs: 50, requestTimeoutMs: 60, checkIntervalMs: 20 },
    );
    const socket = await connectTo(url);
    const answer = readAll(socket);
    socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n');
    const drip = setInterval(() => socket.write('X-A: b\r\n'), 10);
    const text = await answer;
    clearInterval(drip);
    // What was sent before the cut may be lost with it.
    assert.match(text, /^$|^HTTP\/1\.1 408 /);
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });

  it('cuts off one that never ends its body', async () => {
    const { url } = await serve(
      { registry: registryWith(0) },
      { headersTimeoutMs: 50, requestTimeoutMs: 60, checkIntervalMs: 20 },
    );
    const socket = await connectTo(url);
    const answer = readAll(socket);
    socket.write('POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    const drip = setInterval(() => socket.write('x'), 10);
    const text = await answer;
    clearInterval(drip);
    assert.match(text, /^$|^HTTP\/1\.1 405 /);
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });

  it('refuses headers that are too large, and what is no HTTP', async () => {
    const { url } = await serve({ registry: registryWith(0) });
    const large = await connectTo(url);
    const refusal = readAll(large);
    large.write(`GET /metrics HTTP/1.1\r\nHost: a\r\nX-A: ${'x'.repeat(20_000)}\r\n\r\n`);
    assert.match(await refusal, /^HTTP\/1\.1 431 /);
    const odd = await connectTo(url);
    const answer = readAll(odd);
    odd.write('\x16\x03\x01 hello\r\n\r\n');
    assert.match(await answer, /^HTTP\/1\.1 400 /);
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });

  it('disconnects one that does not read its answer in time', async () => {
    const registry = registryWith(9000);
    const { url, server } = await listenWith(handlerWith({ registry }, withLimits({ maxAnswerMs: 100 })));
    const accepted = once(server, 'connection');
    const socket = await connectTo(url);
    socket.pause();
    for (let i = 0; i < 100; i++) socket.write('GET /metrics?format=json HTTP/1.1\r\nHost: a\r\n\r\n');
    const [other] = (await accepted) as [Socket];
    await new Promise<void>((resolve) => {
      if (other.closed) resolve();
      else other.once('close', () => resolve());
    });
    socket.destroy();
    assert.equal((await get(`${url}/metrics`)).status, 200);
  });

  it('goes on when clients leave before their answer', async () => {
    const registry = registryWith(5000);
    let isOpen: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      isOpen = resolve;
    });
    registry.attach({ families: () => [], refresh: () => gate });
    const errors: unknown[] = [];
    const { url } = await serve({ registry, onError: (error) => errors.push(error) });
    for (let i = 0; i < 10; i++) {
      const socket = await connectTo(url);
      socket.write('GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
      setTimeout(() => socket.resetAndDestroy(), 5);
      await readAll(socket);
    }
    isOpen();
    assert.equal((await get(`${url}/metrics`)).status, 200);
    assert.deepEqual(errors, []);
  });

  it('has no more connections than it may', async () => {
    const { url } = await serve({ registry: registryWith(0) }, { maxConnections: 2 });
    const held = [await connectTo(url), await connectTo(url)];
    const refused = await connectTo(url);
    assert.equal(await readAll(refused), '');
    for (const socket of held) socket.destroy();
    await becomes(async () => (await get(`${url}/metrics`).catch(() => undefined))?.status === 200);
  });
});

/** Asks again and again; fails after ten seconds. */
async function becomes(isTrue: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 10_000;
  while (!(await isTrue())) {
    assert.ok(performance.now() < endMs, 'it never became true');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
