// The unit tests of all shipped alerts.

import type { Component } from '../alert-definition.ts';
import type { AlertTest } from './alert-test.ts';
import { CONSENSUS_TESTS } from './consensus.ts';
import { INFERENCE_TESTS } from './inference.ts';
import { MEMPOOL_TESTS } from './mempool.ts';
import { MIGRATION_TESTS } from './migration.ts';
import { MONITOR_TESTS } from './monitor.ts';
import { NETWORK_TESTS } from './network.ts';
import { NODE_TESTS } from './node.ts';
import { QUANTUM_TESTS } from './quantum.ts';
import { RESOURCES_TESTS } from './resources.ts';
import { STORAGE_TESTS } from './storage.ts';
import { SYNC_TESTS } from './sync.ts';
import { VALIDATOR_TESTS } from './validator.ts';

export const SHIPPED_TESTS: Readonly<Record<Component, readonly AlertTest[]>> = {
  node: NODE_TESTS,
  consensus: CONSENSUS_TESTS,
  validator: VALIDATOR_TESTS,
  sync: SYNC_TESTS,
  network: NETWORK_TESTS,
  mempool: MEMPOOL_TESTS,
  storage: STORAGE_TESTS,
  resources: RESOURCES_TESTS,
  migration: MIGRATION_TESTS,
  inference: INFERENCE_TESTS,
  quantum: QUANTUM_TESTS,
  monitor: MONITOR_TESTS,
};
