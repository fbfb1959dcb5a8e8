import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NetworkMetrics } from './network.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  return { node, network: new NetworkMetrics(node.context()) };
}

test('a message counts as a message of its type and, when its size is known, as bytes', () => {
  const { node, network } = makeNode();
  network.recordMessageSent({ type: 'vote', peer: 'p1', sizeBytes: 100 });
  network.recordMessageSent({ type: 'vote' });
  network.recordMessageReceived({ type: 'block', peer: 'p1', sizeBytes: 0 });
  network.recordMessageReceived({ type: 'block', sizeBytes: 700 });
  assert.equal(node.value('chain_network_messages_sent_total', { type: 'vote' }), 2);
  assert.equal(node.value('chain_network_messages_received_total', { type: 'block' }), 2);
  assert.equal(node.value('chain_network_sent_bytes_total'), 100);
  assert.equal(node.value('chain_network_received_bytes_total'), 700);
});

test('every other recorder writes its metrics', () => {
  const { node, network } = makeNode();
  network.recordMessageUndelivered({ reason: 'queue_full', type: 'vote', peer: 'p1' });
  network.recordMessageInvalid({ reason: 'duplicate', type: 'vote', sizeBytes: 90 });
  network.recordMessageProcessingTime({ type: 'vote', durationSeconds: 0.002 });
  network.updateQueueSize({ direction: 'outbound', count: 8 });
  network.updateConnections({ inboundCount: 3, outboundCount: 0 });
  network.recordConnectionAttempt({ peer: 'p2' });
  network.recordConnectionFailure({ reason: 'refused', peer: 'p2' });
  network.recordConnectionEstablished({ peer: 'p2', latencySeconds: 0.3 });
  network.recordNetworkPartition({ affectedPeers: 4 });
  network.recordBytes({ sentBytes: 1, receivedBytes: 2 });
  network.setBandwidthCapacity({ bytesPerSecond: 1e6 });
  assert.equal(node.value('chain_network_messages_undelivered_total', { reason: 'queue_full' }), 1);
  assert.equal(node.value('chain_network_messages_invalid_total', { reason: 'duplicate' }), 1);
  assert.equal(node.value('chain_network_redundant_bytes_total'), 90);
  assert.deepEqual(node.observed('chain_network_message_processing_duration_seconds', { type: 'vote' }), {
    count: 1,
    sum: 0.002,
  });
  assert.deepEqual(node.valuesBy('chain_network_message_queue_messages'), { outbound: 8 });
  assert.deepEqual(node.valuesBy('chain_network_connections'), { inbound: 3, outbound: 0 });
  assert.equal(node.value('chain_network_connection_attempts_total'), 1);
  assert.equal(node.value('chain_network_connection_failures_total', { reason: 'refused' }), 1);
  assert.deepEqual(node.observed('chain_network_connection_latency_seconds'), { count: 1, sum: 0.3 });
  assert.equal(node.value('chain_network_partitions_total'), 1);
  assert.equal(node.value('chain_network_sent_bytes_total'), 1);
  assert.equal(node.value('chain_network_received_bytes_total'), 2);
  assert.equal(node.value('chain_network_bandwidth_capacity_bytes_per_second'), 1e6);
  assert.equal(node.told.length, 8);
});

test('a node that counts for itself gives what happened since the last time', () => {
  const { node, network } = makeNode();
  const interval = { sentBytes: 1000, receivedBytes: 2000, connectionAttempts: 10, connectionFailures: 2 };
  network.recordNetworkMetrics({ ...interval, inboundConnections: 2, outboundConnections: 3 });
  network.recordNetworkMetrics({ ...interval, connectionLatencySeconds: 0.1 });
  assert.equal(node.value('chain_network_sent_bytes_total'), 2000);
  assert.equal(node.value('chain_network_received_bytes_total'), 4000);
  assert.equal(node.value('chain_network_connection_attempts_total'), 20);
  assert.equal(node.value('chain_network_connection_failures_total', { reason: 'other' }), 4);
  assert.deepEqual(node.valuesBy('chain_network_connections'), { inbound: 2, outbound: 3 });
  assert.deepEqual(node.observed('chain_network_connection_latency_seconds'), { count: 1, sum: 0.1 });
});

test('delivery is the share without a known loss, within 0 and 1, and absent while nothing is sent', () => {
  const { node, network } = makeNode();
  const delivery = () => node.value('chain_network_message_delivery_ratio');
  assert.equal(delivery(), undefined);
  for (let i = 0; i < 20; i++) network.recordMessageSent({ type: 'ping' });
  network.recordMessageUndelivered({ reason: 'timeout' });
  node.pass(60);
  assert.equal(delivery(), 0.95);
  network.recordMessageSent({ type: 'ping' });
  for (let i = 0; i < 5; i++) network.recordMessageUndelivered({ reason: 'timeout' });
  node.pass(60);
  assert.equal(delivery(), 0);
  node.pass(60);
  assert.equal(delivery(), undefined);
});

test('utilization is traffic in both directions against the capacity, and absent while that is unknown', () => {
  const { node, network } = makeNode();
  const utilization = () => node.value('chain_network_bandwidth_utilization_ratio');
  node.registry.snapshot();
  network.recordBytes({ sentBytes: 3000, receivedBytes: 3000 });
  node.pass(60);
  assert.equal(utilization(), undefined);
  network.setBandwidthCapacity({ bytesPerSecond: 400 });
  assert.equal(utilization(), 0.25);
  network.setBandwidthCapacity({ bytesPerSecond: 0 });
  assert.equal(utilization(), undefined);
  network.setBandwidthCapacity({ bytesPerSecond: undefined });
  assert.equal(node.value('chain_network_bandwidth_capacity_bytes_per_second'), undefined);
});

test('wrong values and labels are dropped and counted', () => {
  const { node, network } = makeNode();
  network.recordMessageSent({ type: 'rumour' as 'other', sizeBytes: 10 });
  network.recordMessageReceived({ type: 'vote', sizeBytes: -10 });
  network.recordMessageReceived({ type: 'vote', sizeBytes: null as never });
  network.updateConnections({ inboundCount: -1, outboundCount: 1 });
  network.recordConnectionFailure(null as never);
  assert.equal(node.value('chain_network_sent_bytes_total'), 10);
  assert.equal(node.value('chain_network_received_bytes_total'), 0);
  const { invalid_value, unknown_label } = node.registry.droppedRecords();
  assert.deepEqual({ invalid_value, unknown_label }, { invalid_value: 3, unknown_label: 2 });
});

test('a set that is switched off does nothing', () => {
  const network = new NetworkMetrics(offContext());
  network.recordMessageSent({ type: 'vote', sizeBytes: 1 });
  network.recordNetworkMetrics({ sentBytes: 1 });
});
