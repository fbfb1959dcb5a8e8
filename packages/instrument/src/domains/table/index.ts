// The table of all metrics that a node can show, by domain set: the one source of names, help, units, labels, buckets and
// the names that other systems give them.

import { ACTORS_METRICS } from './actors.ts';
import { API_METRICS } from './api.ts';
import { BLOCKS_METRICS } from './blocks.ts';
import { BRIDGES_METRICS } from './bridges.ts';
import { COLLECTOR_METRICS } from './collector.ts';
import { CONSENSUS_METRICS } from './consensus.ts';
import { CONTRACTS_METRICS } from './contracts.ts';
import { INFERENCE_METRICS } from './inference.ts';
import { MEMPOOL_METRICS } from './mempool.ts';
import { MIGRATION_METRICS } from './migration.ts';
import { NETWORK_METRICS } from './network.ts';
import { PEERS_METRICS } from './peers.ts';
import { PERFORMANCE_METRICS } from './performance.ts';
import { PROTOCOL_METRICS } from './protocol.ts';
import { PUSH_METRICS } from './push.ts';
import { QUANTUM_METRICS } from './quantum.ts';
import { RESOURCES_METRICS } from './resources.ts';
import { INSTRUMENT_METRICS, NODEJS_METRICS, PROCESS_METRICS, RUNTIME_METRICS } from './runtime.ts';
import { STATE_METRICS } from './state.ts';
import { STORAGE_METRICS } from './storage.ts';
import { SYNC_METRICS } from './sync.ts';
import { TRANSACTIONS_METRICS } from './transactions.ts';
import { VALIDATORS_METRICS } from './validators.ts';

export const METRIC_TABLE = {
  consensus: CONSENSUS_METRICS,
  blocks: BLOCKS_METRICS,
  transactions: TRANSACTIONS_METRICS,
  mempool: MEMPOOL_METRICS,
  performance: PERFORMANCE_METRICS,
  network: NETWORK_METRICS,
  peers: PEERS_METRICS,
  protocol: PROTOCOL_METRICS,
  storage: STORAGE_METRICS,
  state: STATE_METRICS,
  sync: SYNC_METRICS,
  migration: MIGRATION_METRICS,
  actors: ACTORS_METRICS,
  api: API_METRICS,
  contracts: CONTRACTS_METRICS,
  validators: VALIDATORS_METRICS,
  resources: RESOURCES_METRICS,
  inference: INFERENCE_METRICS,
  quantum: QUANTUM_METRICS,
  runtime: {
    ...RUNTIME_METRICS,
    ...PROCESS_METRICS,
    ...NODEJS_METRICS,
    ...INSTRUMENT_METRICS,
    ...PUSH_METRICS,
    ...BRIDGES_METRICS,
    ...COLLECTOR_METRICS,
  },
} as const;

export type DomainSetName = keyof typeof METRIC_TABLE;
