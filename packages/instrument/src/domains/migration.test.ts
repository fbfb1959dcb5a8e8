import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

const PROGRESS = 'chain_migration_progress_ratio';
const LAST_PROGRESS = 'chain_migration_last_progress_timestamp_seconds';

describe('the migration set', () => {
  it('observes how long a phase took when a later one begins', () => {
    const { metrics, value, pass } = setUp(['migration']);
    metrics.migration.updatePhase({ phase: 0 });
    pass(10);
    metrics.migration.updatePhase({ phase: 1 });
    pass(20);
    metrics.migration.updatePhase({ phase: 1 });
    pass(30);
    metrics.migration.updatePhase({ phase: 3 });
    assert.equal(value('chain_migration_phase'), 3);
    assert.equal(value('chain_migration_phase_duration_seconds_sum{phase="0"}'), 10);
    assert.equal(value('chain_migration_phase_duration_seconds_sum{phase="1"}'), 50);
    assert.equal(value('chain_migration_phase_duration_seconds_count{phase="3"}'), 0);
  });

  it('observes nothing when it goes back, and counts that phase from its new beginning', () => {
    const { metrics, value, pass } = setUp(['migration']);
    metrics.migration.updatePhase({ phase: 2 });
    pass(60);
    metrics.migration.updatePhase({ phase: 1 });
    pass(5);
    metrics.migration.updatePhase({ phase: 2 });
    assert.equal(value('chain_migration_phase_duration_seconds_count{phase="2"}'), 0);
    assert.equal(value('chain_migration_phase_duration_seconds_sum{phase="1"}'), 5);
  });

  it('begins each phase with a progress of 0', () => {
    const { metrics, value } = setUp(['migration']);
    assert.equal(value(PROGRESS), undefined);
    metrics.migration.updatePhase({ phase: 1 });
    metrics.migration.updateProgress({ progressRatio: 0.75 });
    assert.equal(value(PROGRESS), 0.75);
    metrics.migration.updatePhase({ phase: 1 });
    assert.equal(value(PROGRESS), 0.75);
    metrics.migration.updatePhase({ phase: 2 });
    assert.equal(value(PROGRESS), 0);
    metrics.migration.updatePhase({ phase: 10, progressRatio: 1 });
    assert.equal(value(PROGRESS), 1);
  });

  it('remembers when it last advanced, and when the last checkpoint was', () => {
    const { metrics, value, pass, startSeconds } = setUp(['migration']);
    metrics.migration.updatePhase({ phase: 1 });
    assert.equal(value(LAST_PROGRESS), startSeconds);
    pass(10);
    metrics.migration.updateProgress({ progressRatio: 0.5 });
    pass(10);
    metrics.migration.updateProgress({ progressRatio: 0.5 });
    metrics.migration.updateProgress({ progressRatio: 0.4 });
    assert.equal(value(LAST_PROGRESS), startSeconds + 10);
    assert.equal(value('chain_migration_last_checkpoint_timestamp_seconds'), undefined);
    metrics.migration.recordCheckpoint({});
    assert.equal(value('chain_migration_last_checkpoint_timestamp_seconds'), startSeconds + 20);
  });

  it('counts errors and rollbacks in the current phase, or in the one that is named', () => {
    const { metrics, value } = setUp(['migration']);
    metrics.migration.recordError({ type: 'storage' });
    metrics.migration.updatePhase({ phase: 4 });
    metrics.migration.recordError({ type: 'storage' });
    metrics.migration.recordError({ phase: 10, type: 'other' });
    metrics.migration.recordRollback({});
    assert.equal(value('chain_migration_errors_total{phase="0",type="storage"}'), 1);
    assert.equal(value('chain_migration_errors_total{phase="4",type="storage"}'), 1);
    assert.equal(value('chain_migration_errors_total{phase="10",type="other"}'), 1);
    assert.equal(value('chain_migration_rollbacks_total{phase="4"}'), 1);
  });

  it('drops and counts phases and shares that are none', () => {
    const { metrics, value, dropped } = setUp(['migration']);
    metrics.migration.updatePhase({ phase: 3 });
    for (const phase of [-1, 11, 1.5, Number.NaN, '4' as unknown as number]) metrics.migration.updatePhase({ phase });
    for (const progressRatio of [-0.1, 75, Number.NaN]) metrics.migration.updateProgress({ progressRatio });
    metrics.migration.recordError({ phase: 11, type: 'other' });
    metrics.migration.recordRollback({ phase: -1 });
    assert.equal(value('chain_migration_phase'), 3);
    assert.equal(value(PROGRESS), 0);
    assert.deepEqual(dropped(), { invalid_value: 8, unknown_label: 2 });
  });
});
