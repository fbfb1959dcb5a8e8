// Unit tests of the alerts of the network of peers.

import { type AlertTest, quick, slowing } from './alert-test.ts';

const INBOUND = 'chain_peers_connected{direction="inbound"}';
const OUTBOUND = 'chain_peers_connected{direction="outbound"}';
const LOST = 'chain_peers_disconnections_total{reason="timeout"}';
const MADE = 'chain_peers_connections_total{direction="outbound"}';
const FAILURES = 'chain_network_connection_failures_total{reason="timeout"}';
const ATTEMPTS = 'chain_network_connection_attempts_total';
const HEALTHY = 'chain_peers_known{health="healthy"}';
const UNHEALTHY = 'chain_peers_known{health="unhealthy"}';
const UNDELIVERED = 'chain_network_messages_undelivered_total{reason="timeout"}';
const SENT = 'chain_network_messages_sent_total{type="vote"}';
const LATENCY = 'chain_peers_latency_seconds_bucket';
const PARTITIONS = 'chain_network_partitions_total';

export const NETWORK_TESTS: readonly AlertTest[] = [
  {
    alert: 'NoPeers',
    incident: { [INBOUND]: '2x7 0x19 2x8', [OUTBOUND]: '3x7 0x19 3x8' },
    quietUntil: '2m45s',
    fires: { at: '3m', value: 0 },
    clearAt: '7m',
    calm: { [INBOUND]: '0x40', [OUTBOUND]: '3x40' },
  },
  {
    alert: 'LowPeerCount',
    incident: { [INBOUND]: '2x7 0x39 2x8', [OUTBOUND]: '3x7 1x39 3x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 1 },
    clearAt: '12m',
    calm: { [INBOUND]: '1x40', [OUTBOUND]: '1x40' },
  },
  {
    alert: 'NoInboundConnections',
    incident: { [INBOUND]: '2x7 0x139 2x8', [OUTBOUND]: '3x155' },
    quietUntil: '31m45s',
    fires: { at: '32m', value: 0, labels: { direction: 'inbound' } },
    clearAt: '37m',
    calm: { [INBOUND]: '1x140', [OUTBOUND]: '3x140' },
  },
  {
    alert: 'PeerChurnHigh',
    incident: { [LOST]: '0x20 15+15x100 1515x60', [MADE]: '0+15x180' },
    quietUntil: '22m',
    fires: { at: '29m', value: 1 },
    clearAt: '33m',
    calm: { [LOST]: '0+1x100', [MADE]: '0+1x100' },
  },
  {
    alert: 'PeerDisconnectionRate',
    incident: { [LOST]: '0x20 12+12x80 972x40' },
    quietUntil: '15m',
    fires: { at: '20m', value: 0.8 },
    clearAt: '31m',
    calm: { [LOST]: '0+1x80' },
  },
  {
    alert: 'ConnectionFailureRatio',
    incident: { [FAILURES]: '0x20 12+12x100 1212x80', [ATTEMPTS]: '0+15x200' },
    quietUntil: '24m',
    fires: { at: '29m', value: 0.8 },
    clearAt: '36m',
    calm: { [FAILURES]: '0+5x120', [ATTEMPTS]: '0+15x120' },
  },
  {
    alert: 'ConnectionFailuresHigh',
    incident: { [FAILURES]: '0x20 12+12x100 1212x40' },
    quietUntil: '20m',
    fires: { at: '25m', value: 240 },
    clearAt: '36m',
    calm: { [FAILURES]: '0x20 1+1x8 9x80' },
  },
  {
    alert: 'UnhealthyPeers',
    incident: { [HEALTHY]: '10x7 5x39 10x8', [UNHEALTHY]: '0x7 5x39 0x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.5 },
    clearAt: '12m',
    calm: { [HEALTHY]: '9x40', [UNHEALTHY]: '1x40' },
  },
  {
    alert: 'MessageLoss',
    incident: { [UNDELIVERED]: '0x20 10+10x40 410x40', [SENT]: '0+100x110' },
    quietUntil: '9m',
    fires: { at: '15m', value: 0.1 },
    clearAt: '21m',
    calm: { [UNDELIVERED]: '0+1x60', [SENT]: '0+100x60' },
  },
  {
    alert: 'NetworkLatencyHigh',
    incident: slowing(LATENCY, { quick: ['0.1', '1'], slow: ['2', '+Inf'] }, 20),
    quietUntil: '14m',
    fires: { at: '25m', value: 1.95 },
    clearAt: '30m30s',
    calm: quick(LATENCY, ['0.1', '1', '2', '+Inf']),
  },
  {
    alert: 'NetworkPartition',
    incident: { [PARTITIONS]: '0x20 1x60' },
    quietUntil: '5m',
    fires: { at: '5m15s', value: 1 },
    clearAt: '16m',
    calm: { [PARTITIONS]: '2x40' },
  },
];
