// A query that lacks the memory that answers on their way hold: the one that is read too slowly gives way.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { MEMORY_SHORT, QueryError, type QueryResult } from '../../promql/interface.ts';
import type { ServerLimits } from '../limits.ts';
import { scriptedEngine, startTestServer } from '../testing/test-server.ts';
import type { GateLimits } from './query-gate.ts';

/** More than the buffers between the two ends take. */
const POINTS = 2_000_000;

test('whoever asks for memory that is not there disconnects the reader that has had its time', async (t) => {
  const values = new Float64Array(POINTS);
  const large: QueryResult = {
    type: 'matrix',
    series: [{ labels: [], timestampsMs: values, values }],
    warnings: [],
    infos: [],
  };
  const held: (Promise<unknown> | undefined)[] = [];
  const engine = scriptedEngine({
    range: async ({ expression }, _signal, sent) => {
      if (expression !== 'large') throw new QueryError('execution', 'others hold the memory', undefined, MEMORY_SHORT);
      held.push(sent);
      return large;
    },
  });
  const gate: Pick<GateLimits, 'maxSendMsWhileOthersWait'> = { maxSendMsWhileOthersWait: 1 };
  const { url, port } = await startTestServer(t, { engine, limits: gate as Partial<ServerLimits> });
  const path = (query: string) => `/api/v1/query_range?query=${query}&start=0&end=1&step=1`;

  const slow = createConnection(port, '127.0.0.1');
  slow.on('error', () => {});
  slow.write(`GET ${path('large')} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  await once(slow, 'readable');
  // It has had its time, and nobody lacks anything.
  await sleep(20);
  assert.equal(await Promise.race([held[0]!.then(() => 'gone'), sleep(10, 'held')]), 'held');
  const response = await fetch(`${url}${path('more')}`);
  assert.equal(response.status, 422);
  assert.match(await response.text(), /others hold the memory/);
  await held[0];
  slow.destroy();
});
