// Unit tests of the alerts of a migration.

import type { AlertTest } from './alert-test.ts';

const PROGRESS = 'chain_migration_progress_ratio';
const PHASE = 'chain_migration_phase';
const ERRORS = 'chain_migration_errors_total{phase="3",type="timeout"}';
const ROLLBACKS = 'chain_migration_rollbacks_total{phase="3"}';

export const MIGRATION_TESTS: readonly AlertTest[] = [
  {
    alert: 'MigrationStalled',
    incident: { [PROGRESS]: '0+0.125x4 0.5x115 1x20', [PHASE]: '2x140' },
    quietUntil: '20m',
    fires: { at: '27m', value: 0 },
    clearAt: '30m15s',
    // What is finished does not stall.
    calm: { [PROGRESS]: '1x120', [PHASE]: '2x120' },
  },
  {
    alert: 'MigrationErrorRate',
    incident: { [ERRORS]: '0x20 3+3x40 123x40' },
    quietUntil: '9m',
    fires: { at: '15m', value: 0.2 },
    clearAt: '21m',
    calm: { [ERRORS]: '0+1x60' },
  },
  {
    alert: 'MigrationRollback',
    incident: { [ROLLBACKS]: '0x20 1x60' },
    quietUntil: '5m',
    fires: { at: '5m15s', value: 1 },
    clearAt: '11m',
    calm: { [ROLLBACKS]: '0x40' },
  },
];
