// Alerts of a node's store and of the file systems under it.

import type { AlertDefinition } from './alert-definition.ts';
import { HOUR_MS, MINUTE_MS, NODE, seconds } from './phrases.ts';

const AVAILABLE = 'chain_machine_filesystem_available_bytes';
const SIZE = 'chain_machine_filesystem_size_bytes';

export const STORAGE_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'StorageErrors',
    component: 'storage',
    severity: 'critical',
    metrics: ['chain_storage_errors_total'],
    expression: ({ select }) =>
      `sum without (operation, reason) (increase(${select('chain_storage_errors_total', 'reason!~"locked|timeout"')}[5m])) > 0`,
    summary: `The store of ${NODE} fails: see whether the disk is full or damaged, and stop writing to it`,
    description:
      '{{ $value | humanize }} operations failed in five minutes. Full, failing and damaged disks look alike from here; the reason is in the label of the metric.',
  },
  {
    name: 'StorageReadSlow',
    component: 'storage',
    severity: 'warning',
    metrics: ['chain_storage_operation_duration_seconds'],
    expression: ({ settings, select }) =>
      `histogram_quantile(0.99, sum by (le, job, instance, chain, node) (rate(${select('chain_storage_operation_duration_seconds_bucket', 'operation="read"')}[5m]))) > ${seconds(settings.maxStorageReadLatency)}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `A read takes the store of ${NODE} {{ $value | humanizeDuration }}: see what waits for the disk, whether it compacts, and how often its cache hits`,
    description: 'The p99 of reads is too long. Blocks are checked as fast as their state is read.',
  },
  {
    name: 'DiskWillFill',
    component: 'storage',
    severity: 'warning',
    metrics: [AVAILABLE, SIZE],
    expression: () => `predict_linear(${AVAILABLE}[6h], 86400) < 0 and ${AVAILABLE} / clamp_min(${SIZE}, 1) < 0.3`,
    forMs: () => HOUR_MS,
    summary: `{{ $labels.mount }} of ${NODE} is full within a day if it goes on as in the last six hours: prune, move or grow it`,
    description: 'The free space goes down in a line that ends within 24 hours.',
  },
  {
    name: 'DiskCritical',
    component: 'storage',
    severity: 'critical',
    metrics: [AVAILABLE, SIZE],
    expression: ({ settings }) =>
      `${AVAILABLE} / clamp_min(${SIZE}, 1) < ${Number((1 - settings.maxDiskUsage).toFixed(6))} and ${SIZE} > 1e9`,
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $labels.mount }} of ${NODE} has {{ $value | humanizePercentage }} of its space left: free some now, before the node's database is damaged`,
    description: 'Many databases do not survive a full disk.',
  },
];
