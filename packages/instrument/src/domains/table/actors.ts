// The metrics of the domain set `actors`. How to add one: docs/guide/add-a-metric.md.

import { bounded } from '../../labels.ts';
import { CONSENSUS_SECONDS } from '../buckets.ts';
import { metric } from '../metric-definition.ts';

export const ACTORS_METRICS = {
  messages: metric({
    name: 'chain_actors_messages_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages that actors finished handling.',
    labels: { actor: bounded(64) },
    recordedBy: 'actors.recordMessage({ actor, latencySeconds })',
    aliases: { alys: 'alys_actor_messages_total{actor}' },
  }),
  messageLatency: metric({
    name: 'chain_actors_message_latency_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that an actor took to handle a message.',
    labels: { actor: bounded(64) },
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    recordedBy: 'actors.recordMessage({ actor, latencySeconds })',
    aliases: { alys: 'alys_actor_message_latency_seconds{actor}@0.001,0.005,0.01,0.05,0.1,0.5,1,5' },
  }),
  messagesFailed: metric({
    name: 'chain_actors_messages_failed_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages that an actor failed to handle or could not take; stopped is that it stopped meanwhile.',
    labels: { actor: bounded(64), reason: ['error', 'timeout', 'mailbox_full', 'stopped'] },
    recordedBy: 'actors.recordMessageFailed({ actor, reason })',
  }),
  mailboxMessages: metric({
    name: 'chain_actors_mailbox_messages',
    type: 'gauge',
    unit: 'messages',
    help: 'Messages waiting in the mailbox of an actor.',
    labels: { actor: bounded(64) },
    merge: 'sum',
    recordedBy: 'actors.updateMailbox({ actor, count })',
    aliases: { alys: 'alys_actor_mailbox_size{actor}' },
  }),
  restarts: metric({
    name: 'chain_actors_restarts_total',
    type: 'counter',
    unit: 'restarts',
    help: 'Restarts of an actor after a failure.',
    labels: { actor: bounded(64), reason: ['panic', 'error', 'timeout', 'supervisor', 'other'] },
    recordedBy: 'actors.recordRestart({ actor, reason, recoverySeconds })',
    aliases: { alys: 'alys_actor_restarts_total{actor,reason}' },
  }),
  alive: metric({
    name: 'chain_actors_alive',
    type: 'gauge',
    unit: 'actors',
    help: 'Instances of an actor that are running.',
    labels: { actor: bounded(64) },
    merge: 'sum',
    recordedBy:
      'actors.recordSpawned({ actor, durationSeconds }); actors.recordStopped({ actor, reason, durationSeconds })',
  }),
  spawned: metric({
    name: 'chain_actors_spawned_total',
    type: 'counter',
    unit: 'actors',
    help: 'Instances of an actor that were started.',
    labels: { actor: bounded(64) },
    recordedBy: 'actors.recordSpawned({ actor, durationSeconds })',
  }),
  stopped: metric({
    name: 'chain_actors_stopped_total',
    type: 'counter',
    unit: 'actors',
    help: 'Instances of an actor that stopped.',
    labels: { actor: bounded(64), reason: ['normal', 'failure', 'shutdown'] },
    recordedBy: 'actors.recordStopped({ actor, reason, durationSeconds })',
  }),
  lifecycleDuration: metric({
    name: 'chain_actors_lifecycle_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that actors took to start, to stop or to recover.',
    labels: { transition: ['spawn', 'stop', 'recover'] },
    buckets: CONSENSUS_SECONDS,
    recordedBy:
      'actors.recordSpawned({ actor, durationSeconds }); actors.recordStopped({ actor, reason, durationSeconds }); actors.recordRestart({ actor, reason, recoverySeconds })',
  }),
  deadLetters: metric({
    name: 'chain_actors_dead_letters_total',
    type: 'counter',
    unit: 'messages',
    help: 'Messages that no actor was there to take.',
    labels: { reason: ['unknown_actor', 'stopped', 'other'] },
    recordedBy: 'actors.recordDeadLetter({ actor, reason })',
  }),
} as const;
