// Alerts of a migration from one system to another.

import type { AlertDefinition } from './alert-definition.ts';
import { MINUTE_MS, NODE } from './phrases.ts';

export const MIGRATION_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'MigrationStalled',
    component: 'migration',
    severity: 'warning',
    metrics: ['chain_migration_progress_ratio', 'chain_migration_phase'],
    expression: ({ select }) => {
      const progress = select('chain_migration_progress_ratio');
      return `delta(${progress}[10m]) == 0 and ${progress} < 1 and ${select('chain_migration_phase')} > 0`;
    },
    forMs: () => 10 * MINUTE_MS,
    summary: `The migration of ${NODE} stands still: look at the errors of its current phase and at its last checkpoint`,
    description: 'It is under way, it is not done, and for twenty minutes it has not gone on.',
  },
  {
    name: 'MigrationErrorRate',
    component: 'migration',
    severity: 'critical',
    metrics: ['chain_migration_errors_total'],
    expression: ({ settings, select }) =>
      `sum without (phase, type) (rate(${select('chain_migration_errors_total')}[5m])) > ${settings.maxMigrationErrorRate}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `The migration of ${NODE} has {{ $value | humanize }} errors a second: group them by type, and pause before the next phase`,
    description: 'Errors of a phase are carried into the next one.',
  },
  {
    name: 'MigrationRollback',
    component: 'migration',
    severity: 'critical',
    metrics: ['chain_migration_rollbacks_total'],
    expression: ({ select }) => `sum without (phase) (increase(${select('chain_migration_rollbacks_total')}[5m])) > 0`,
    summary: `The migration of ${NODE} was rolled back: stop further phases, keep the logs, and check the state`,
    description: 'A phase was undone. What it had written before may be there still.',
  },
];
