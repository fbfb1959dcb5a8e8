import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BlocksMetrics } from './blocks.ts';
import { ConsensusMetrics } from './consensus.ts';
import { offContext, TestNode } from './testing/recorded.ts';

function makeNode() {
  const node = new TestNode();
  return { node, blocks: new BlocksMetrics(node.context()) };
}

test('every recorder writes its metrics', () => {
  const { node, blocks } = makeNode();
  blocks.recordBlockReceived({ origin: 'gossip', height: 5, sizeBytes: 900 });
  blocks.recordInvalidBlock({ reason: 'state_root', height: 5 });
  blocks.recordBlockValidated({ durationSeconds: 0.01, height: 6 });
  blocks.recordBlockImported({ height: 6, transactionCount: 2, sizeBytes: 900, gasUsed: 42_000 });
  blocks.updateHead({ height: 6, timestampSeconds: 1_700_000_000 });
  blocks.updateHeadContents({ transactionCount: 2, gasUsed: 42_000, gasLimit: 30_000_000, baseFeeWei: 7 });
  assert.equal(node.value('chain_blocks_received_total', { origin: 'gossip' }), 1);
  assert.equal(node.value('chain_blocks_invalid_total', { reason: 'state_root' }), 1);
  assert.deepEqual(node.observed('chain_blocks_validation_duration_seconds'), { count: 1, sum: 0.01 });
  assert.deepEqual(node.observed('chain_blocks_size_bytes'), { count: 1, sum: 900 });
  assert.equal(node.value('chain_blocks_gas_used_total'), 42_000);
  assert.equal(node.value('chain_blocks_head_height'), 6);
  assert.equal(node.value('chain_blocks_head_timestamp_seconds'), 1_700_000_000);
  assert.equal(node.value('chain_blocks_head_transactions'), 2);
  assert.equal(node.value('chain_blocks_head_gas_used'), 42_000);
  assert.equal(node.value('chain_blocks_head_gas_limit'), 30_000_000);
  assert.equal(node.value('chain_blocks_base_fee_wei'), 7);
  assert.deepEqual(node.told, ['blocks.received', 'blocks.invalid', 'blocks.validated', 'blocks.imported']);
});

test('an interval ends when the head rises, and only then', () => {
  const { node, blocks } = makeNode();
  const intervals = () => node.observed('chain_blocks_interval_seconds');
  blocks.updateHead({ height: 0 });
  node.pass(2);
  blocks.updateHead({ height: 0 });
  assert.equal(intervals().count, 0);
  node.pass(1);
  blocks.updateHead({ height: 1 });
  assert.deepEqual(intervals(), { count: 1, sum: 3 });
  node.pass(5);
  blocks.updateHead({ height: 4 });
  assert.deepEqual(intervals(), { count: 2, sum: 8 });
  node.pass(7);
  blocks.updateHead({ height: 3 });
  assert.equal(node.value('chain_blocks_head_height'), 3);
  assert.deepEqual(intervals(), { count: 2, sum: 8 });
  node.pass(2);
  blocks.updateHead({ height: 4 });
  assert.deepEqual(intervals(), { count: 3, sum: 10 });
});

test('a head that is none is dropped and counted', () => {
  const { node, blocks } = makeNode();
  blocks.updateHead({ height: 3 });
  node.pass(1);
  for (const height of [Number.NaN, -1, 0.5, '4', undefined]) blocks.updateHead({ height: height as number });
  assert.equal(node.registry.droppedRecords().invalid_value, 5);
  assert.equal(node.value('chain_blocks_head_height'), 3);
  assert.equal(node.observed('chain_blocks_interval_seconds').count, 0);
});

test('contents that are left out stay, and negative ones are dropped', () => {
  const { node, blocks } = makeNode();
  blocks.updateHeadContents({ transactionCount: 0, gasLimit: 10 });
  blocks.updateHeadContents({ gasUsed: 0, gasLimit: -1 });
  assert.equal(node.value('chain_blocks_head_transactions'), 0);
  assert.equal(node.value('chain_blocks_head_gas_used'), 0);
  assert.equal(node.value('chain_blocks_head_gas_limit'), 10);
  assert.equal(node.value('chain_blocks_base_fee_wei'), undefined);
  assert.equal(node.registry.droppedRecords().invalid_value, 1);
});

test('finality lag is absent until both heights are known, and never below 0', () => {
  const { node, blocks } = makeNode();
  const consensus = new ConsensusMetrics(node.context());
  const lag = () => node.value('chain_blocks_finality_lag_blocks');
  assert.equal(lag(), undefined);
  blocks.updateHead({ height: 10 });
  assert.equal(lag(), undefined);
  consensus.updateFinalizedHeight({ height: 0 });
  assert.equal(lag(), 10);
  consensus.updateFinalizedHeight({ height: 12 });
  assert.equal(lag(), 0);
});

test('a set that is switched off does nothing', () => {
  const blocks = new BlocksMetrics(offContext());
  blocks.updateHead({ height: 1, timestampSeconds: 1 });
  blocks.updateHead({ height: 2, timestampSeconds: 1 });
  blocks.recordBlockReceived({ origin: 'sync' });
});
