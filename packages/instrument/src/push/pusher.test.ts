import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer } from 'node:net';
import { describe, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { freePort } from '../../../monitor/src/testing/free-port.ts';
import { Registry } from '../registry.ts';
import { startPush } from './pusher.ts';
import { pushgateway } from './pushgateway.ts';
import { remoteWrite } from './remote-write.ts';
import { type Decoded, decodeRemoteWriteV1 } from './testing/official-proto.ts';
import { answer, hang, Receiver } from './testing/receiver.ts';
import { metricsOf, setUp, until } from './testing/set-up.ts';

const INTERVAL_MS = 15_000;
const TIMEOUT_MS = 10_000;

const v1 = (url: string) => remoteWrite({ url: `${url}/api/v1/write`, version: 1, labels: { job: 'node' } });

describe('a push', () => {
  it('sends at its interval, the first time within it', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { clock, registry, push } = setUp(context, v1(receiver.url));
    clock.advance(INTERVAL_MS / 2 - 1);
    await turn();
    assert.equal(receiver.received.length, 0);
    clock.advance(1);
    await until(() => push.statistics().requests.ok === 1);
    registry.counter({ name: 'chain_blocks_total', help: 'Blocks.' }).inc(3);
    clock.advance(INTERVAL_MS);
    await until(() => push.statistics().requests.ok === 2);
    const [first, second] = receiver.received;
    assert.equal(first?.method, 'POST');
    assert.equal(first?.path, '/api/v1/write');
    assert.equal(first?.headers['content-type'], 'application/x-protobuf');
    assert.equal(first?.headers['x-prometheus-remote-write-version'], '0.1.0');
    assert.equal(first?.headers['user-agent'], 'chainpulse-instrument');
    assert.equal(metricsOf(first!.body).get('chain_height'), 42);
    assert.equal(metricsOf(second!.body).get('chain_blocks_total'), 3);
    assert.equal(push.statistics().lastSuccessMs, clock.nowMs());
  });

  it('waits for what attached sources have to fetch, but no longer than its timeout', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { clock, registry, push } = setUp(context, v1(receiver.url));
    registry.attach({ families: () => [], refresh: () => new Promise(() => undefined) });
    const flushed = push.flush();
    await until(() => clock.pendingMs().includes(TIMEOUT_MS));
    clock.advance(TIMEOUT_MS);
    assert.equal(await flushed, true);
    assert.equal(receiver.received.length, 1);
  });

  it('cuts a snapshot into requests of at most so many samples', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { push } = setUp(context, v1(receiver.url), { maxSamplesPerRequest: 4 });
    assert.equal(await push.flush(), true);
    const sizes = receiver.received.map(({ body }) => (decodeRemoteWriteV1(body)['timeseries'] as Decoded[]).length);
    assert.ok(sizes.length > 2);
    assert.ok(sizes.slice(0, -1).every((size) => size === 4));
  });

  it('shows what it did as metrics of the same registry', async (context) => {
    const receiver = await Receiver.start(context, answer(500), answer(204), answer(400), answer(204));
    const { push, clock, registry } = setUp(context, v1(receiver.url));
    assert.equal(await push.flush(), false);
    assert.equal(await push.flush(), true);
    const values = new Map(
      registry
        .snapshot()
        .families.filter(({ name }) => name.startsWith('chain_runtime_push_'))
        .flatMap(({ name, points }) =>
          points.map((point) => [
            `${name} ${point.labels.map(({ value }) => value).join(',')}`,
            'value' in point && point.value,
          ]),
        ),
    );
    assert.equal(values.get('chain_runtime_push_requests_total ok,remote_write'), 1);
    assert.equal(values.get('chain_runtime_push_requests_total retried,remote_write'), 1);
    assert.equal(values.get('chain_runtime_push_requests_total rejected,remote_write'), 1);
    assert.equal(values.get('chain_runtime_push_requests_total failed,remote_write'), 0);
    assert.equal(values.get('chain_runtime_push_dropped_samples_total remote_write,queue_full'), 0);
    assert.ok(Number(values.get('chain_runtime_push_dropped_samples_total remote_write,rejected')) > 0);
    assert.equal(values.get('chain_runtime_push_last_success_timestamp_seconds remote_write'), clock.nowMs() / 1000);
  });

  it('shares those metrics with other pushes of the registry', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { registry, clock, push } = setUp(context, v1(receiver.url));
    const other = startPush({ registry, clock, to: pushgateway({ url: receiver.url, job: 'node' }) });
    assert.equal(await push.flush(), true);
    assert.equal(await other.flush(), true);
    await other.stop();
    assert.deepEqual(
      receiver.received.map(({ path }) => path),
      ['/api/v1/write', '/metrics/job/node', '/metrics/job/node'],
    );
  });

  it('refuses options that are out of range', async (context) => {
    const registry = new Registry();
    const to = v1('http://127.0.0.1:1');
    for (const wrong of [
      { intervalMs: 99 },
      { intervalMs: Number.NaN },
      { timeoutMs: 0 },
      { maxSamplesPerRequest: 0.5 },
      { maxQueuedRequests: -1 },
      { maxQueuedBytes: 1 },
      { retryForMs: Number.POSITIVE_INFINITY },
    ]) {
      assert.throws(() => startPush({ registry, to, ...wrong }), { code: 'option_invalid' });
    }
    const push = startPush({ registry, to });
    context.after(() => push.stop({ deadlineMs: 0 }));
  });
});

describe('a receiver in trouble', () => {
  it('that is down is tried again after longer and longer, and then gets everything in order', async (context) => {
    const port = await freePort();
    const { clock, push, registry, failures } = setUp(context, v1(`http://127.0.0.1:${port}`), {
      intervalMs: 86_400_000,
    });
    const height = registry.gauge({ name: 'chain_view', help: 'View.' });
    height.set(1);
    assert.equal(await push.flush(), false);
    height.set(2);
    assert.equal(await push.flush(), false);
    assert.equal(push.statistics().queuedRequests, 2);
    assert.match(
      failures[0]?.message ?? '',
      /^POST http:\/\/127\.0\.0\.1:\d+\/api\/v1\/write had no answer \(ECONNREFUSED\)$/,
    );
    // Half of the delay is by chance, and chance says one half here: 3/4 of 2 s.
    assert.equal(clock.pendingMs()[0], 1500);
    clock.advance(1500);
    await until(() => push.statistics().requests.retried === 3 && clock.pendingMs()[0] === 3000);
    clock.advance(3000);
    await until(() => push.statistics().requests.retried === 4 && clock.pendingMs()[0] === 6000);
    const receiver = await Receiver.startAt(context, port, answer(204));
    clock.advance(6000);
    await until(() => push.statistics().requests.ok === 2);
    assert.deepEqual(
      receiver.received.map(({ body }) => metricsOf(body).get('chain_view')),
      [1, 2],
    );
    assert.deepEqual(Object.values(push.statistics().droppedSamples), [0, 0, 0, 0, 0, 0]);
  });

  it('that answers 429 is left alone for as long as it asks for, in seconds or until a time', async (context) => {
    const receiver = await Receiver.start(context, answer(429, '', { 'Retry-After': '77' }));
    const { clock, push } = setUp(context, v1(receiver.url), { intervalMs: 86_400_000 });
    assert.equal(await push.flush(), false);
    assert.equal(clock.pendingMs()[0], 77_000);
    const date = new Date(clock.nowMs() + 33_000).toUTCString();
    receiver.behave(answer(503, '', { 'Retry-After': date }));
    await push.flush();
    assert.equal(clock.pendingMs()[0], 33_000);
    receiver.behave(answer(503, '', { 'Retry-After': '9999999' }));
    await push.flush();
    assert.equal(clock.pendingMs()[0], 300_000);
    receiver.behave(answer(503, '', { 'Retry-After': 'soon' }));
    await push.flush();
    assert.equal(clock.pendingMs()[0], 6000);
  });

  it('that answers 500 and then well loses nothing', async (context) => {
    const receiver = await Receiver.start(context, answer(500, 'out of memory'), answer(204));
    const { clock, push, failures } = setUp(context, v1(receiver.url));
    assert.equal(await push.flush(), false);
    assert.match(failures[0]?.message ?? '', /answered 500: out of memory$/);
    clock.advance(1000);
    await until(() => push.statistics().requests.ok === 1);
    assert.deepEqual(receiver.received[1]?.body, receiver.received[0]?.body);
  });

  it('that refuses a request loses it, and only it', async (context) => {
    const receiver = await Receiver.start(context, answer(400, 'out of\n\torder sample'), answer(204));
    const { push, failures } = setUp(context, v1(receiver.url), { maxSamplesPerRequest: 5 });
    assert.equal(await push.flush(), true);
    assert.equal(push.statistics().droppedSamples.rejected, 5);
    assert.equal(push.statistics().requests.rejected, 1);
    assert.ok(push.statistics().requests.ok > 1);
    assert.deepEqual(failures, [
      {
        atMs: failures[0]?.atMs,
        droppedSamples: 5,
        message: `POST ${receiver.url}/api/v1/write answered 400: out of order sample`,
      },
    ]);
    assert.deepEqual(push.statistics().lastError, failures[0]);
  });

  it('that hangs is given up after the timeout, before its answer or within it', async (context) => {
    const receiver = await Receiver.start(context, hang);
    const { clock, push, failures } = setUp(context, v1(receiver.url), { intervalMs: 86_400_000 });
    const flushed = push.flush();
    await receiver.arrivals(1);
    clock.advance(TIMEOUT_MS);
    assert.equal(await flushed, false);
    assert.match(failures[0]?.message ?? '', /had no answer within 10000 ms$/);
    // Its status says that it took the request.
    receiver.behave((response) => {
      response.writeHead(200, { 'Content-Length': '10' });
      response.write('half');
    });
    let heads = 0;
    const countHead = () => heads++;
    subscribe('undici:request:headers', countHead);
    context.after(() => unsubscribe('undici:request:headers', countHead));
    const second = push.flush();
    for (const waiting of [1, 2]) {
      await until(() => heads === waiting);
      await turn();
      clock.advance(TIMEOUT_MS);
    }
    assert.equal(await second, true);
  });

  it('that closes the connection before its answer is tried again, and one that closes within it has taken it', async (context) => {
    const receiver = await Receiver.start(
      context,
      (response) => response.destroy(),
      (response) => {
        response.writeHead(200, { 'Content-Length': '1000' });
        response.write('half', () => response.destroy());
      },
    );
    const { push } = setUp(context, v1(receiver.url));
    assert.equal(await push.flush(), false);
    assert.equal(push.statistics().requests.retried, 1);
    assert.equal(await push.flush(), true);
    assert.equal(push.statistics().requests.ok, 2);
  });

  it('that speaks no HTTP is tried again', async (context) => {
    const server = createServer((socket) => socket.end('220 mail ready\r\n')).listen(0, '127.0.0.1');
    context.after(() => server.close());
    await new Promise((resolve) => server.once('listening', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const { push } = setUp(context, v1(`http://127.0.0.1:${address.port}`));
    assert.equal(await push.flush(), false);
    assert.equal(push.statistics().requests.retried, 1);
  });

  it('that sends an endless answer is read only at its beginning', async (context) => {
    const receiver = await Receiver.start(context, (response) => {
      response.writeHead(400);
      const more = () => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    const { push, failures } = setUp(context, v1(receiver.url));
    assert.equal(await push.flush(), true);
    assert.match(failures[0]?.message ?? '', /answered 400: x{200}$/);
  });

  it('that redirects is not followed, and the place it names is shown', async (context) => {
    const other = await Receiver.start(context, answer(204));
    const receiver = await Receiver.start(context, answer(307, '', { Location: `${other.url}/login?token=abc` }));
    const { push, failures } = setUp(context, v1(receiver.url));
    await push.flush();
    assert.equal(other.received.length, 0);
    assert.equal(push.statistics().requests.rejected, 1);
    assert.ok(failures[0]?.message.endsWith(`answered 307 (a redirect, which is not followed, to ${other.url}/login)`));
  });
});

describe('the queue', () => {
  it('holds so many requests, drops the oldest and counts what they held', async (context) => {
    const receiver = await Receiver.start(context, answer(503));
    const { push, registry, failures } = setUp(context, v1(receiver.url), { maxQueuedRequests: 2 });
    const view = registry.gauge({ name: 'chain_view', help: 'View.' });
    for (let i = 1; i <= 4; i++) {
      view.set(i);
      await push.flush();
    }
    const { queuedRequests, droppedSamples } = push.statistics();
    assert.equal(queuedRequests, 2);
    assert.ok(droppedSamples.queue_full > 2);
    assert.ok(failures.some(({ message }) => /^\d+ samples were dropped because the queue was full\.$/.test(message)));
    const before = receiver.received.length;
    receiver.behave(answer(204));
    view.set(5);
    await push.flush();
    assert.deepEqual(
      receiver.received.slice(before).map(({ body }) => metricsOf(body).get('chain_view')),
      [4, 5],
    );
  });

  it('holds so many bytes', async (context) => {
    const receiver = await Receiver.start(context, answer(503));
    const { push, registry } = setUp(context, v1(receiver.url), { maxQueuedBytes: 1024 });
    const text = (i: number) =>
      Array.from({ length: 60 }, (_, j) => String.fromCharCode(33 + ((i * 31 + j * j) % 90))).join('');
    const named = registry.gauge({ name: 'chain_named', help: 'x', labels: { text: { limit: 100 } } });
    for (let i = 0; i < 60; i++) named.set({ text: text(i) }, i);
    await push.flush();
    assert.equal(push.statistics().queuedBytes, 0);
    assert.ok(push.statistics().droppedSamples.queue_full > 60);
  });

  it('drops what was tried for too long', async (context) => {
    const receiver = await Receiver.start(context, answer(503));
    const { push, clock } = setUp(context, v1(receiver.url), { intervalMs: 86_400_000, retryForMs: 1000 });
    await push.flush();
    assert.equal(push.statistics().queuedRequests, 1);
    clock.advance(1000);
    await until(() => push.statistics().requests.failed === 1);
    assert.equal(push.statistics().queuedRequests, 0);
    assert.ok(push.statistics().droppedSamples.expired > 0);
  });
});

describe('stopping', () => {
  it('sends a last snapshot and then nothing more', async (context) => {
    const receiver = await Receiver.start(context, answer(204));
    const { push, clock, registry } = setUp(context, v1(receiver.url));
    registry.gauge({ name: 'chain_last', help: 'Last.' }).set(9);
    await push.stop();
    assert.equal(metricsOf(receiver.received[0]!.body).get('chain_last'), 9);
    assert.deepEqual(clock.pendingMs(), []);
    assert.equal(await push.flush(), false);
    clock.advance(10 * INTERVAL_MS);
    await turn();
    assert.equal(receiver.received.length, 1);
    await push.stop();
  });

  it('waits without end where it is told so', { timeout: 20_000 }, async (context) => {
    const receiver = await Receiver.start(context, (response) => {
      setTimeout(() => response.writeHead(204).end(), 50);
    });
    for (const deadlineMs of [Number.POSITIVE_INFINITY, 2 ** 40, Number.NaN]) {
      const push = startPush({ registry: new Registry(), to: v1(receiver.url) });
      await push.stop({ deadlineMs });
      assert.deepEqual([push.statistics().requests.ok, push.statistics().droppedSamples.stopped], [1, 0]);
    }
  });

  it('tries again for as long as there is time', async (context) => {
    const receiver = await Receiver.start(context, answer(503), answer(503), answer(204));
    const { push, clock } = setUp(context, v1(receiver.url));
    const stopped = push.stop({ deadlineMs: 60_000 });
    await until(() => push.statistics().requests.retried === 1);
    clock.advance(1000);
    await until(() => push.statistics().requests.retried === 2);
    clock.advance(2000);
    await stopped;
    assert.equal(push.statistics().requests.ok, 1);
    assert.deepEqual(clock.pendingMs(), []);
  });

  it('gives up at its deadline, what is under way too, and counts what is lost', async (context) => {
    const receiver = await Receiver.start(context, hang);
    const { push, clock, failures } = setUp(context, v1(receiver.url), { maxSamplesPerRequest: 5 });
    const stopped = push.stop({ deadlineMs: 3000 });
    await receiver.arrivals(1);
    clock.advance(3000);
    await stopped;
    const { requests, droppedSamples, queuedRequests } = push.statistics();
    assert.equal(requests.failed, 1);
    assert.ok(droppedSamples.stopped > 5);
    assert.equal(queuedRequests, 0);
    assert.ok(failures.some(({ message }) => message.endsWith('was given up because the push was stopped')));
    assert.deepEqual(clock.pendingMs(), []);
  });
});
