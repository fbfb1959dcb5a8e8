import assert from 'node:assert/strict';
import { test } from 'node:test';
import { offContext, TestNode } from './testing/recorded.ts';
import { TransactionsMetrics } from './transactions.ts';

function makeNode() {
  const node = new TestNode();
  return { node, transactions: new TransactionsMetrics(node.context()) };
}

test('every recorder writes its metrics', () => {
  const { node, transactions } = makeNode();
  transactions.recordSubmitted({ origin: 'api' });
  transactions.recordSubmitted({ origin: 'api', count: 4 });
  transactions.recordProcessed({ count: 3 });
  transactions.recordProcessed({ count: 0 });
  transactions.recordFailed({ reason: 'nonce' });
  transactions.recordFee({ feeNative: 0.25 });
  transactions.recordValidation({ isValid: true, durationSeconds: 0.001 });
  transactions.recordValidation({ isValid: false, reason: 'signature' });
  transactions.recordValidation({ isValid: false });
  assert.equal(node.value('chain_transactions_submitted_total', { origin: 'api' }), 5);
  assert.equal(node.value('chain_transactions_processed_total'), 3);
  assert.equal(node.value('chain_transactions_failed_total', { reason: 'nonce' }), 1);
  assert.equal(node.value('chain_transactions_fees_total'), 0.25);
  assert.equal(node.value('chain_transactions_validations_total'), 3);
  assert.equal(node.value('chain_transactions_validation_failures_total', { reason: 'signature' }), 1);
  assert.equal(node.value('chain_transactions_validation_failures_total', { reason: 'other' }), 1);
  assert.deepEqual(node.observed('chain_transactions_validation_duration_seconds'), { count: 1, sum: 0.001 });
  assert.equal(node.told.length, 9);
});

test('wrong values are dropped and counted, and a count that is missing is not taken for one', () => {
  const { node, transactions } = makeNode();
  for (const count of [-1, Number.NaN, '3', undefined, null]) transactions.recordProcessed({ count: count as number });
  for (const feeNative of [-1, undefined]) transactions.recordFee({ feeNative: feeNative as number });
  transactions.recordSubmitted({ origin: 'carrier pigeon' as 'api' });
  assert.equal(node.value('chain_transactions_processed_total'), 0);
  assert.equal(node.value('chain_transactions_fees_total'), 0);
  const { invalid_value, unknown_label } = node.registry.droppedRecords();
  assert.deepEqual({ invalid_value, unknown_label }, { invalid_value: 7, unknown_label: 1 });
});

test('a validation of unknown result is none', () => {
  const { node, transactions } = makeNode();
  transactions.recordValidation({ durationSeconds: -0.2 } as { isValid: boolean; durationSeconds: number });
  assert.equal(node.value('chain_transactions_validations_total'), 0);
  assert.deepEqual(node.observed('chain_transactions_validation_duration_seconds'), { count: 0, sum: 0 });
  assert.equal(node.registry.droppedRecords().invalid_value, 2);
});

test('recorders that are called without their argument throw nothing', () => {
  const { node, transactions } = makeNode();
  transactions.recordSubmitted(undefined as never);
  transactions.recordProcessed(null as never);
  assert.equal(node.value('chain_transactions_processed_total'), 0);
});

test('a set that is switched off does nothing', () => {
  new TransactionsMetrics(offContext()).recordSubmitted({ origin: 'api' });
});
