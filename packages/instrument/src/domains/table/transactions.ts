// The metrics of the domain set `transactions`. How to add one: docs/guide/add-a-metric.md.

import { OPERATION_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const TRANSACTIONS_METRICS = {
  submitted: metric({
    name: 'chain_transactions_submitted_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Transactions accepted for processing.',
    labels: { origin: ['api', 'gossip', 'local'] },
    recordedBy: 'transactions.recordSubmitted({ origin, count })',
    aliases: { aureon: 'transactions_submitted_total' },
  }),
  processed: metric({
    name: 'chain_transactions_processed_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Transactions included in a committed block.',
    recordedBy: 'transactions.recordProcessed({ count }); evm probe',
    aliases: { aureon: 'transactions_processed_total' },
  }),
  failed: metric({
    name: 'chain_transactions_failed_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Submitted transactions that were refused or failed in execution.',
    labels: { reason: ['malformed', 'signature', 'nonce', 'balance', 'fee', 'gas', 'reverted', 'expired', 'other'] },
    recordedBy: 'transactions.recordFailed({ reason, count }); evm probe',
    aliases: { aureon: 'transactions_failed_total' },
  }),
  validations: metric({
    name: 'chain_transactions_validations_total',
    type: 'counter',
    unit: 'validations',
    help: 'Transaction validations carried out.',
    recordedBy: 'transactions.recordValidation({ isValid, durationSeconds, reason })',
    aliases: { hotstuff2: 'hotstuff2_transaction_validations_total (transaction_validations)' },
  }),
  validationFailures: metric({
    name: 'chain_transactions_validation_failures_total',
    type: 'counter',
    unit: 'validations',
    help: 'Transaction validations with a negative result.',
    labels: { reason: ['malformed', 'signature', 'nonce', 'balance', 'fee', 'gas', 'other'] },
    recordedBy: 'transactions.recordValidation({ isValid, durationSeconds, reason })',
    aliases: { hotstuff2: 'hotstuff2_validation_failures_total (validation_failures)' },
  }),
  validationDuration: metric({
    name: 'chain_transactions_validation_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to validate one transaction.',
    buckets: OPERATION_SECONDS,
    recordedBy: 'transactions.recordValidation({ isValid, durationSeconds, reason })',
    aliases: {
      hotstuff2: 'hotstuff2_validation_time_seconds (validation_time)',
      arthachain: 'arthachain_node_avg_tx_validation_ms:gauge=avg*1000 (node.avg_tx_validation_ms)',
    },
  }),
  fees: metric({
    name: 'chain_transactions_fees_total',
    type: 'counter',
    unit: 'native',
    help: 'Fees paid by committed transactions, in whole native currency.',
    recordedBy: 'transactions.recordFee({ feeNative }); evm probe',
  }),
} as const;
