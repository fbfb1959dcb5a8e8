// Alerts of a node that catches up with its chain.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE } from './phrases.ts';

const BEHIND = 'chain_sync_target_height';

export const SYNC_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'SyncStalled',
    component: 'sync',
    severity: 'critical',
    metrics: ['chain_sync_target_height', 'chain_sync_current_height', 'chain_sync_state'],
    expression: ({ select }) =>
      `${select(BEHIND)} - ${select('chain_sync_current_height')} > 0 and changes(${select('chain_sync_current_height')}[10m]) == 0 unless on (job, instance) ${select('chain_sync_state', 'state="synced"')} == 1`,
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} is {{ $value }} blocks behind and catches up no more: see which peers serve blocks, errors of its disk, and the last rejected block`,
    description: 'The height that it has reached has not changed for ten minutes and more.',
  },
  {
    name: 'SyncFailed',
    component: 'sync',
    severity: 'critical',
    metrics: ['chain_sync_state'],
    expression: ({ select }) => `${select('chain_sync_state', 'state="failed"')} == 1`,
    forMs: () => MINUTE_MS,
    summary: `${NODE} has given up to catch up: read its last error of synchronization, and start it from a snapshot if its data is damaged`,
    description: 'The node says of itself that synchronization has failed. It does not go on by itself.',
  },
  {
    name: 'SyncFarBehind',
    component: 'sync',
    severity: 'warning',
    metrics: ['chain_sync_target_height', 'chain_sync_current_height'],
    expression: ({ settings, select }) =>
      `${select(BEHIND)} - ${select('chain_sync_current_height')} > ${settings.maxSyncLag}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} is {{ $value | humanize }} blocks behind: compare its speed with that of the chain; if the gap grows it never gets there`,
    description: 'A new node is behind for hours and then is not. What grows is a node that cannot keep up.',
  },
  {
    name: 'SyncSlow',
    component: 'sync',
    severity: 'warning',
    metrics: ['chain_sync_blocks_per_second', 'chain_sync_target_height', 'chain_sync_current_height'],
    expression: ({ settings, select }) =>
      `${select('chain_sync_blocks_per_second')} < ${settings.minSyncSpeed} and ${select(BEHIND)} - ${select('chain_sync_current_height')} > 100`,
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} takes in {{ $value | humanize }} blocks a second while it is far behind: which of peers, disk and checks is used up?`,
    description: 'It catches up slower than it should. The slowest of fetching, checking and storing decides.',
  },
  {
    name: 'SyncErrors',
    component: 'sync',
    severity: 'low',
    metrics: ['chain_sync_errors_total'],
    expression: ({ select }) => `sum without (reason) (increase(${select('chain_sync_errors_total')}[15m])) > 10`,
    forMs: () => 15 * MINUTE_MS,
    summary: `${NODE} had {{ $value | humanize }} errors while it caught up: see the reasons; one bad peer is banned, a disk is not`,
    description: 'Errors of synchronization go on for half an hour.',
  },
];
