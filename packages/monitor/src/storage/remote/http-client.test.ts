import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { HttpClient } from './http-client.ts';

for (const packing of ['identity', 'gzip']) {
  test(`an answer (${packing}) that nobody reads is let go, and fails nobody`, async (context) => {
    const closed = Promise.withResolvers<void>();
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-encoding': packing });
      // The beginning of an answer that never ends.
      response.write(gzipSync('begun').subarray(0, 12));
      response.on('close', () => closed.resolve());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const client = new HttpClient({ url, headers: {}, authorize: async () => undefined }, 1);
    context.after(() => client.close());
    const request = { url, headers: {}, body: '', timeoutMs: 60_000 };
    assert.equal(await client.stream(request, async (status) => status), 200);
    await closed.promise;
    // The only connection there may be is free again.
    assert.equal(await client.stream(request, async (status) => status), 200);
  });

  test(`an answer (${packing}) that breaks off while nobody reads it fails nobody`, async (context) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-encoding': packing });
      response.write(gzipSync('begun').subarray(0, 12));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const client = new HttpClient({ url, headers: {}, authorize: async () => undefined }, 1);
    context.after(() => client.close());
    const taken = await client.stream({ url, headers: {}, body: '', timeoutMs: 60_000 }, async (status, body) => {
      const ended = Promise.withResolvers<void>();
      body.on('close', ended.resolve);
      server.closeAllConnections();
      await ended.promise;
      return status;
    });
    assert.equal(taken, 200);
  });
}
