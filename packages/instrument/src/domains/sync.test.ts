import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

const SPEED = 'chain_sync_blocks_per_second';
const ETA = 'chain_sync_eta_seconds';

describe('the sync set', () => {
  it('computes speed and remaining time from imported blocks and a target that moves', () => {
    const { metrics, value, pass } = setUp(['sync']);
    metrics.sync.updateProgress({ currentHeight: 0, targetHeight: 1_000 });
    assert.equal(value(SPEED), undefined);
    assert.equal(value(ETA), undefined);
    pass(30);
    metrics.sync.recordBlocks({ count: 330 });
    metrics.sync.updateProgress({ currentHeight: 330, targetHeight: 1_030 });
    assert.equal(value(SPEED), 11);
    // 700 are left, and the target runs ahead by one a second.
    assert.equal(value(ETA), 70);
  });

  it('computes the speed from the height where no block was counted', () => {
    const { metrics, value, pass } = setUp(['sync']);
    metrics.sync.updateProgress({ currentHeight: 100, targetHeight: 500 });
    value(SPEED);
    pass(10);
    metrics.sync.updateProgress({ currentHeight: 150 });
    assert.equal(value(SPEED), 5);
    assert.equal(value(ETA), 70);
    // A reorganization is no restart: the height does not count from 0 again.
    pass(10);
    metrics.sync.updateProgress({ currentHeight: 140 });
    assert.equal(value(SPEED), 2.5);
  });

  it('shows no remaining time while it does not gain on the target, and 0 once it is there', () => {
    const { metrics, value, pass } = setUp(['sync']);
    metrics.sync.updateProgress({ currentHeight: 10, targetHeight: 100 });
    value(ETA);
    pass(30);
    metrics.sync.updateProgress({ currentHeight: 20, targetHeight: 130 });
    assert.equal(value(ETA), undefined);
    metrics.sync.updateProgress({ currentHeight: 130, targetHeight: 130 });
    assert.equal(value(ETA), 0);
  });

  it('has neither where nothing is known', () => {
    const { metrics, value, pass } = setUp(['sync']);
    value(SPEED);
    pass(30);
    assert.equal(value(SPEED), undefined);
    metrics.sync.updateProgress({ currentHeight: 0 });
    assert.equal(value(ETA), undefined);
    assert.equal(value('chain_sync_current_height'), 0);
    assert.equal(value('chain_sync_target_height'), undefined);
  });

  it('drops and counts heights that are none', () => {
    const { metrics, value, dropped, pass } = setUp(['sync']);
    metrics.sync.updateProgress({ currentHeight: 0, targetHeight: 90 });
    value(SPEED);
    pass(20);
    metrics.sync.updateProgress({ currentHeight: 60 });
    for (const height of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 5n as unknown as number]) {
      metrics.sync.updateProgress({ currentHeight: height, targetHeight: height });
    }
    assert.equal(value(SPEED), 3);
    assert.equal(value(ETA), 10);
    assert.deepEqual(dropped(), { invalid_value: 10 });
  });

  it('is in one state at a time', () => {
    const { metrics, value, dropped } = setUp(['sync']);
    assert.equal(value('chain_sync_state{state="synced"}'), undefined);
    metrics.sync.updateState({ state: 'blocks' });
    metrics.sync.updateState({ state: 'failed' });
    metrics.sync.updateState({ state: 'gone' as 'failed' });
    assert.equal(value('chain_sync_state{state="blocks"}'), 0);
    assert.equal(value('chain_sync_state{state="failed"}'), 1);
    metrics.sync.recordError({ reason: 'no_peers' });
    assert.equal(value('chain_sync_errors_total{reason="no_peers"}'), 1);
    assert.deepEqual(dropped(), { unknown_label: 1 });
  });
});
