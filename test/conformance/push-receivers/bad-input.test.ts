// Bad input, sent to a real Prometheus 3 and to the monitor: the same code, the same counts, and an error that names the
// series. Skipped where there is no Prometheus 3 is the first part alone: `npm run oracles` builds it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SteadyClock } from '../../../packages/monitor/src/model/clock.ts';
import { openRealEngine } from '../../../packages/monitor/src/server/testing/real-engine.ts';
import { startTestServer } from '../../../packages/monitor/src/server/testing/test-server.ts';
import { oraclePath, PROMETHEUS_3 } from '../../oracles/oracle-paths.ts';
import { prometheus3, startReceiver } from '../push/receivers.ts';
import { type BadInput, badInputs, HEADERS_1 } from './bad-input.ts';

const oracle = oraclePath(PROMETHEUS_3);
const RETENTION_MS = 3_600_000;

test('Prometheus 3 answers bad input as the table says', {
  skip: oracle === undefined && 'no Prometheus 3: npm run oracles',
}, async (t) => {
  const address = await startReceiver(t, prometheus3(oracle!));
  for (const input of badInputs(Date.now())) {
    const answer = await send(address, input);
    assert.equal(answer.status, input.status, `${input.name}: ${answer.text}`);
    if (input.written !== undefined) assert.deepEqual(answer.written, { exemplars: 0, ...input.written }, input.name);
  }
});

test('the monitor answers bad input with the codes of Prometheus 3 and names the series', async (t) => {
  const clock = new SteadyClock();
  const engine = await openRealEngine(t, [], clock, RETENTION_MS);
  const { url } = await startTestServer(t, { engine, clock });
  for (const input of badInputs(Date.now())) {
    const answer = await send(url, input);
    assert.equal(answer.status, input.ours?.status ?? input.status, `${input.name}: ${answer.text}`);
    if (input.written !== undefined) {
      assert.deepEqual(answer.written, { exemplars: 0, ...input.written }, `${input.name}: ${answer.text}`);
    }
    if (answer.status >= 400) assert.match(answer.text, input.says ?? /./, input.name);
  }
});

async function send(address: string, { bodies, headers = HEADERS_1 }: BadInput) {
  let answer: Response | undefined;
  for (const body of bodies) {
    answer = await fetch(`${address}/api/v1/write`, { method: 'POST', headers, body: Buffer.from(body) });
    if (body !== bodies.at(-1)) assert.equal(answer.status, 204);
  }
  const count = (what: string) => Number(answer!.headers.get(`x-prometheus-remote-write-${what}-written`));
  return {
    status: answer!.status,
    text: await answer!.text(),
    written: { samples: count('samples'), histograms: count('histograms'), exemplars: count('exemplars') },
  };
}
