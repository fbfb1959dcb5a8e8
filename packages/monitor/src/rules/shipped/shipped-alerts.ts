// All shipped alerts, in the order of the reference.

import type { AlertDefinition } from './alert-definition.ts';
import { CONSENSUS_ALERTS } from './consensus.ts';
import { INFERENCE_ALERTS } from './inference.ts';
import { MEMPOOL_ALERTS } from './mempool.ts';
import { MIGRATION_ALERTS } from './migration.ts';
import { MONITOR_ALERTS } from './monitor.ts';
import { NETWORK_ALERTS } from './network.ts';
import { NODE_ALERTS } from './node.ts';
import { QUANTUM_ALERTS } from './quantum.ts';
import { RESOURCES_ALERTS } from './resources.ts';
import { STORAGE_ALERTS } from './storage.ts';
import { SYNC_ALERTS } from './sync.ts';
import { VALIDATOR_ALERTS } from './validator.ts';

export const SHIPPED_ALERTS: readonly AlertDefinition[] = [
  ...NODE_ALERTS,
  ...CONSENSUS_ALERTS,
  ...VALIDATOR_ALERTS,
  ...SYNC_ALERTS,
  ...NETWORK_ALERTS,
  ...MEMPOOL_ALERTS,
  ...STORAGE_ALERTS,
  ...RESOURCES_ALERTS,
  ...MIGRATION_ALERTS,
  ...INFERENCE_ALERTS,
  ...QUANTUM_ALERTS,
  ...MONITOR_ALERTS,
];
