// Unit tests of the alerts of a node that catches up.

import type { AlertTest } from './alert-test.ts';

const TARGET = 'chain_sync_target_height';
const CURRENT = 'chain_sync_current_height';
const FAILED = 'chain_sync_state{state="failed"}';
const SYNCED = 'chain_sync_state{state="synced"}';
const SPEED = 'chain_sync_blocks_per_second';
const ERRORS = 'chain_sync_errors_total{reason="timeout"}';

export const SYNC_TESTS: readonly AlertTest[] = [
  {
    alert: 'SyncStalled',
    incident: { [TARGET]: '0+1x140', [CURRENT]: '0+1x20 20x79 101+1x39' },
    quietUntil: '19m',
    fires: { at: '22m', value: 68 },
    clearAt: '25m15s',
    // A chain that stands still is no stalled synchronization.
    calm: { [TARGET]: '100x100', [CURRENT]: '100x100' },
  },
  {
    alert: 'SyncFailed',
    incident: { [FAILED]: '0x7 1x19 0x8' },
    quietUntil: '2m45s',
    fires: { at: '3m', value: 1, labels: { state: 'failed' } },
    clearAt: '7m',
    calm: { [FAILED]: '0x40', [SYNCED]: '1x40' },
  },
  {
    alert: 'SyncFarBehind',
    incident: { [TARGET]: '5000x76', [CURRENT]: '4990x7 1000x59 4990x8' },
    quietUntil: '11m45s',
    fires: { at: '12m', value: 4000 },
    clearAt: '17m',
    calm: { [TARGET]: '5000x60', [CURRENT]: '4000x60' },
  },
  {
    alert: 'SyncSlow',
    incident: { [SPEED]: '50x7 2x59 50x8', [TARGET]: '5000x76', [CURRENT]: '1000x76' },
    quietUntil: '11m45s',
    fires: { at: '12m', value: 2 },
    clearAt: '17m',
    // A node that has caught up takes in what there is.
    calm: { [SPEED]: '1x60', [TARGET]: '5000+15x60', [CURRENT]: '4990+15x60' },
  },
  {
    alert: 'SyncErrors',
    incident: { [ERRORS]: '0+5x160 800x80' },
    quietUntil: '15m',
    fires: { at: '40m', value: 300 },
    clearAt: '56m',
    calm: { [ERRORS]: '0x20 1+1x8 9x80' },
  },
];
