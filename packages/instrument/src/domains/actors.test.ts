import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setUp } from './testing/set-up.ts';

describe('the actors set', () => {
  it('counts messages by actor with their time', () => {
    const { metrics, value } = setUp(['actors']);
    metrics.actors.recordMessage({ actor: 'ChainActor', latencySeconds: 0.003 });
    metrics.actors.recordMessage({ actor: 'ChainActor', latencySeconds: 0.2 });
    metrics.actors.recordMessageFailed({ actor: 'ChainActor', reason: 'mailbox_full' });
    metrics.actors.updateMailbox({ actor: 'ChainActor', count: 0 });
    metrics.actors.recordDeadLetter({ reason: 'stopped', actor: 'Gone' });
    assert.equal(value('chain_actors_messages_total{actor="ChainActor"}'), 2);
    assert.equal(value('chain_actors_message_latency_seconds_bucket{actor="ChainActor",le="0.005"}'), 1);
    assert.equal(value('chain_actors_messages_failed_total{actor="ChainActor",reason="mailbox_full"}'), 1);
    assert.equal(value('chain_actors_mailbox_messages{actor="ChainActor"}'), 0);
    assert.equal(value('chain_actors_dead_letters_total{reason="stopped"}'), 1);
  });

  it('follows instances from their start over restarts to their end', () => {
    const { metrics, value } = setUp(['actors']);
    const alive = 'chain_actors_alive{actor="SyncActor"}';
    metrics.actors.recordSpawned({ actor: 'SyncActor', durationSeconds: 0.01 });
    metrics.actors.recordSpawned({ actor: 'SyncActor' });
    assert.equal(value(alive), 2);
    metrics.actors.recordRestart({ actor: 'SyncActor', reason: 'panic', recoverySeconds: 0.4 });
    assert.equal(value(alive), 2);
    metrics.actors.recordStopped({ actor: 'SyncActor', reason: 'failure', durationSeconds: 0.02 });
    metrics.actors.recordStopped({ actor: 'SyncActor', reason: 'shutdown' });
    assert.equal(value(alive), 0);
    assert.equal(value('chain_actors_spawned_total{actor="SyncActor"}'), 2);
    assert.equal(value('chain_actors_stopped_total{actor="SyncActor",reason="failure"}'), 1);
    assert.equal(value('chain_actors_restarts_total{actor="SyncActor",reason="panic"}'), 1);
    assert.equal(value('chain_actors_lifecycle_duration_seconds_sum{transition="spawn"}'), 0.01);
    assert.equal(value('chain_actors_lifecycle_duration_seconds_sum{transition="recover"}'), 0.4);
    assert.equal(value('chain_actors_lifecycle_duration_seconds_count{transition="stop"}'), 1);
  });

  it('shows the counters of a new actor at 0, so that the first failure is seen', () => {
    const { metrics, value } = setUp(['actors']);
    metrics.actors.recordSpawned({ actor: 'SyncActor' });
    assert.equal(value('chain_actors_restarts_total{actor="SyncActor",reason="error"}'), 0);
    assert.equal(value('chain_actors_messages_failed_total{actor="SyncActor",reason="timeout"}'), 0);
    assert.equal(value('chain_actors_messages_total{actor="SyncActor"}'), 0);
  });

  it('adds up what is past 64 kinds of actors, and counts it', () => {
    const { metrics, value, dropped } = setUp(['actors']);
    for (let i = 0; i < 70; i++) metrics.actors.recordMessageFailed({ actor: `a${i}`, reason: 'error' });
    assert.equal(value('chain_actors_messages_failed_total{actor="other",reason="error"}'), 6);
    assert.deepEqual(dropped(), { label_limit: 6 });
  });
});
