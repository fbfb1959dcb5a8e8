// What bridges to other libraries tell about themselves. They keep stores of their own, and show these rows with them.

import { bounded } from '../../labels.ts';
import { metric } from '../metric-definition.ts';

export const BRIDGE_DROP_REASONS = [
  'refused',
  'series_limit',
  'label_limit',
  'invalid_value',
  'unknown_label',
  'callback',
] as const;

export const BRIDGES_METRICS = {
  bridgeDroppedRecords: metric({
    name: 'chain_runtime_bridge_dropped_records_total',
    type: 'counter',
    unit: 'records',
    help: 'Records and registrations of a bridged library that were dropped instead of thrown.',
    labels: { bridge: ['libp2p'], reason: BRIDGE_DROP_REASONS },
    recordedBy: 'libp2pMetrics(registry), gossipsubRegister(registry)',
  }),
  promClientOverflowedRecords: metric({
    name: 'chain_runtime_prom_client_overflowed_records_total',
    type: 'counter',
    unit: 'records',
    help: 'Records of label sets past the bound of a metric of the drop-in for prom-client, by metric.',
    labels: { metric: bounded(10_000) },
    recordedBy: 'toSnapshotSource(register)',
  }),
} as const;
