import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PeersMetrics } from './peers.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  const peers = new PeersMetrics(node.context());
  return {
    node,
    peers,
    connected: () => node.valuesBy('chain_peers_connected'),
    quality: () => node.value('chain_peers_quality_ratio'),
  };
}

test('connected peers are counted by direction, and both directions show', () => {
  const { node, peers, connected } = makeNode();
  assert.deepEqual(connected(), {});
  peers.recordPeerConnected({ peer: 'a', direction: 'outbound' });
  assert.deepEqual(connected(), { inbound: 0, outbound: 1 });
  peers.recordPeerConnected({ peer: 'b', direction: 'inbound' });
  peers.recordPeerConnected({ peer: 'c', direction: 'inbound' });
  peers.recordPeerDisconnected({ peer: 'b', reason: 'remote' });
  assert.deepEqual(connected(), { inbound: 1, outbound: 1 });
  assert.deepEqual(node.valuesBy('chain_peers_connections_total'), { inbound: 2, outbound: 1 });
  assert.equal(node.value('chain_peers_disconnections_total', { reason: 'remote' }), 1);
});

test('a peer that connects twice is one peer, with what it announced last', () => {
  const { node, peers, connected } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'outbound', version: 'geth/1', country: 'DE' });
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound', version: 'geth/2', country: 'FR' });
  assert.deepEqual(connected(), { inbound: 1, outbound: 0 });
  assert.deepEqual(node.valuesBy('chain_peers_by_version'), { 'geth/2': 1 });
  assert.deepEqual(node.valuesBy('chain_peers_located'), { FR: 1 });
});

test('a peer that was not connected, or left already, takes nothing away', () => {
  const { node, peers, connected } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.recordPeerDisconnected({ peer: 'b', reason: 'error' });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'timeout' });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'timeout' });
  assert.deepEqual(connected(), { inbound: 0, outbound: 0 });
  assert.equal(node.value('chain_peers_disconnections_total', { reason: 'timeout' }), 2);
});

test('counts that the node gives are shown, and later records go on from them', () => {
  const { peers, connected } = makeNode();
  peers.updatePeerCount({ inboundCount: 0, outboundCount: 0 });
  assert.deepEqual(connected(), { inbound: 0, outbound: 0 });
  peers.updatePeerCount({ inboundCount: 40, outboundCount: 8 });
  peers.recordPeerConnected({ peer: 'a', direction: 'outbound' });
  assert.deepEqual(connected(), { inbound: 40, outbound: 9 });
  peers.updatePeerCount({ inboundCount: 1, outboundCount: 0 });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'local' });
  assert.deepEqual(connected(), { inbound: 1, outbound: 0 });
});

test('peers beyond those that are kept are counted when they come and when they go', () => {
  const { node, peers, connected } = makeNode();
  for (let i = 0; i < 1024; i++) peers.recordPeerConnected({ peer: `kept${i}`, direction: 'inbound' });
  for (let i = 0; i < 3; i++) peers.recordPeerConnected({ peer: `more${i}`, direction: 'outbound' });
  assert.deepEqual(connected(), { inbound: 1024, outbound: 3 });
  assert.deepEqual(node.valuesBy('chain_peers_located'), { ZZ: 1024 });
  peers.recordPeerDisconnected({ peer: 'more0', reason: 'remote', direction: 'outbound' });
  peers.recordPeerDisconnected({ peer: 'more1', reason: 'remote' });
  peers.recordPeerDisconnected({ peer: 'kept5', reason: 'remote' });
  assert.deepEqual(connected(), { inbound: 1023, outbound: 1 });
});

test('versions and countries of connected peers are counted, unknown ones as such', () => {
  const { node, peers } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound', version: 'geth/1', country: 'DE' });
  peers.recordPeerConnected({ peer: 'b', direction: 'inbound', version: 'geth/1', country: 'Germany' });
  peers.recordPeerConnected({ peer: 'c', direction: 'inbound', version: '' });
  assert.deepEqual(node.valuesBy('chain_peers_by_version'), { 'geth/1': 2, unknown: 1 });
  assert.deepEqual(node.valuesBy('chain_peers_located'), { DE: 1, ZZ: 2 });
  for (const peer of ['a', 'b', 'c']) peers.recordPeerDisconnected({ peer, reason: 'shutdown' });
  assert.deepEqual(node.valuesBy('chain_peers_by_version'), {});
  assert.deepEqual(node.valuesBy('chain_peers_located'), {});
});

test('more versions than the label may have are added up as other', () => {
  const { node, peers } = makeNode();
  for (let i = 0; i < 40; i++) peers.recordPeerConnected({ peer: `p${i}`, direction: 'inbound', version: `v${i}` });
  const shown = node.valuesBy('chain_peers_by_version');
  assert.equal(Object.keys(shown).length, 33);
  assert.equal(shown['other'], 8);
});

test('quality follows its formula when everything is known', () => {
  const { node, peers, quality } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  for (let i = 0; i < 8; i++) peers.recordPeerRequest({ peer: 'a', outcome: i < 6 ? 'ok' : 'timeout' });
  for (const latencySeconds of [0.9, 0.2, 0.1]) peers.recordLatency({ peer: 'a', latencySeconds });
  peers.recordPeerMessages({ peer: 'a', count: 10, invalidCount: 1 });
  node.pass(1800);
  const expected = 0.4 * 0.75 + 0.3 * (0.1 / 0.2) + 0.2 * 0.9 + 0.1 * 0.5;
  assert.ok(Math.abs(quality()! - expected) < 1e-12);
});

test('terms of quality without data are left out, and so are peers of whom nothing is known', () => {
  const { node, peers, quality } = makeNode();
  peers.recordPeerConnected({ peer: 'silent', direction: 'inbound' });
  node.pass(7200);
  assert.equal(quality(), undefined);
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.recordPeerRequest({ peer: 'a', outcome: 'ok' });
  assert.ok(Math.abs(quality()! - 0.4 / 0.5) < 1e-12);
  peers.recordPeerRequest({ peer: 'silent', outcome: 'error' });
  assert.ok(Math.abs(quality()! - (0.4 / 0.5 + 0.1 / 0.5) / 2) < 1e-12, 'the mean of both');
  peers.recordPeerDisconnected({ peer: 'a', reason: 'local' });
  peers.recordPeerDisconnected({ peer: 'silent', reason: 'local' });
  assert.equal(quality(), undefined);
});

test('the median is of the latest round trips, and of two the mean', () => {
  const { peers, quality } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.recordLatency({ peer: 'a', latencySeconds: 0.3 });
  peers.recordLatency({ peer: 'a', latencySeconds: 0.5 });
  assert.ok(Math.abs(quality()! - (0.3 * (0.1 / 0.4)) / 0.4) < 1e-12);
  for (let i = 0; i < 15; i++) peers.recordLatency({ peer: 'a', latencySeconds: 0 });
  assert.ok(Math.abs(quality()! - 0.3 / 0.4) < 1e-12);
});

test('what is wrong does not get into the quality', () => {
  const { node, peers, quality } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  for (const count of [Number.NaN, -3, Number.POSITIVE_INFINITY]) peers.recordPeerMessages({ peer: 'a', count });
  peers.recordLatency({ peer: 'a', latencySeconds: Number.NaN });
  assert.equal(node.registry.droppedRecords().invalid_value, 4);
  assert.equal(quality(), undefined);
  peers.recordPeerMessages({ peer: 'a', count: 2, invalidCount: 9 });
  assert.equal(quality(), 0);
});

test('round trips of peers that are not connected are observed all the same', () => {
  const { node, peers } = makeNode();
  peers.recordLatency({ latencySeconds: 0.2 });
  peers.recordLatency({ peer: 'nobody', latencySeconds: 0.3 });
  assert.deepEqual(node.observed('chain_peers_latency_seconds'), { count: 2, sum: 0.5 });
});

test('height and reputation of a peer are shown until it disconnects', () => {
  const { node, peers } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.updateHeight({ peer: 'a', height: 0 });
  peers.updateReputation({ peer: 'a', score: -3.5 });
  assert.deepEqual(node.valuesBy('chain_peers_height'), { a: 0 });
  assert.deepEqual(node.valuesBy('chain_peers_reputation_score'), { a: -3.5 });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'banned' });
  assert.deepEqual(node.valuesBy('chain_peers_height'), {});
  assert.deepEqual(node.valuesBy('chain_peers_reputation_score'), {});
});

test('peers by health are counted from what is known of each', () => {
  const { node, peers } = makeNode();
  const known = () => node.valuesBy('chain_peers_known');
  peers.recordPeerMetrics({ peer: 'a', health: 'healthy', latencySeconds: 0.1, reputationScore: 10 });
  peers.recordPeerMetrics({ peer: 'b', health: 'healthy' });
  peers.recordPeerMetrics({ peer: 'b', health: 'unhealthy' });
  assert.deepEqual(known(), { healthy: 1, degraded: 0, unhealthy: 1 });
  assert.deepEqual(node.observed('chain_peers_latency_seconds'), { count: 1, sum: 0.1 });
  assert.deepEqual(node.valuesBy('chain_peers_reputation_score'), { a: 10 });
  peers.forgetPeer({ peer: 'a' });
  peers.forgetPeer({ peer: 'a' });
  assert.deepEqual(known(), { healthy: 0, degraded: 0, unhealthy: 1 });
  assert.deepEqual(node.valuesBy('chain_peers_reputation_score'), {});
  peers.updateHealth({ healthyCount: 5, degradedCount: 2, unhealthyCount: 0 });
  assert.deepEqual(known(), { healthy: 5, degraded: 2, unhealthy: 0 });
});

test('of more known peers than are kept, those told of last are counted', () => {
  const { node, peers } = makeNode();
  for (let i = 0; i < 1000; i++) peers.recordPeerMetrics({ peer: `old${i}`, health: 'healthy' });
  peers.recordPeerMetrics({ peer: 'old0', health: 'degraded' });
  for (let i = 0; i < 124; i++) peers.recordPeerMetrics({ peer: `new${i}`, health: 'unhealthy' });
  assert.deepEqual(node.valuesBy('chain_peers_known'), { healthy: 899, degraded: 1, unhealthy: 124 });
});

test('wrong directions, reasons, healths and heights are dropped and counted', () => {
  const { node, peers, connected } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'sideways' as 'inbound' });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'bored' as 'other' });
  peers.recordPeerMetrics({ peer: 'a', health: 'toString' as 'healthy' });
  peers.updateHeight({ peer: 'a', height: -1 });
  peers.updatePeerCount({ inboundCount: Number.NaN, outboundCount: 2 });
  const { invalid_value, unknown_label } = node.registry.droppedRecords();
  assert.deepEqual({ invalid_value, unknown_label }, { invalid_value: 2, unknown_label: 3 });
  assert.deepEqual(connected(), { inbound: 0, outbound: 2 });
});

test('recorders that are called without their argument throw nothing', () => {
  const { peers } = makeNode();
  const methods = peers as unknown as Record<string, (fields: unknown) => void>;
  const names = Object.getOwnPropertyNames(PeersMetrics.prototype).filter((name) => name !== 'constructor');
  assert.ok(names.length >= 11);
  for (const name of names) for (const nothing of [undefined, null, 5]) methods[name]?.(nothing);
});

test('of peers beyond the bound of a label, nothing is shown once they have gone', () => {
  const { node, peers } = makeNode();
  const names = Array.from({ length: 200 }, (_, i) => `peer-${i}`);
  for (const [i, peer] of names.entries()) {
    peers.recordPeerConnected({ peer, direction: 'inbound' });
    peers.updateHeight({ peer, height: i });
    peers.updateReputation({ peer, score: i });
  }
  assert.equal(node.valuesBy('chain_peers_height')['other'], 199);
  for (const peer of names) peers.recordPeerDisconnected({ peer, reason: 'remote' });
  assert.deepEqual(node.valuesBy('chain_peers_height'), {});
  assert.deepEqual(node.valuesBy('chain_peers_reputation_score'), {});
});

test('each record tells one event', () => {
  const { node, peers } = makeNode();
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.recordLatency({ peer: 'a', latencySeconds: 1 });
  peers.recordPeerRequest({ peer: 'a', outcome: 'ok' });
  peers.recordPeerMessages({ peer: 'a' });
  peers.recordPeerMetrics({ peer: 'a' });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'local' });
  const types = [
    'connected',
    'latency_measured',
    'request_ended',
    'messages_counted',
    'stats_recorded',
    'disconnected',
  ];
  assert.deepEqual(
    node.told,
    types.map((type) => `peers.${type}`),
  );
});

test('a set that is switched off does nothing and keeps nothing', () => {
  const peers = new PeersMetrics(offContext());
  peers.recordPeerConnected({ peer: 'a', direction: 'inbound' });
  peers.recordPeerMetrics({ peer: 'a', health: 'healthy', latencySeconds: 1 });
  peers.recordPeerDisconnected({ peer: 'a', reason: 'local' });
});
