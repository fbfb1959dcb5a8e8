// Alerts of the mempool.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE } from './phrases.ts';

/** Fewer may wait on a chain that is idle. */
const WAITING = 100;

export const MEMPOOL_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'MempoolNearCapacity',
    component: 'mempool',
    severity: 'warning',
    metrics: ['chain_mempool_transactions', 'chain_mempool_capacity_transactions'],
    expression: ({ settings, select }) =>
      `sum without (state) (${select('chain_mempool_transactions')}) / clamp_min(${select('chain_mempool_capacity_transactions')}, 1) > ${settings.maxMempoolUsage}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `The mempool of ${NODE} is {{ $value | humanizePercentage }} full: see how many transactions blocks take in, and who sends so many`,
    description: 'At its capacity it refuses transactions, or drops those that pay least.',
  },
  {
    name: 'MempoolStalled',
    component: 'mempool',
    severity: 'critical',
    metrics: ['chain_mempool_transactions', 'chain_mempool_removed_total'],
    expression: ({ select }) =>
      `${select('chain_mempool_transactions', 'state="pending"')} > ${WAITING} and on (job, instance) rate(${select('chain_mempool_removed_total', 'reason="committed"')}[10m]) == 0`,
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanize }} transactions wait on ${NODE} and none is committed: see whether blocks are empty or do not come at all`,
    description:
      'Transactions come in and none goes out in a block: the path that builds blocks is broken, or the chain stands still.',
  },
];
