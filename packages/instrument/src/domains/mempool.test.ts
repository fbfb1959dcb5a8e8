import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MempoolMetrics } from './mempool.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  return { node, mempool: new MempoolMetrics(node.context()) };
}

test('every recorder writes its metrics', () => {
  const { node, mempool } = makeNode();
  mempool.updateSize({ pendingCount: 30, queuedCount: 5, sizeBytes: 9000 });
  mempool.setCapacity({ capacityTransactions: 100 });
  mempool.recordAdded({ origin: 'gossip' });
  mempool.recordRemoved({ reason: 'committed', count: 12 });
  mempool.recordRejected({ reason: 'underpriced' });
  assert.deepEqual(node.valuesBy('chain_mempool_transactions'), { pending: 30, queued: 5 });
  assert.equal(node.value('chain_mempool_size_bytes'), 9000);
  assert.equal(node.value('chain_mempool_capacity_transactions'), 100);
  assert.equal(node.value('chain_mempool_added_total', { origin: 'gossip' }), 1);
  assert.equal(node.value('chain_mempool_removed_total', { reason: 'committed' }), 12);
  assert.equal(node.value('chain_mempool_rejected_total', { reason: 'underpriced' }), 1);
  assert.deepEqual(node.told, ['mempool.added', 'mempool.removed', 'mempool.rejected']);
});

test('usage counts both states, and is absent without a limit', () => {
  const { node, mempool } = makeNode();
  const usage = () => node.value('chain_mempool_usage_ratio');
  mempool.updateSize({ pendingCount: 30, queuedCount: 5 });
  assert.equal(usage(), undefined);
  mempool.setCapacity({ capacityTransactions: 100 });
  assert.equal(usage(), 0.35);
  mempool.updateSize({ pendingCount: 0, queuedCount: 0 });
  assert.equal(usage(), 0);
  mempool.setCapacity({ capacityTransactions: 0 });
  assert.equal(usage(), undefined);
  mempool.setCapacity({ capacityTransactions: undefined });
  assert.equal(node.value('chain_mempool_capacity_transactions'), undefined);
  assert.equal(usage(), undefined);
});

test('sizes that are none are dropped and counted', () => {
  const { node, mempool } = makeNode();
  mempool.updateSize({ pendingCount: -1, queuedCount: Number.POSITIVE_INFINITY, sizeBytes: Number.NaN });
  mempool.setCapacity({ capacityTransactions: -5 });
  assert.equal(node.registry.droppedRecords().invalid_value, 4);
  assert.deepEqual(node.valuesBy('chain_mempool_transactions'), {});
});

test('a set that is switched off does nothing', () => {
  new MempoolMetrics(offContext()).updateSize({ pendingCount: 1 });
});
