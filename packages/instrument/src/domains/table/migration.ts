// The metrics of the domain set `migration`. How to add one: docs/guide/add-a-metric.md.

import { metric } from '../metric-definition.ts';

export const MIGRATION_METRICS = {
  phase: metric({
    name: 'chain_migration_phase',
    type: 'gauge',
    help: 'Migration phase, 0 (not started) to 10.',
    recordedBy: 'migration.updatePhase({ phase, progressRatio })',
    aliases: { alys: 'alys_migration_phase' },
  }),
  progress: metric({
    name: 'chain_migration_progress_ratio',
    type: 'gauge',
    unit: 'ratio',
    help: 'Progress of the current migration phase; 0 when it begins.',
    formula: 'raw',
    recordedBy: 'migration.updateProgress({ progressRatio }); migration.updatePhase({ phase, progressRatio })',
    aliases: { alys: 'alys_migration_progress_percent:gauge*100' },
  }),
  errors: metric({
    name: 'chain_migration_errors_total',
    type: 'counter',
    unit: 'errors',
    help: 'Errors met by the migration.',
    labels: {
      phase: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'],
      type: ['validation', 'state', 'storage', 'network', 'timeout', 'other'],
    },
    recordedBy: 'migration.recordError({ phase, type })',
    aliases: { alys: 'alys_migration_errors_total' },
  }),
  rollbacks: metric({
    name: 'chain_migration_rollbacks_total',
    type: 'counter',
    unit: 'rollbacks',
    help: 'Rollbacks of the migration.',
    labels: { phase: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] },
    recordedBy: 'migration.recordRollback({ phase })',
    aliases: { alys: 'alys_migration_rollbacks_total' },
  }),
  phaseDuration: metric({
    name: 'chain_migration_phase_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that a completed migration phase took: from its beginning to that of a later one.',
    labels: { phase: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10'] },
    buckets: [1, 5, 15, 60, 300, 900, 3600, 14400, 43200, 86400],
    recordedBy: 'migration.updatePhase({ phase, progressRatio })',
  }),
  lastProgressTimestamp: metric({
    name: 'chain_migration_last_progress_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which the progress or the phase last advanced.',
    merge: 'max',
    recordedBy: 'migration.updateProgress({ progressRatio }); migration.updatePhase({ phase, progressRatio })',
  }),
  lastCheckpointTimestamp: metric({
    name: 'chain_migration_last_checkpoint_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time of the last migration checkpoint.',
    merge: 'max',
    recordedBy: 'migration.recordCheckpoint({ height })',
  }),
} as const;
