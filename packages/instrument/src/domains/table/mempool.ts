// The metrics of the domain set `mempool`. How to add one: docs/guide/add-a-metric.md.

import { metric } from '../metric-definition.ts';

export const MEMPOOL_METRICS = {
  transactions: metric({
    name: 'chain_mempool_transactions',
    type: 'gauge',
    unit: 'transactions',
    help: 'Transactions now in the pool.',
    labels: { state: ['pending', 'queued'] },
    recordedBy: 'mempool.updateSize({ pendingCount, queuedCount, sizeBytes }); evm probe',
    aliases: {
      alys: 'alys_txpool_size',
      aureon: 'mempool_size',
      arthachain: 'arthachain_node_mempool_size (node.mempool_size)',
    },
  }),
  capacityTransactions: metric({
    name: 'chain_mempool_capacity_transactions',
    type: 'gauge',
    unit: 'transactions',
    help: 'Most transactions that the pool may hold.',
    recordedBy: 'mempool.setCapacity({ capacityTransactions })',
  }),
  size: metric({
    name: 'chain_mempool_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Encoded size of all transactions in the pool.',
    recordedBy: 'mempool.updateSize({ pendingCount, queuedCount, sizeBytes })',
  }),
  usage: metric({
    name: 'chain_mempool_usage_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the pool capacity in use.',
    formula:
      'sum without(state) (chain_mempool_transactions) / chain_mempool_capacity_transactions; absent when there is no limit',
    recordedBy: 'mempool collector',
  }),
  added: metric({
    name: 'chain_mempool_added_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Transactions added to the pool.',
    labels: { origin: ['api', 'gossip', 'local'] },
    recordedBy: 'mempool.recordAdded({ origin, count })',
  }),
  removed: metric({
    name: 'chain_mempool_removed_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Transactions that left the pool.',
    labels: { reason: ['committed', 'expired', 'evicted', 'replaced', 'invalid', 'cleared'] },
    recordedBy: 'mempool.recordRemoved({ reason, count })',
  }),
  rejected: metric({
    name: 'chain_mempool_rejected_total',
    type: 'counter',
    unit: 'transactions',
    help: 'Transactions refused at the entrance of the pool.',
    labels: {
      reason: ['full', 'duplicate', 'underpriced', 'nonce', 'balance', 'signature', 'size', 'sender_limit', 'other'],
    },
    recordedBy: 'mempool.recordRejected({ reason, count })',
  }),
} as const;
