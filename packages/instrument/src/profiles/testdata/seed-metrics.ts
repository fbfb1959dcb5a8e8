// What each of the five systems shows, read off its own text: names as written there, with types, and buckets where it fixes
// them. Facts to compare the profiles with; nothing here is made from the table.

export type SeedType = 'counter' | 'gauge' | 'histogram';

/** The fields of the collector's structs; exposed with the prefix `hotstuff2_`, a unit and, of counters, `_total`. */
export const HOTSTUFF2_FIELDS: Readonly<Record<SeedType, readonly string[]>> = {
  counter: [
    'blocks_proposed',
    'blocks_committed',
    'view_changes',
    'votes_sent',
    'votes_received',
    'safety_violations',
    'liveness_timeouts',
    'byzantine_behavior_detected',
    'messages_sent',
    'messages_received',
    'peer_connections',
    'peer_disconnections',
    'bytes_sent',
    'bytes_received',
    'network_partitions',
    'connection_failures',
    'storage_reads',
    'storage_writes',
    'storage_deletes',
    'storage_errors',
    'cache_hits',
    'cache_misses',
    'state_transitions',
    'state_queries',
    'state_snapshots',
    'transaction_validations',
    'validation_failures',
  ],
  gauge: [
    'current_view',
    'transaction_throughput',
    'block_throughput',
    'consensus_throughput',
    'cpu_usage',
    'memory_usage',
    'disk_usage',
    'network_bandwidth',
    'consensus_efficiency',
    'network_efficiency',
    'storage_efficiency',
    'message_queue_size',
    'active_peers',
    'bandwidth_utilization',
    'message_delivery_rate',
    'storage_size',
    'storage_utilization',
    'cache_size',
    'state_size',
    'account_count',
    'contract_count',
  ],
  histogram: [
    'block_proposal_time',
    'block_commit_time',
    'view_change_duration',
    'vote_processing_time',
    'transaction_confirmation_latency',
    'block_finalization_latency',
    'end_to_end_latency',
    'message_processing_time',
    'peer_latency',
    'read_latency',
    'write_latency',
    'batch_operation_latency',
    'state_transition_time',
    'state_query_time',
    'snapshot_creation_time',
    'validation_time',
  ],
};

/** The macros' names; a Prometheus exporter makes `_` of the dots, and adds `_total` and the unit. */
export const P2P_MACROS: Readonly<Record<SeedType, readonly string[]>> = {
  counter: [
    'network.bytes_sent',
    'network.bytes_received',
    'network.connection_attempts',
    'network.connection_failures',
  ],
  gauge: [
    'network.active_connections',
    'peers.total',
    'peers.healthy',
    'peers.degraded',
    'peers.unhealthy',
    'peers.reputation',
    'resources.cpu_usage',
    'resources.memory_usage',
    'resources.bandwidth_usage',
    'resources.storage_usage',
  ],
  histogram: ['network.connection_latency', 'peers.latency'],
};

/** Counters `protocol.<protocol>.<name>`, whose last part each node chooses. */
export const P2P_PROTOCOLS = ['task', 'discovery', 'resource', 'health'];

export interface AlysMetric {
  readonly type: SeedType;
  readonly buckets?: readonly number[];
  /** What its help tells beyond the name. */
  readonly tells?: readonly string[];
}

export const ALYS_METRICS: Readonly<Record<string, AlysMetric>> = {
  alys_migration_phase: { type: 'gauge', tells: ['0', '10'] },
  alys_migration_progress_percent: { type: 'gauge', tells: ['current', 'phase', 'percent'] },
  alys_migration_errors_total: { type: 'counter', tells: ['migration'] },
  alys_migration_rollbacks_total: { type: 'counter', tells: ['migration'] },
  alys_actor_messages_total: { type: 'counter', tells: ['actors'] },
  alys_actor_message_latency_seconds: { type: 'histogram', buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5] },
  alys_actor_mailbox_size: { type: 'gauge', tells: ['mailbox'] },
  alys_actor_restarts_total: { type: 'counter', tells: ['failure'] },
  alys_sync_current_height: { type: 'gauge', tells: ['synchronized'] },
  alys_sync_target_height: { type: 'gauge', tells: ['peers'] },
  alys_sync_blocks_per_second: { type: 'gauge', tells: ['speed'] },
  alys_sync_state: {
    type: 'gauge',
    tells: ['0 discovering', '1 headers', '2 blocks', '3 catchup', '4 synced', '5 failed'],
  },
  alys_block_production_duration_seconds: { type: 'histogram', buckets: [0.1, 0.5, 1, 2, 5, 10] },
  alys_block_validation_duration_seconds: { type: 'histogram', buckets: [0.01, 0.05, 0.1, 0.5, 1] },
  alys_txpool_size: { type: 'gauge', tells: ['pool'] },
  alys_peer_count: { type: 'gauge', tells: ['connected'] },
  alys_memory_usage_bytes: { type: 'gauge', tells: ['memory'] },
  alys_cpu_usage_percent: { type: 'gauge', tells: ['percent'] },
};

/** By its table of categories; the types are those of its list (IntCounter, HistogramVec, IntGauge, GaugeVec). */
export const AUREON_METRICS: Readonly<Record<SeedType, readonly string[]>> = {
  counter: [
    'blocks_produced_total',
    'blocks_received_total',
    'transactions_submitted_total',
    'transactions_processed_total',
    'transactions_failed_total',
    'consensus_rounds_total',
    'messages_sent_total',
    'messages_received_total',
    'state_root_updates_total',
    'http_requests_total',
    'http_errors_total',
    'contracts_deployed_total',
    'contract_invocations_total',
    'contract_gas_used_total',
    'db_operations_total',
  ],
  gauge: [
    'mempool_size',
    'pow_difficulty',
    'pos_validators_count',
    'peers_connected',
    'peer_heights',
    'chain_height',
    'account_count',
    'db_key_count',
  ],
  histogram: [
    'block_production_time_seconds',
    'consensus_round_time_seconds',
    'http_request_duration_seconds',
    'contract_execution_time_seconds',
    'db_operation_time_seconds',
  ],
};

/** The fields of its snapshot by part; what is not a number there is named in `ARTHACHAIN_NO_METRICS`. */
export const ARTHACHAIN_FIELDS: Readonly<Record<string, readonly string[]>> = {
  cpu: ['usage_percent', 'core_usage', 'temperature', 'frequency_mhz', 'process_usage'],
  memory: [
    'physical_used_mb',
    'physical_total_mb',
    'virtual_used_mb',
    'swap_used_mb',
    'gc_metrics',
    'leak_indicators',
  ],
  disk: ['read_ops_per_sec', 'write_ops_per_sec', 'read_mbps', 'write_mbps', 'usage_percent', 'available_gb'],
  network: [
    'ingress_kbps',
    'egress_kbps',
    'packet_loss_percent',
    'latency_ms',
    'p2p_connections',
    'open_sockets',
  ],
  node: [
    'transactions_per_sec',
    'avg_tx_validation_ms',
    'blocks_per_min',
    'avg_block_size_kb',
    'mempool_size',
    'consensus_metrics',
    'contract_metrics',
  ],
  consensus: [
    'algorithm',
    'time_to_finality_sec',
    'messages_per_sec',
    'participation_percent',
    'quantum_resistant_overhead',
  ],
  contract: ['contracts_per_sec', 'avg_execution_ms', 'avg_gas_used', 'function_calls', 'wasm_load_ms'],
  model: [
    'model_name',
    'model_type',
    'avg_inference_ms',
    'p95_inference_ms',
    'p99_inference_ms',
    'throughput_per_sec',
    'accelerator_util_percent',
    'layer_latencies',
    'quantization_info',
    'quantum_accelerated',
  ],
  quantum: [
    'qrng_throughput',
    'pq_crypto_overhead',
    'merkle_ops_per_sec',
    'security_level_bits',
    'simulation_metrics',
  ],
  gpu: [
    'usage_percent',
    'memory_used_mb',
    'memory_total_mb',
    'temperature',
    'tensor_core_util',
    'core_util',
    'quantum_sim_usage',
  ],
  snapshot: ['node_id', 'timestamp', 'neural_predictions'],
};

/** Fields that are no metric of a node, and what they are instead. */
export const ARTHACHAIN_NO_METRICS: Readonly<Record<string, string>> = {
  'node.consensus_metrics': 'the part `consensus`',
  'node.contract_metrics': 'the part `contract`',
  'model.model_name': 'the label `model`',
  'model.model_type': 'the label `type` of arthachain_model_quantization_info',
  'snapshot.node_id': 'the target label `node`',
  'snapshot.timestamp': 'the time of the sample',
  'snapshot.neural_predictions': 'predicted by the monitor, not by the node: chainpulse_prediction_value',
};
