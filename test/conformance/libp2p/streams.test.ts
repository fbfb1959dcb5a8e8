// The bytes of real streams between two libp2p nodes: how many were counted, and that counting does not change what arrives.

import { deepEqual, doesNotThrow, equal, ok, throws } from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Registry } from '@chainpulse/instrument';
import { libp2pDroppedRecords, libp2pMetrics } from '@chainpulse/instrument/libp2p';
import type { Stream } from '@libp2p/interface';
import { type GossipNode, shownOf, startGossipNode, until } from './gossip-network.ts';

const TRANSFER = 'libp2p_data_transfer_bytes_total';

describe('streams between two libp2p nodes', () => {
  let local: GossipNode;
  let remote: GossipNode;

  before(async () => {
    local = await startGossipNode('local');
    remote = await startGossipNode('remote');
    await local.libp2p.dial(remote.libp2p.getMultiaddrs());
  });

  after(async () => {
    for (const { libp2p } of [local, remote]) await libp2p.stop();
  });

  async function open(protocol: string, handle: (stream: Stream) => void): Promise<Stream> {
    await remote.libp2p.handle(protocol, (stream) => handle(stream));
    return await local.libp2p.dialProtocol(remote.libp2p.getMultiaddrs(), protocol);
  }

  function transferred(node: GossipNode, protocol: string): { sent: number; received: number } {
    const shown = shownOf(node);
    const bytes = (way: string): number => shown.value(TRANSFER, { protocol: `${protocol} ${way}` }) ?? 0;
    return { sent: bytes('sent'), received: bytes('received') };
  }

  test('every byte is counted once where it is sent and once where it is received', async () => {
    let arrived = 0;
    const stream = await open('/sizes/1', (incoming) => {
      incoming.addEventListener('message', ({ data }) => {
        arrived += data.byteLength;
      });
    });
    for (const size of [1, 1000, 100_000]) {
      if (!stream.send(new Uint8Array(size))) await stream.onDrain();
    }
    await until('all has arrived', () => arrived === 101_001);
    deepEqual(transferred(local, '/sizes/1'), { sent: 101_001, received: 0 });
    deepEqual(transferred(remote, '/sizes/1'), { sent: 0, received: 101_001 });
  });

  test('what comes before there is a reader is kept for it, and counted when it reads', async () => {
    let incoming: Stream | undefined;
    const stream = await open('/late/1', (opened) => {
      incoming = opened;
    });
    stream.send(new TextEncoder().encode('kept for you'));
    await until('it is there', () => incoming !== undefined && incoming.readBufferLength > 0);
    equal(transferred(remote, '/late/1').received, 0);
    let text = '';
    incoming!.addEventListener('message', ({ data }) => {
      text += new TextDecoder().decode(data.subarray());
    });
    await until('it is read', () => text === 'kept for you');
    equal(transferred(remote, '/late/1').received, text.length);
  });

  test('what a reader puts back is not counted again', async () => {
    let reads = 0;
    const stream = await open('/again/1', (incoming) => {
      incoming.addEventListener('message', ({ data }) => {
        reads++;
        if (reads === 1) incoming.unshift(data.subarray(4));
      });
    });
    stream.send(new Uint8Array(10));
    await until('the rest came again', () => reads === 2);
    equal(transferred(remote, '/again/1').received, 10);
  });

  test('what the stream refuses was not sent', async () => {
    const stream = await open('/closed/1', () => {});
    stream.abort(new Error('over'));
    throws(() => stream.send(new Uint8Array(3)));
    equal(transferred(local, '/closed/1').sent, 0);
  });

  test('a sink that throws is counted and does not disturb the stream', async () => {
    const registry = new Registry();
    const broken = (): never => {
      throw new Error('broken');
    };
    const metrics = libp2pMetrics(registry, { sink: { network: { recordBytes: broken } } })();
    let arrived = 0;
    const stream = await open('/sink/1', (incoming) => {
      incoming.addEventListener('message', ({ data }) => {
        arrived += data.byteLength;
      });
    });
    // Both the node's own metrics and these have been told of it: the second time it is left alone.
    metrics.trackProtocolStream(stream);
    const connection = Object.assign(new EventTarget(), { send: () => true, unshift: () => {} });
    metrics.trackMultiaddrConnection(connection);
    doesNotThrow(() => connection.send.call(connection, ...([new Uint8Array(3)] as unknown as [])));
    stream.send(new Uint8Array(5));
    await until('it has arrived', () => arrived === 5);
    equal(transferred(local, '/sink/1').sent, 5);
    equal(libp2pDroppedRecords(registry).callback, 1);
  });

  test('something that is no stream is counted and nothing else', () => {
    const registry = new Registry();
    const metrics = libp2pMetrics(registry)();
    doesNotThrow(() => metrics.trackMultiaddrConnection({} as never));
    doesNotThrow(() => metrics.trackMultiaddrConnection(undefined as never));
    doesNotThrow(() => metrics.trackProtocolStream(undefined as never));
    equal(libp2pDroppedRecords(registry).callback, 2);
    ok(registry.snapshot().families.length > 0);
  });
});
