import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { completeConfig } from '../config/read-config.ts';
import type { ConfigInput } from '../config/schema.ts';
import type { InstantQuery } from '../promql/interface.ts';
import { openStore } from './open-store.ts';
import { engineOptionsOf } from './query-options.ts';

const ANSWER = '{"status":"success","data":{"resultType":"vector","result":[]}}';

/** What a server is asked that evaluates a query for a monitor with this configuration. */
async function askedOf(
  t: TestContext,
  query: ConfigInput['query'],
  instant: Partial<InstantQuery> = {},
): Promise<URLSearchParams> {
  let asked = '';
  const server = createServer(async (request, response) => {
    asked = await text(request);
    response.end(ANSWER);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const directory = mkdtempSync(join(tmpdir(), 'chainpulse-open-store-'));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = completeConfig({ storage: { directory, engine: 'remote', remote: { url } }, query });
  const clock = { nowMs: () => 0 };
  const { store, queries } = await openStore(config.storage, clock, () => {}, engineOptionsOf(config.query));
  t.after(async () => {
    await store.close();
    server.close();
    server.closeAllConnections();
    rmSync(directory, { recursive: true });
  });
  await queries.instant({ expression: 'up', timeMs: 0, ...instant });
  return new URLSearchParams(asked);
}

test('the lookback of the configuration goes to the server that evaluates, under the names that servers have for it', async (t) => {
  const asked = await askedOf(t, { lookback: '90s' });
  assert.equal(asked.get('lookback_delta'), '90000ms');
  assert.equal(asked.get('max_lookback'), '90000ms');
});

test('a query that brings its own lookback keeps it', async (t) => {
  const asked = await askedOf(t, { lookback: '90s' }, { lookbackMs: 20_000 });
  assert.equal(asked.get('lookback_delta'), '20000ms');
});

test("without a lookback in the configuration the server's own counts", async (t) => {
  const asked = await askedOf(t, {});
  assert.equal(asked.get('query'), 'up');
  assert.deepEqual([asked.has('lookback_delta'), asked.has('max_lookback')], [false, false]);
});
