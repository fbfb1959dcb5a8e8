import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the runtime set', () => {
  it('shows when each task last finished an iteration, and its failures from 0 on', () => {
    const { metrics, value, pass, startSeconds } = setUp(['runtime']);
    metrics.runtime.recordTaskIteration({ task: 'pruner' });
    assert.equal(value('chain_runtime_task_failures_total{task="pruner"}'), 0);
    pass(15);
    metrics.runtime.recordTaskFailure({ task: 'pruner' });
    assert.equal(value('chain_runtime_task_last_iteration_timestamp_seconds{task="pruner"}'), startSeconds);
    metrics.runtime.recordTaskIteration({ task: 'pruner' });
    assert.equal(value('chain_runtime_task_last_iteration_timestamp_seconds{task="pruner"}'), startSeconds + 15);
    assert.equal(value('chain_runtime_task_failures_total{task="pruner"}'), 1);
  });

  it('shows one build', () => {
    const { metrics, value } = setUp(['runtime']);
    metrics.runtime.setBuildInfo({ version: '1.2.3', commit: 'abc', network: 'mainnet' });
    metrics.runtime.setBuildInfo({ version: '1.2.4', commit: 'def', network: 'mainnet' });
    assert.equal(value('chain_runtime_build_info{commit="abc",network="mainnet",version="1.2.3"}'), undefined);
    assert.equal(value('chain_runtime_build_info{commit="def",network="mainnet",version="1.2.4"}'), 1);
  });

  it('counts log lines by level', () => {
    const { metrics, value, dropped } = setUp(['runtime']);
    metrics.runtime.recordLog({ level: 'warn' });
    metrics.runtime.recordLog({ level: 'notice' as 'warn' });
    assert.equal(value('chain_runtime_log_messages_total{level="warn"}'), 1);
    assert.equal(value('chain_runtime_log_messages_total{level="fatal"}'), 0);
    assert.deepEqual(dropped(), { unknown_label: 1 });
  });
});
