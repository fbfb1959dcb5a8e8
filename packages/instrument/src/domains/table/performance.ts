// The metrics of the domain set `performance`. How to add one: docs/guide/add-a-metric.md.

import { LONG_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const PERFORMANCE_METRICS = {
  transactionsPerSecond: metric({
    name: 'chain_performance_transactions_per_second',
    type: 'gauge',
    unit: 'per_second',
    help: 'Committed transactions a second over the throughput window.',
    formula: 'delta of chain_transactions_processed_total / window seconds (60 by default)',
    recordedBy: 'performance collector',
    aliases: {
      hotstuff2: 'hotstuff2_transaction_throughput (transaction_throughput)',
      arthachain: 'arthachain_node_transactions_per_sec (node.transactions_per_sec)',
    },
  }),
  blocksPerSecond: metric({
    name: 'chain_performance_blocks_per_second',
    type: 'gauge',
    unit: 'per_second',
    help: 'Committed blocks a second over the throughput window.',
    formula: 'delta of chain_consensus_blocks_committed_total / window seconds (60 by default)',
    recordedBy: 'performance collector',
    aliases: {
      hotstuff2: 'hotstuff2_block_throughput (block_throughput)',
      arthachain: 'arthachain_node_blocks_per_min:gauge*60 (node.blocks_per_min)',
    },
  }),
  decisionsPerSecond: metric({
    name: 'chain_performance_decisions_per_second',
    type: 'gauge',
    unit: 'per_second',
    help: 'Consensus decisions (quorum certificates) a second over the throughput window.',
    formula: 'delta of chain_consensus_certificates_total{type="quorum"} / window seconds (60 by default)',
    recordedBy: 'performance collector',
    aliases: { hotstuff2: 'hotstuff2_consensus_throughput (consensus_throughput)' },
  }),
  confirmationLatency: metric({
    name: 'chain_performance_confirmation_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the submission of a transaction to its inclusion in a committed block.',
    buckets: LONG_SECONDS,
    recordedBy: 'performance.recordConfirmation({ latencySeconds, height })',
    aliases: { hotstuff2: 'hotstuff2_transaction_confirmation_latency_seconds (transaction_confirmation_latency)' },
  }),
  finalizationLatency: metric({
    name: 'chain_performance_finalization_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the proposal of a block to its finality.',
    buckets: LONG_SECONDS,
    recordedBy: 'performance.recordFinalization({ latencySeconds, height })',
    aliases: {
      hotstuff2: 'hotstuff2_block_finalization_latency_seconds (block_finalization_latency)',
      arthachain: 'arthachain_consensus_time_to_finality_sec:gauge=avg (consensus.time_to_finality_sec)',
    },
  }),
  endToEndLatency: metric({
    name: 'chain_performance_end_to_end_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time from the client sending a transaction to its result being readable as final.',
    buckets: LONG_SECONDS,
    recordedBy: 'performance.recordEndToEnd({ latencySeconds, height })',
    aliases: { hotstuff2: 'hotstuff2_end_to_end_latency_seconds (end_to_end_latency)' },
  }),
  networkBytesPerSecond: metric({
    name: 'chain_performance_network_bytes_per_second',
    type: 'gauge',
    unit: 'bytes_per_second',
    help: 'Bytes a second that this node sends and receives on its peer network.',
    formula:
      'delta of (chain_network_sent_bytes_total + chain_network_received_bytes_total) / window seconds (60 by default)',
    recordedBy: 'performance collector',
    aliases: {
      hotstuff2: 'hotstuff2_network_bandwidth (network_bandwidth)',
      p2p: 'resources_bandwidth_usage (resources.bandwidth_usage)',
    },
  }),
  consensusEfficiency: metric({
    name: 'chain_performance_consensus_efficiency_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the views entered that gave a committed block.',
    formula:
      'min(1, delta of chain_consensus_blocks_committed_total / delta of chain_consensus_views_total) over the window; absent while no view was entered',
    recordedBy: 'performance collector',
    aliases: { hotstuff2: 'hotstuff2_consensus_efficiency (consensus_efficiency)' },
  }),
  networkEfficiency: metric({
    name: 'chain_performance_network_efficiency_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the received bytes that was new and valid.',
    formula:
      'max(0, 1 - delta of chain_network_redundant_bytes_total / delta of chain_network_received_bytes_total) over the window; absent while nothing was received',
    recordedBy: 'performance collector',
    aliases: { hotstuff2: 'hotstuff2_network_efficiency (network_efficiency)' },
  }),
  storageEfficiency: metric({
    name: 'chain_performance_storage_efficiency_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Share of the stored bytes that is live data.',
    formula: 'min(1, chain_storage_live_bytes / chain_storage_size_bytes); absent while the divisor is 0',
    recordedBy: 'performance collector',
    aliases: { hotstuff2: 'hotstuff2_storage_efficiency (storage_efficiency)' },
  }),
} as const;
