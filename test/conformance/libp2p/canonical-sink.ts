// A sink over a registry: the canonical network and peers metrics as far as the bridge feeds them, and what it was told of
// peers, word for word.

import { bounded, type LabelledCounter, type LabelledGauge, type Registry } from '@chainpulse/instrument';
import type { ConnectionDirection, Libp2pSink, PeerDisconnectReason } from '@chainpulse/instrument/libp2p';

const DIRECTIONS = { direction: ['inbound', 'outbound'] } as const;

export class CanonicalSink implements Libp2pSink {
  readonly connected: { peer: string; direction: ConnectionDirection; version?: string }[] = [];
  readonly disconnected: { peer: string; reason: PeerDisconnectReason }[] = [];
  readonly latenciesSeconds: number[] = [];
  readonly network: Required<NonNullable<Libp2pSink['network']>>;
  readonly peers: Required<NonNullable<Libp2pSink['peers']>>;

  constructor(registry: Registry) {
    const help = 'Of the test.';
    const sent = registry.counter({ name: 'chain_network_sent_bytes_total', help });
    const received = registry.counter({ name: 'chain_network_received_bytes_total', help });
    const connections = registry.gauge({ name: 'chain_network_connections', help, labels: DIRECTIONS });
    const latency = registry.histogram({ name: 'chain_network_connection_latency_seconds', help, buckets: [1] });
    const peers = registry.gauge({ name: 'chain_peers_connected', help, labels: DIRECTIONS });
    const connects = registry.counter({ name: 'chain_peers_connections_total', help, labels: DIRECTIONS });
    const reasons = { reason: bounded(10) };
    const disconnects = registry.counter({ name: 'chain_peers_disconnections_total', help, labels: reasons });
    this.network = {
      recordBytes: ({ sentBytes, receivedBytes }) => {
        sent.inc(sentBytes);
        received.inc(receivedBytes);
      },
      updateConnections: (counts) => setByDirection(connections, counts),
      recordConnectionEstablished: ({ latencySeconds }) => latency.observe(latencySeconds),
    };
    this.peers = {
      updatePeerCount: (counts) => setByDirection(peers, counts),
      recordPeerConnected: (peer) => {
        this.connected.push(peer);
        incByDirection(connects, peer.direction);
      },
      recordPeerDisconnected: (peer) => {
        this.disconnected.push(peer);
        disconnects.inc({ reason: peer.reason });
      },
      recordLatency: ({ latencySeconds }) => this.latenciesSeconds.push(latencySeconds),
    };
  }
}

function setByDirection(
  gauge: LabelledGauge<typeof DIRECTIONS>,
  { inboundCount, outboundCount }: { inboundCount: number; outboundCount: number },
): void {
  gauge.set({ direction: 'inbound' }, inboundCount);
  gauge.set({ direction: 'outbound' }, outboundCount);
}

function incByDirection(counter: LabelledCounter<typeof DIRECTIONS>, direction: ConnectionDirection): void {
  counter.inc({ direction });
}
