// The parts of a libp2p node that can be had on their own: what real nodes do is tested in test/conformance/libp2p.

import { deepEqual, doesNotThrow, equal, throws } from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Libp2pSink, type ObserveOptions, observeLibp2pNode } from './index.ts';
import { ManualClock } from './testing/manual-clock.ts';

class FakeConnection extends EventTarget {
  readonly remotePeer: string;
  readonly direction: 'inbound' | 'outbound';
  readonly timeline: { readonly open: number };
  status = 'open';
  rtt: number | undefined;

  constructor(remotePeer: string, direction: 'inbound' | 'outbound', openMs: number) {
    super();
    this.remotePeer = remotePeer;
    this.direction = direction;
    this.timeline = { open: openMs };
  }

  async close(): Promise<void> {
    this.end();
  }

  end(error?: Error): void {
    this.status = 'closed';
    this.dispatchEvent(Object.assign(new Event('close'), { error }));
  }
}

class FakeNode extends EventTarget {
  status = 'started';
  readonly connections: FakeConnection[] = [];

  getConnections(): FakeConnection[] {
    return this.connections;
  }

  open(connection: FakeConnection): void {
    this.dispatchEvent(new CustomEvent('connection:open', { detail: connection }));
  }

  identify(peerId: string, agentVersion?: string): void {
    this.dispatchEvent(new CustomEvent('peer:identify', { detail: { peerId, agentVersion } }));
  }
}

function observe(options: ObserveOptions = {}): {
  node: FakeNode;
  clock: ManualClock;
  told: unknown[];
  connect: (peer: string, direction?: 'inbound' | 'outbound') => FakeConnection;
  end: () => void;
} {
  const node = new FakeNode();
  const clock = new ManualClock();
  const told: unknown[] = [];
  const tell =
    (what: string) =>
    (record: object): void => {
      told.push({ what, ...record });
    };
  const sink: Libp2pSink = {
    network: { recordConnectionEstablished: tell('established') },
    peers: {
      recordPeerConnected: tell('connected'),
      recordPeerDisconnected: tell('disconnected'),
      recordLatency: tell('latency'),
    },
  };
  const end = observeLibp2pNode(node as never, sink, { clock, ...options });
  const connect = (peer: string, direction: 'inbound' | 'outbound' = 'inbound'): FakeConnection => {
    const connection = new FakeConnection(peer, direction, clock.unixMs() - 40);
    node.open(connection);
    return connection;
  };
  return { node, clock, told, connect, end };
}

describe('a libp2p node that is observed', () => {
  test('tells of a peer once, with the version that identify learned', () => {
    const { node, told, connect, clock } = observe();
    connect('a', 'outbound');
    deepEqual(told.splice(0), [{ what: 'established', peer: 'a', latencySeconds: 0.04 }]);
    node.identify('a', 'v1');
    node.identify('a', 'v2');
    node.identify('stranger', 'v3');
    deepEqual(told, [{ what: 'connected', peer: 'a', direction: 'outbound', version: 'v1' }]);
    equal(clock.pendingCount, 0);
  });

  test('tells of a peer without a version when identify takes too long, or the peer leaves before', () => {
    const { told, connect, clock } = observe({ identifyTimeoutMs: 100 });
    connect('slow');
    const short = connect('short');
    short.end();
    told.splice(0, 2);
    deepEqual(told.splice(0), [
      { what: 'connected', peer: 'short', direction: 'inbound' },
      { what: 'disconnected', peer: 'short', reason: 'remote' },
    ]);
    clock.advance(100);
    deepEqual(told, [{ what: 'connected', peer: 'slow', direction: 'inbound' }]);
    equal(clock.pendingCount, 0);
  });

  test('a peer with two connections is one peer, and leaves with the last', () => {
    const { node, told, connect } = observe();
    const [first, second] = [connect('a', 'inbound'), connect('a', 'outbound')];
    node.identify('a');
    first.end();
    deepEqual(
      told.map((record) => (record as { what: string }).what),
      ['established', 'established', 'connected'],
    );
    second.end();
    deepEqual(told.at(-1), { what: 'disconnected', peer: 'a', reason: 'remote' });
  });

  test('tells why a peer left, as far as libp2p tells', async () => {
    const named = (name: string, code?: string): Error => Object.assign(new Error(name), { name, code });
    const reasons = async (leave: (connection: FakeConnection, node: FakeNode) => unknown): Promise<unknown> => {
      const { node, told, connect } = observe();
      await leave(connect('a'), node);
      return (told.at(-1) as { reason: string }).reason;
    };
    equal(await reasons((connection) => connection.close()), 'local');
    equal(await reasons((connection) => connection.end()), 'remote');
    equal(await reasons((connection) => connection.end(named('StreamResetError'))), 'remote');
    equal(await reasons((connection) => connection.end(named('Error', 'ECONNRESET'))), 'remote');
    equal(await reasons((connection) => connection.end(named('TimeoutError'))), 'timeout');
    equal(await reasons((connection) => connection.end(named('EncryptionFailedError'))), 'error');
    equal(
      await reasons((connection, node) => {
        node.status = 'stopping';
        return connection.close();
      }),
      'shutdown',
    );
  });

  test('tells of each round-trip time as it is measured, to every observer', () => {
    const { node, told, connect } = observe();
    const others: number[] = [];
    observeLibp2pNode(node as never, {
      peers: { recordLatency: ({ latencySeconds }) => others.push(latencySeconds) },
    });
    const connection = connect('a');
    connection.rtt = 20;
    connection.rtt = 20;
    connection.rtt = undefined;
    equal(connection.rtt, undefined);
    deepEqual(told.slice(1), [
      { what: 'latency', peer: 'a', latencySeconds: 0.02 },
      { what: 'latency', peer: 'a', latencySeconds: 0.02 },
    ]);
    deepEqual(others, [0.02, 0.02]);
  });

  test('counts connections and peers by direction, those from before included', () => {
    const node = new FakeNode();
    const counts: unknown[] = [];
    node.connections.push(new FakeConnection('a', 'inbound', 0), new FakeConnection('a', 'outbound', 0));
    const closed = new FakeConnection('b', 'inbound', 0);
    closed.status = 'closed';
    node.connections.push(closed);
    const sink: Libp2pSink = {
      network: { updateConnections: (now) => counts.push(now) },
      peers: { updatePeerCount: (now) => counts.push(now) },
    };
    const end = observeLibp2pNode(node as never, sink);
    deepEqual(counts.slice(-2), [
      { inboundCount: 1, outboundCount: 1 },
      { inboundCount: 1, outboundCount: 0 },
    ]);
    for (const connection of node.connections) connection.end();
    deepEqual(counts.slice(-2), [
      { inboundCount: 0, outboundCount: 0 },
      { inboundCount: 0, outboundCount: 0 },
    ]);
    end();
  });

  test('tells nothing after its end', () => {
    const { told, connect, node, clock, end } = observe();
    const connection = connect('a');
    told.splice(0);
    end();
    node.identify('a', 'v1');
    connect('b');
    connection.rtt = 5;
    connection.end();
    clock.advance(10_000);
    deepEqual(told, []);
    equal(clock.pendingCount, 0);
  });

  test('a sink that throws is told about, and the node goes on', () => {
    const errors: unknown[] = [];
    const node = new FakeNode();
    const broken = (): never => {
      throw new Error('broken');
    };
    const sink: Libp2pSink = { peers: { recordPeerConnected: broken }, network: { updateConnections: broken } };
    doesNotThrow(() => {
      observeLibp2pNode(node as never, sink, { onError: (error) => errors.push(error), identifyTimeoutMs: 0 });
      node.open(new FakeConnection('a', 'inbound', 0));
      node.identify('a');
    });
    // The connections at the start, when one opened and when its peer is known; the peer.
    equal(errors.length, 4);
  });

  test('a time that cannot be is refused', () => {
    throws(() => observe({ identifyTimeoutMs: Number.NaN }), { code: 'option_invalid' });
  });
});
