// What the five systems name whose metrics the table covers, in their own words: the fields of their structures, the names
// they register, the rows of their tables. Kept as they are there, so that nothing is lost on the way into the table.

import type { ProfileName } from '../../packages/instrument/src/domains/index.ts';

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

function fieldsOf(prefix: string, fields: string): readonly string[] {
  return words(fields).map((field) => `${prefix}.${field}`);
}

export const SEED_METRICS: Readonly<Record<ProfileName, readonly string[]>> = {
  hotstuff2: words(`
    blocks_proposed blocks_committed block_proposal_time block_commit_time
    current_view view_changes view_change_duration
    votes_sent votes_received vote_processing_time
    safety_violations liveness_timeouts byzantine_behavior_detected
    transaction_throughput block_throughput consensus_throughput
    transaction_confirmation_latency block_finalization_latency end_to_end_latency
    cpu_usage memory_usage disk_usage network_bandwidth
    consensus_efficiency network_efficiency storage_efficiency
    messages_sent messages_received message_processing_time message_queue_size
    active_peers peer_connections peer_disconnections peer_latency
    bytes_sent bytes_received bandwidth_utilization
    network_partitions connection_failures message_delivery_rate
    storage_reads storage_writes storage_deletes
    read_latency write_latency batch_operation_latency
    storage_size storage_utilization storage_errors
    cache_hits cache_misses cache_size
    state_transitions state_queries state_snapshots
    state_transition_time state_query_time snapshot_creation_time
    state_size account_count contract_count
    transaction_validations validation_failures validation_time`),
  p2p: [
    ...fieldsOf(
      'network',
      'bytes_sent bytes_received active_connections connection_attempts connection_failures connection_latency',
    ),
    // The rest of these names is the node's choice.
    ...words('protocol.task.<event> protocol.discovery.<event> protocol.resource.<event> protocol.health.<event>'),
    ...fieldsOf('peers', 'total healthy degraded unhealthy latency reputation'),
    ...fieldsOf('resources', 'cpu_usage memory_usage bandwidth_usage storage_usage'),
  ],
  alys: words(`
    alys_migration_phase alys_migration_progress_percent alys_migration_errors_total alys_migration_rollbacks_total
    alys_actor_messages_total alys_actor_message_latency_seconds alys_actor_mailbox_size alys_actor_restarts_total
    alys_sync_current_height alys_sync_target_height alys_sync_blocks_per_second alys_sync_state
    alys_block_production_duration_seconds alys_block_validation_duration_seconds alys_txpool_size
    alys_peer_count alys_memory_usage_bytes alys_cpu_usage_percent`),
  aureon: words(`
    blocks_produced_total blocks_received_total block_production_time_seconds
    transactions_submitted_total transactions_processed_total transactions_failed_total mempool_size
    consensus_rounds_total consensus_round_time_seconds pow_difficulty pos_validators_count
    peers_connected messages_sent_total messages_received_total peer_heights
    chain_height state_root_updates_total account_count
    http_requests_total http_request_duration_seconds http_errors_total
    contracts_deployed_total contract_invocations_total contract_execution_time_seconds contract_gas_used_total
    db_operations_total db_operation_time_seconds db_key_count`),
  arthachain: [
    ...fieldsOf('cpu', 'usage_percent core_usage temperature frequency_mhz process_usage'),
    ...fieldsOf('memory', 'physical_used_mb physical_total_mb virtual_used_mb swap_used_mb gc_metrics leak_indicators'),
    ...fieldsOf('disk', 'read_ops_per_sec write_ops_per_sec read_mbps write_mbps usage_percent available_gb'),
    ...fieldsOf('network', 'ingress_kbps egress_kbps packet_loss_percent latency_ms p2p_connections open_sockets'),
    ...fieldsOf(
      'node',
      'transactions_per_sec avg_tx_validation_ms blocks_per_min avg_block_size_kb mempool_size consensus_metrics contract_metrics',
    ),
    ...fieldsOf(
      'consensus',
      'algorithm time_to_finality_sec messages_per_sec participation_percent quantum_resistant_overhead',
    ),
    ...fieldsOf('contract', 'contracts_per_sec avg_execution_ms avg_gas_used function_calls wasm_load_ms'),
    ...fieldsOf(
      'model',
      `model_name model_type avg_inference_ms p95_inference_ms p99_inference_ms throughput_per_sec
       accelerator_util_percent layer_latencies quantization_info quantum_accelerated`,
    ),
    ...fieldsOf(
      'quantum',
      'qrng_throughput pq_crypto_overhead merkle_ops_per_sec security_level_bits simulation_metrics',
    ),
    ...fieldsOf(
      'gpu',
      'usage_percent memory_used_mb memory_total_mb temperature tensor_core_util core_util quantum_sim_usage',
    ),
    ...fieldsOf('snapshot', 'node_id timestamp neural_predictions'),
  ],
};

/** What is named there and is no metric of a node, and what became of it. */
export const NO_NODE_METRICS: Readonly<Record<string, string>> = {
  'node.consensus_metrics': 'a structure: its fields are the ones of `consensus`',
  'node.contract_metrics': 'a structure: its fields are the ones of `contract`',
  'model.model_name': 'the label `model` of every metric of the set `inference`',
  'model.model_type': 'the label `type` of `chain_inference_model_info`',
  'snapshot.node_id': 'the label `node`, which whoever collects sets',
  'snapshot.timestamp': 'the time of the samples',
  'snapshot.neural_predictions': 'made by the monitor, `chainpulse_prediction_value`',
};
