// Alerts of the network of peers.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE, seconds, share } from './phrases.ts';

const PEERS = 'chain_peers_connected';

export const NETWORK_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'NoPeers',
    component: 'network',
    severity: 'critical',
    metrics: [PEERS],
    dependsOnChain: true,
    applies: ({ chain }) => chain.expectedPeers > 0,
    expression: ({ select }) => `sum without (direction) (${select(PEERS)}) < 1`,
    forMs: () => MINUTE_MS,
    summary: `${NODE} has no peer: check its firewall, bootstrap nodes, clock and chain identity`,
    description: 'A node without peers sees no blocks and its votes reach nobody.',
  },
  {
    name: 'LowPeerCount',
    component: 'network',
    severity: 'warning',
    metrics: [PEERS],
    dependsOnChain: true,
    applies: ({ chain }) => chain.expectedPeers > 2,
    expression: ({ chain, select }) =>
      `sum without (direction) (${select(PEERS)}) < ${Math.ceil(chain.expectedPeers / 2)}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} has {{ $value }} peers, less than half of what is normal: check its firewall and its bootstrap nodes`,
    description: 'With few peers one bad one is enough to cut the node off, or to lie to it.',
  },
  {
    name: 'NoInboundConnections',
    component: 'network',
    severity: 'low',
    metrics: [PEERS],
    dependsOnChain: true,
    expression: ({ chain, select }) =>
      `${select(PEERS, 'direction="inbound"')} == 0 and on (job, instance) sum by (job, instance) (${select(PEERS)}) >= ${Math.max(3, chain.expectedPeers)}`,
    forMs: () => 30 * MINUTE_MS,
    summary: `No peer has connected to ${NODE} by itself: test from outside whether its port is open, or behind a NAT`,
    description: 'The node finds peers and none finds it. It lives, and gives nothing to the network.',
  },
  {
    name: 'PeerChurnHigh',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_peers_disconnections_total', 'chain_peers_connections_total'],
    expression: ({ settings, select }) => {
      const lost = `sum without (reason) (rate(${select('chain_peers_disconnections_total')}[10m]))`;
      const made = `sum without (direction) (rate(${select('chain_peers_connections_total')}[10m]))`;
      return `${share(lost, made)} > 0.9 and ${lost} > ${settings.maxPeerDisconnectionRate}`;
    },
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} loses its peers as fast as it finds them: group the disconnections by reason`,
    description: 'A ban by many at once and an incompatible version look alike from here; the reason tells them apart.',
  },
  {
    name: 'PeerDisconnectionRate',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_peers_disconnections_total'],
    expression: ({ settings, select }) =>
      `sum without (reason) (rate(${select('chain_peers_disconnections_total')}[5m])) > ${settings.maxPeerDisconnectionRate}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} loses {{ $value | humanize }} peers a second: see the reasons of the disconnections`,
    description: 'More connections end than is normal.',
  },
  {
    name: 'ConnectionFailureRatio',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_network_connection_failures_total', 'chain_network_connection_attempts_total'],
    expression: ({ settings, select }) => {
      const failed = `sum without (reason) (rate(${select('chain_network_connection_failures_total')}[10m]))`;
      const tried = `rate(${select('chain_network_connection_attempts_total')}[10m])`;
      // Others fail to connect too; their attempts are not counted here.
      return `${share(failed, tried)} > ${settings.maxConnectionFailureRatio} and ${tried} > 0`;
    },
    forMs: () => 15 * MINUTE_MS,
    summary: `{{ $value | humanizePercentage }} of the connections that ${NODE} tries fail: check name resolution, its way out, and its list of banned addresses`,
    description: 'The reasons say whether nobody answers, somebody refuses, or the handshake fails.',
  },
  {
    name: 'ConnectionFailuresHigh',
    component: 'network',
    severity: 'low',
    metrics: ['chain_network_connection_failures_total'],
    expression: ({ settings, select }) =>
      `sum without (reason) (increase(${select('chain_network_connection_failures_total')}[5m])) > ${settings.maxConnectionFailures}`,
    forMs: () => 15 * MINUTE_MS,
    summary: `{{ $value | humanize }} connections of ${NODE} failed in five minutes: see the reasons`,
    description: 'Failed connections go on for a quarter of an hour.',
  },
  {
    name: 'UnhealthyPeers',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_peers_known'],
    expression: ({ settings, select }) =>
      `${share(`sum without (health) (${select('chain_peers_known', 'health="unhealthy"')})`, `sum without (health) (${select('chain_peers_known')})`)} > ${settings.maxUnhealthyPeersRatio}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanizePercentage }} of the peers that ${NODE} knows are unhealthy: is it one region, one version, or all of them?`,
    description: 'If all are, the fault is near this node.',
  },
  {
    name: 'MessageLoss',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_network_messages_undelivered_total', 'chain_network_messages_sent_total'],
    expression: ({ settings, select }) => {
      const lost = `sum without (reason) (rate(${select('chain_network_messages_undelivered_total')}[5m]))`;
      const sent = `sum without (type) (rate(${select('chain_network_messages_sent_total')}[5m]))`;
      return `${share(lost, sent)} > ${settings.maxMessageLossRate}`;
    },
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanizePercentage }} of the messages of ${NODE} are not delivered: see which reason, and which peers`,
    description: 'Full queues are slow peers, timeouts a slow network.',
  },
  {
    name: 'NetworkLatencyHigh',
    component: 'network',
    severity: 'warning',
    metrics: ['chain_peers_latency_seconds'],
    expression: ({ settings, select }) =>
      `histogram_quantile(0.95, sum by (le, job, instance, chain, node) (rate(${select('chain_peers_latency_seconds_bucket')}[5m]))) > ${seconds(settings.maxNetworkLatency)}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `Round trips of ${NODE} to its peers take {{ $value | humanizeDuration }}: is it one peer, one region, or its own line?`,
    description: 'The p95 of the round trips is too long for views to end in time.',
  },
  {
    name: 'NetworkPartition',
    component: 'network',
    severity: 'high',
    metrics: ['chain_network_partitions_total'],
    expression: ({ select }) => `increase(${select('chain_network_partitions_total')}[10m]) > 0`,
    summary: `${NODE} was cut off from a part of the network: compare what the nodes of each part see`,
    description: 'The node itself has found a partition. While it lasts, neither part may have a quorum.',
  },
];
