// What a metrics collector tells about itself.

import { metric } from '../metric-definition.ts';

export const COLLECTOR_DROP_REASONS = [
  'unknown_name',
  'wrong_type',
  'memory_limit',
  'definition',
  'custom_limit',
  'internal',
] as const;

export const COLLECTOR_METRICS = {
  collectorDroppedRecords: metric({
    name: 'chain_runtime_collector_dropped_records_total',
    type: 'counter',
    unit: 'records',
    help: 'Records that a metrics collector dropped instead of throwing.',
    labels: { reason: COLLECTOR_DROP_REASONS },
    recordedBy: 'new MetricsCollector({ registry })',
  }),
} as const;
