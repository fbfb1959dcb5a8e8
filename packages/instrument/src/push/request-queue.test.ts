import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Registry } from '../registry.ts';
import { startPush } from './pusher.ts';
import { remoteWrite } from './remote-write.ts';
import { type QueuedRequest, RequestQueue } from './request-queue.ts';
import { answer, Receiver } from './testing/receiver.ts';
import { until } from './testing/set-up.ts';

function request(sizeBytes: number, fallbackBytes?: number): QueuedRequest {
  const sized = (length: number) => ({ method: 'POST', headers: {}, body: new Uint8Array(length) }) as const;
  return {
    request: sized(sizeBytes),
    fallback: fallbackBytes === undefined ? undefined : sized(fallbackBytes),
    dialect: '',
    samples: 1,
    queuedAtMs: 0,
  };
}

it('counts what waits in another dialect too', () => {
  const queue = new RequestQueue({ maxRequests: 9, maxBytes: 100 });
  const first = request(30, 40);
  assert.deepEqual(queue.push(first), []);
  assert.equal(queue.sizeBytes, 70);
  assert.deepEqual(queue.push(request(31)), [first]);
  assert.equal(queue.sizeBytes, 31);
  queue.take();
  assert.equal(queue.sizeBytes, 0);
});

it('holds as many bytes as it counts, without the room that encoders leave', async (context) => {
  const receiver = await Receiver.start(context, answer(503));
  const registry = new Registry();
  const peers = registry.gauge({ name: 'chain_peer', help: 'Peer.', labels: { peer: { limit: 2000 } } });
  for (let i = 0; i < 2000; i++) peers.set({ peer: `peer-${i}` }, i);
  const queues = context.mock.method(RequestQueue.prototype, 'push');
  const push = startPush({ registry, to: remoteWrite({ url: receiver.url }), maxSamplesPerRequest: 1_000_000 });
  context.after(() => push.stop({ deadlineMs: 0 }));
  await push.flush();
  await until(() => push.statistics().queuedRequests === 1);
  const [waiting] = queues.mock.calls[0]!.arguments;
  const heldBytes = [waiting!.request, waiting!.fallback!].map(({ body }) => body.buffer.byteLength);
  assert.equal(push.statistics().queuedBytes, heldBytes[0]! + heldBytes[1]!);
});
