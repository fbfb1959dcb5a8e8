import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the state set', () => {
  it('counts transitions, queries, snapshots and root updates with their time', () => {
    const { metrics, value } = setUp(['state']);
    metrics.state.recordTransition({ height: 0, durationSeconds: 0.02 });
    metrics.state.recordQuery({ durationSeconds: 0.0002 });
    metrics.state.recordQuery({ durationSeconds: 0.0003 });
    metrics.state.recordSnapshot({ durationSeconds: 4 });
    metrics.state.recordRootUpdate({ height: 0 });
    assert.equal(value('chain_state_transitions_total'), 1);
    assert.equal(value('chain_state_transition_duration_seconds_sum'), 0.02);
    assert.equal(value('chain_state_queries_total'), 2);
    assert.equal(value('chain_state_query_duration_seconds_bucket{le="0.00025"}'), 1);
    assert.equal(value('chain_state_snapshots_total'), 1);
    assert.equal(value('chain_state_snapshot_creation_duration_seconds_sum'), 4);
    assert.equal(value('chain_state_snapshot_size_bytes'), undefined);
    assert.equal(value('chain_state_root_updates_total'), 1);
  });

  it('shows sizes and counts, 0 included, and nothing before they are known', () => {
    const { metrics, value, dropped } = setUp(['state']);
    assert.equal(value('chain_state_accounts'), undefined);
    metrics.state.updateAccounts({ count: 0 });
    metrics.state.updateContracts({ count: 14 });
    metrics.state.updateSize({ sizeBytes: 9e9 });
    metrics.state.recordSnapshot({ durationSeconds: 4, sizeBytes: 8e8 });
    metrics.state.updateContracts({ count: Number.NaN });
    assert.equal(value('chain_state_accounts'), 0);
    assert.equal(value('chain_state_contracts'), 14);
    assert.equal(value('chain_state_size_bytes'), 9e9);
    assert.equal(value('chain_state_snapshot_size_bytes'), 8e8);
    assert.deepEqual(dropped(), { invalid_value: 1 });
  });
});
