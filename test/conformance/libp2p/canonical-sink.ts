// The domain sets of a registry as the bridge's sink, and what the bridge told of peers, word for word.

import { createNodeMetrics, type Registry } from '@chainpulse/instrument';
import type { ConnectionDirection, Libp2pSink, PeerDisconnectReason } from '@chainpulse/instrument/libp2p';

export class CanonicalSink implements Libp2pSink {
  readonly connected: { peer: string; direction: ConnectionDirection; version?: string }[] = [];
  readonly disconnected: { peer: string; reason: PeerDisconnectReason }[] = [];
  readonly latenciesSeconds: number[] = [];
  readonly network: NonNullable<Libp2pSink['network']>;
  readonly peers: Required<NonNullable<Libp2pSink['peers']>>;

  constructor(registry: Registry) {
    const { network, peers } = createNodeMetrics({ registry, sets: ['network', 'peers'] });
    this.network = network;
    this.peers = {
      updatePeerCount: (counts) => peers.updatePeerCount(counts),
      recordPeerConnected: (peer) => {
        this.connected.push(peer);
        peers.recordPeerConnected(peer);
      },
      recordPeerDisconnected: (peer) => {
        this.disconnected.push(peer);
        peers.recordPeerDisconnected(peer);
      },
      recordLatency: (latency) => {
        this.latenciesSeconds.push(latency.latencySeconds);
        peers.recordLatency(latency);
      },
    };
  }
}
