import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FamilySnapshot } from '../snapshot/snapshot.ts';
import { ConsensusMetrics } from './consensus.ts';
import { NetworkMetrics } from './network.ts';
import { PerformanceMetrics } from './performance.ts';
import { StorageMetrics } from './storage.ts';
import { offContext, TestNode } from './testing/recorded.ts';
import { TransactionsMetrics } from './transactions.ts';

function makeNode() {
  const node = new TestNode();
  const performance = new PerformanceMetrics(node.context());
  return { node, performance };
}

const RATES = [
  'chain_performance_transactions_per_second',
  'chain_performance_blocks_per_second',
  'chain_performance_decisions_per_second',
  'chain_performance_network_bytes_per_second',
  'chain_performance_consensus_efficiency_ratio',
  'chain_performance_network_efficiency_ratio',
  'chain_performance_storage_efficiency_ratio',
];

test('latencies are observed, and told', () => {
  const { node, performance } = makeNode();
  performance.recordConfirmation({ latencySeconds: 3, height: 7 });
  performance.recordFinalization({ latencySeconds: 4 });
  performance.recordEndToEnd({ latencySeconds: 5 });
  assert.deepEqual(node.observed('chain_performance_confirmation_latency_seconds'), { count: 1, sum: 3 });
  assert.deepEqual(node.observed('chain_performance_finalization_latency_seconds'), { count: 1, sum: 4 });
  assert.deepEqual(node.observed('chain_performance_end_to_end_latency_seconds'), { count: 1, sum: 5 });
  assert.deepEqual(node.told, ['performance.confirmed', 'performance.finalized', 'performance.ended']);
});

test('without the sets that count, rates and efficiencies are absent', () => {
  const { node } = makeNode();
  for (let i = 0; i < 3; i++) {
    node.pass(30);
    for (const name of RATES) assert.equal(node.value(name), undefined, name);
  }
});

test('rates and efficiencies follow from what the other sets counted over the window', () => {
  const { node } = makeNode();
  const consensus = new ConsensusMetrics(node.context());
  const transactions = new TransactionsMetrics(node.context());
  const network = new NetworkMetrics(node.context());
  const storage = new StorageMetrics(node.context());
  node.registry.snapshot();
  node.pass(30);
  for (let view = 0; view < 10; view++) consensus.updateCurrentView({ view });
  for (let height = 0; height < 6; height++) consensus.recordBlockCommitted({ height });
  for (let view = 0; view < 9; view++) consensus.recordCertificate({ type: 'quorum', view });
  consensus.recordCertificate({ type: 'timeout', view: 9 });
  transactions.recordProcessed({ count: 240 });
  network.recordBytes({ sentBytes: 2000, receivedBytes: 4000 });
  network.recordMessageInvalid({ reason: 'duplicate', sizeBytes: 1000 });
  storage.updateSize({ sizeBytes: 800, liveBytes: 600 });
  node.pass(30);
  const shown = Object.fromEntries(RATES.map((name) => [name.replace('chain_performance_', ''), node.value(name)]));
  assert.deepEqual(shown, {
    transactions_per_second: 4,
    blocks_per_second: 0.1,
    decisions_per_second: 0.15,
    network_bytes_per_second: 100,
    consensus_efficiency_ratio: 0.6,
    network_efficiency_ratio: 0.75,
    storage_efficiency_ratio: 0.75,
  });
  node.pass(61);
  assert.equal(node.value('chain_performance_transactions_per_second'), 0, 'an idle node has a rate of 0');
  assert.equal(node.value('chain_performance_consensus_efficiency_ratio'), undefined, 'and no efficiency');
  assert.equal(node.value('chain_performance_network_efficiency_ratio'), undefined);
});

test('what other threads counted is included', () => {
  const { node } = makeNode();
  const transactions = new TransactionsMetrics(node.context());
  let elsewhere = 0;
  const families = (): FamilySnapshot[] => [
    {
      name: 'chain_transactions_processed_total',
      help: 'Transactions included in a committed block.',
      unit: 'transactions',
      type: 'counter',
      points: [{ labels: [], value: elsewhere }],
    },
  ];
  node.registry.attach({ families });
  node.registry.snapshot();
  node.pass(60);
  transactions.recordProcessed({ count: 60 });
  elsewhere = 120;
  assert.equal(node.value('chain_performance_transactions_per_second'), 3);
});

test('more commits than views are no efficiency above 1, and more waste than traffic none below 0', () => {
  const { node } = makeNode();
  const consensus = new ConsensusMetrics(node.context());
  const network = new NetworkMetrics(node.context());
  node.registry.snapshot();
  consensus.updateCurrentView({ view: 1 });
  consensus.recordBlockCommitted({ height: 1 });
  consensus.recordBlockCommitted({ height: 2 });
  network.recordBytes({ receivedBytes: 10 });
  network.recordMessageInvalid({ reason: 'stale', sizeBytes: 30 });
  node.pass(60);
  assert.equal(node.value('chain_performance_consensus_efficiency_ratio'), 1);
  assert.equal(node.value('chain_performance_network_efficiency_ratio'), 0);
});

test('wrong latencies are dropped and counted', () => {
  const { node, performance } = makeNode();
  performance.recordConfirmation({ latencySeconds: Number.NaN });
  performance.recordEndToEnd(undefined as never);
  assert.equal(node.registry.droppedRecords().invalid_value, 2);
});

test('a set that is switched off does nothing', () => {
  new PerformanceMetrics(offContext()).recordConfirmation({ latencySeconds: 1 });
});
