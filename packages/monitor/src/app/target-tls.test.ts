import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { completeConfig } from '../config/read-config.ts';
import type { ConfigInput } from '../config/schema.ts';
import { TestAuthority } from '../server/auth/testing/certificates.ts';
import { createScrapeCollector } from '../sources/scrape/scrape-collector.ts';
import { CollectingSink } from '../sources/scrape/testing/collecting-sink.ts';
import { targetTlsOf } from './target-tls.ts';

type TlsInput = NonNullable<NonNullable<ConfigInput['targets']>[number]['tls']>;

const authority = new TestAuthority('test authority');

async function serve(t: TestContext, options: ServerOptions): Promise<string> {
  const server = createServer(options, (_request, response) => response.end('a 1\n')).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

function filesIn(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'chainpulse-target-tls-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
}

function collectorOf(t: TestContext, url: string, tls: TlsInput | undefined) {
  const [target] = completeConfig({ targets: [{ url, ...(tls !== undefined && { tls }) }] }).targets;
  assert.ok(target !== undefined);
  const collector = createScrapeCollector({ url: new URL(url), timeoutMs: 5000, readTls: targetTlsOf(target) });
  t.after(() => collector.close());
  return async (): Promise<number> => {
    const sink = new CollectingSink();
    await collector.collect(sink, AbortSignal.timeout(5000));
    return sink.take().length;
  };
}

test('a target whose signer is named is trusted, and no other', async (t) => {
  const write = filesIn(t);
  const url = await serve(t, authority.issue({ names: ['127.0.0.1'] }));
  const caFile = write('ca.crt', authority.cert);
  assert.equal(await collectorOf(t, url, { caFile })(), 1);
  await assert.rejects(collectorOf(t, url, undefined)(), {
    outcome: 'other',
    message: /signed by nobody.*tls\.caFile/,
  });
  const other = write('other.crt', new TestAuthority('other').cert);
  await assert.rejects(collectorOf(t, url, { caFile: other })(), /signed by nobody/);
  assert.equal(await collectorOf(t, url, { insecureSkipVerify: true })(), 1);
});

test('a certificate for another name, or one that has expired, is told with what to do', async (t) => {
  const caFile = filesIn(t)('ca.crt', authority.cert);
  const named = await serve(t, authority.issue({ names: ['node.example'] }));
  await assert.rejects(collectorOf(t, named, { caFile })(), /another name.*tls\.serverName/);
  assert.equal(await collectorOf(t, named, { caFile, serverName: 'node.example' })(), 1);
  const validUntil = new Date(Date.now() - 60_000);
  const expired = await serve(t, authority.issue({ names: ['127.0.0.1'], validUntil }));
  await assert.rejects(collectorOf(t, expired, { caFile })(), /has expired/);
});

test('a client certificate is shown, and its files are read again when they change', async (t) => {
  const write = filesIn(t);
  const strict = { requestCert: true, rejectUnauthorized: true, ca: authority.cert };
  const url = await serve(t, { ...authority.issue({ names: ['127.0.0.1'] }), ...strict });
  const foreign = new TestAuthority('other').issue({ names: ['client'] });
  const files = {
    caFile: write('ca.crt', authority.cert),
    certFile: write('client.crt', foreign.cert),
    keyFile: write('client.key', foreign.key),
  };
  const collect = collectorOf(t, url, files);
  await assert.rejects(collect());
  const own = authority.issue({ names: ['client'] });
  write('client.crt', own.cert);
  write('client.key', own.key);
  assert.equal(await collect(), 1);
  await assert.rejects(collectorOf(t, url, { ...files, keyFile: '/nowhere.key' })(), {
    code: 'tls_unreadable',
    message: /\/nowhere\.key.*ENOENT/,
  });
});
