import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import type { TargetStatus } from '../../sources/interface.ts';
import { NOW_MS, startTestServer, targetStatus } from '../testing/test-server.ts';
import type { WireEvent } from '../wire.ts';

/** Reads server-sent events one at a time. */
async function openEvents(url: string, signal: AbortSignal) {
  const response = await fetch(`${url}/api/chain/v1/events`, { signal });
  const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
  let received = '';
  const nextBlock = async (): Promise<string | undefined> => {
    while (!received.includes('\n\n')) {
      const { value, done } = await reader.read();
      if (done) return undefined;
      received += value;
    }
    const end = received.indexOf('\n\n');
    const block = received.slice(0, end);
    received = received.slice(end + 2);
    return block;
  };
  const nextEvent = async (): Promise<WireEvent> => {
    const block = (await nextBlock()) ?? '';
    const [name = '', data = ''] = block.split('\n');
    const event = JSON.parse(data.slice('data: '.length)) as WireEvent;
    assert.equal(name, `event: ${event.kind}`);
    return event;
  };
  return { response, nextBlock, nextEvent };
}

test('a snapshot comes first, then what changes, then the end when the monitor stops', async (t) => {
  const targets: TargetStatus[] = [targetStatus('127.0.0.1:8545')];
  const { app, url, feed } = await startTestServer(t, { targets });
  const { response, nextBlock, nextEvent } = await openEvents(url, AbortSignal.timeout(10_000));
  assert.equal(response.headers.get('content-type'), 'text/event-stream');
  assert.equal(response.headers.get('x-content-type-options'), 'nosniff');
  assert.equal(await nextBlock(), 'retry: 2000');

  const first = await nextEvent();
  assert.ok(first.kind === 'snapshot');
  assert.deepEqual(first.snapshot, await (await fetch(`${url}/api/chain/v1/snapshot`)).json());
  assert.deepEqual(first.snapshot.targets, [
    {
      id: 'evm/127.0.0.1:8545',
      type: 'probe',
      address: 'evm+http://127.0.0.1:8545/',
      labels: { chain: 'dev', instance: '127.0.0.1:8545', job: 'evm' },
      health: 'up',
      reason: '',
      sinceMs: NOW_MS - 30_000,
      lastCollectionMs: NOW_MS - 1000,
      lastDurationMs: 4.5,
      lastSampleCount: 12,
      intervalMs: 5000,
    },
  ]);
  assert.equal(first.snapshot.health.status, 'healthy');

  feed.publishCommit({ timeMs: NOW_MS, samples: 3 });
  assert.deepEqual(await nextEvent(), { kind: 'commit', timeMs: NOW_MS, samples: 3 });

  feed.publishAlerts();
  assert.deepEqual(await nextEvent(), { kind: 'alerts' });

  targets[0] = targetStatus('127.0.0.1:8545', { health: 'down', reason: 'connection refused' });
  feed.publishTargets();
  const changed = await nextEvent();
  assert.ok(changed.kind === 'snapshot');
  assert.equal(changed.snapshot.targets[0]?.health, 'down');
  assert.equal(changed.snapshot.health.status, 'critical');

  await app.close();
  assert.equal(await nextBlock(), undefined);
});

test('a change of the storage health is told like a change of a target', async (t) => {
  const { url, health } = await startTestServer(t);
  const { nextBlock, nextEvent } = await openEvents(url, AbortSignal.timeout(10_000));
  await nextBlock();
  await nextEvent();
  health.appendFailed(new Error('The disk is full'));
  const changed = await nextEvent();
  assert.ok(changed.kind === 'snapshot');
  assert.equal(changed.snapshot.health.components['storage']?.status, 'critical');
});

test('a stream without news is kept alive by comments', async (t) => {
  const { url } = await startTestServer(t, { limits: { heartbeatMs: 5 } });
  const { nextBlock, nextEvent } = await openEvents(url, AbortSignal.timeout(10_000));
  await nextBlock();
  await nextEvent();
  assert.equal(await nextBlock(), ': heartbeat');
  assert.equal(await nextBlock(), ': heartbeat');
});

test('readers over the limit are refused, and one that leaves makes room', async (t) => {
  const { url, feed } = await startTestServer(t, { maxSubscribers: 1 });
  const leaving = new AbortController();
  await openEvents(url, leaving.signal);
  const refused = await fetch(`${url}/api/chain/v1/events`);
  assert.equal(refused.status, 503);
  assert.equal(((await refused.json()) as { code: string }).code, 'events_full');
  leaving.abort();
  while (feed.subscriberCount > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  const { response } = await openEvents(url, AbortSignal.timeout(10_000));
  assert.equal(response.status, 200);
});

test('a reader that does not read is disconnected and counted, another goes on', async (t) => {
  const { url, port, feed } = await startTestServer(t, {
    targets: Array.from({ length: 2000 }, (_, index) => targetStatus(`127.0.0.1:${index + 1}`)),
    limits: { maxEventBacklogBytes: 65_536 },
  });
  const stuck: Socket = connect(port, '127.0.0.1').pause();
  stuck.on('error', () => {});
  stuck.write('GET /api/chain/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  while (feed.subscriberCount === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  while (feed.droppedTotal === 0) {
    feed.publishTargets();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.equal(feed.subscriberCount, 0);
  const closed = once(stuck, 'close');
  stuck.resume();
  await closed;
  const { nextBlock, nextEvent } = await openEvents(url, AbortSignal.timeout(10_000));
  await nextBlock();
  assert.equal((await nextEvent()).kind, 'snapshot');
});
