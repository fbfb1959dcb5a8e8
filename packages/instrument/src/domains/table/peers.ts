// The metrics of the domain set `peers`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { MESSAGE_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const PEERS_METRICS = {
  connected: metric({
    name: 'chain_peers_connected',
    type: 'gauge',
    unit: 'peers',
    help: 'Peers connected now.',
    labels: { direction: ['inbound', 'outbound'] },
    merge: 'sum',
    recordedBy:
      'peers.updatePeerCount({ inboundCount, outboundCount }); peers.recordPeerConnected({ peer, direction, version, country }); peers.recordPeerDisconnected({ peer, reason, direction }); evm probe',
    aliases: { hotstuff2: 'hotstuff2_active_peers (active_peers)', alys: 'alys_peer_count', aureon: 'peers_connected' },
  }),
  known: metric({
    name: 'chain_peers_known',
    type: 'gauge',
    unit: 'peers',
    help: 'Peers that this node keeps track of, by the health it gives them.',
    labels: { health: ['healthy', 'degraded', 'unhealthy'] },
    recordedBy:
      'peers.updateHealth({ healthyCount, degradedCount, unhealthyCount }); peers.recordPeerMetrics({ peer, health, latencySeconds, reputationScore })',
    aliases: {
      p2p: 'peers_total:gauge (peers.total) ; peers_healthy [health=healthy] (peers.healthy) ; peers_degraded [health=degraded] (peers.degraded) ; peers_unhealthy [health=unhealthy] (peers.unhealthy)',
    },
  }),
  connections: metric({
    name: 'chain_peers_connections_total',
    type: 'counter',
    unit: 'connections',
    help: 'Peers that connected.',
    labels: { direction: ['inbound', 'outbound'] },
    recordedBy: 'peers.recordPeerConnected({ peer, direction, version, country })',
    aliases: { hotstuff2: 'hotstuff2_peer_connections_total (peer_connections)' },
  }),
  disconnections: metric({
    name: 'chain_peers_disconnections_total',
    type: 'counter',
    unit: 'disconnections',
    help: 'Peers that disconnected.',
    labels: {
      reason: [
        'local',
        'remote',
        'timeout',
        'error',
        'banned',
        'too_many_peers',
        'wrong_chain',
        'incompatible',
        'shutdown',
        'other',
      ],
    },
    recordedBy: 'peers.recordPeerDisconnected({ peer, reason, direction })',
    aliases: { hotstuff2: 'hotstuff2_peer_disconnections_total (peer_disconnections)' },
  }),
  latency: metric({
    name: 'chain_peers_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Round-trip time to peers.',
    buckets: MESSAGE_SECONDS,
    recordedBy:
      'peers.recordLatency({ peer, latencySeconds }); peers.recordPeerMetrics({ peer, health, latencySeconds, reputationScore })',
    aliases: {
      hotstuff2: 'hotstuff2_peer_latency_seconds (peer_latency)',
      p2p: 'peers_latency_seconds (peers.latency)',
      arthachain: 'arthachain_network_latency_ms:gauge=avg*1000 (network.latency_ms)',
    },
  }),
  reputationScore: metric({
    name: 'chain_peers_reputation_score',
    type: 'gauge',
    help: 'Reputation that this node gives to a peer, on the scale of the node.',
    labels: { peer: bounded(128) },
    recordedBy:
      'peers.updateReputation({ peer, score }); peers.recordPeerMetrics({ peer, health, latencySeconds, reputationScore })',
    aliases: { p2p: 'peers_reputation:gauge=mean (peers.reputation)' },
  }),
  quality: metric({
    name: 'chain_peers_quality_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Mean quality of the connected peers, 0 worst and 1 best.',
    formula:
      'mean over connected peers of 0.4*(1 - failed requests / requests) + 0.3*min(1, 0.1 / median latency in seconds) + 0.2*(1 - invalid messages / messages) + 0.1*min(1, session seconds / 3600); a term without data is left out and the weights are rescaled, and so is a peer of which only the session is known; counts are of the session, latencies its last 15',
    recordedBy:
      'peers collector, from peers.recordPeerConnected({ peer, direction, version, country }), peers.recordPeerRequest({ peer, outcome }), peers.recordPeerMessages({ peer, count, invalidCount }), peers.recordLatency({ peer, latencySeconds })',
  }),
  height: metric({
    name: 'chain_peers_height',
    type: 'gauge',
    unit: 'blocks',
    help: 'Head height that a peer last announced.',
    labels: { peer: bounded(128) },
    merge: 'max',
    recordedBy: 'peers.updateHeight({ peer, height })',
    aliases: { aureon: 'peer_heights{peer}' },
  }),
  located: metric({
    name: 'chain_peers_located',
    type: 'gauge',
    unit: 'peers',
    help: 'Connected peers by country (ISO 3166-1 alpha-2, ZZ when unknown).',
    labels: { country: bounded(64) },
    merge: 'sum',
    recordedBy:
      'peers.recordPeerConnected({ peer, direction, version, country }); peers.recordPeerDisconnected({ peer, reason, direction })',
  }),
  byVersion: metric({
    name: 'chain_peers_by_version',
    type: 'gauge',
    unit: 'peers',
    help: 'Connected peers by the software version that they announce.',
    labels: { version: bounded(32) },
    merge: 'sum',
    recordedBy:
      'peers.recordPeerConnected({ peer, direction, version, country }); peers.recordPeerDisconnected({ peer, reason, direction })',
  }),
} as const;
