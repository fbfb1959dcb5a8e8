// The metrics that a registry shows about its own pushes. All pushes of one registry share them, told apart by protocol.

import { bounded } from '../../labels.ts';
import { metric } from '../metric-definition.ts';

export const REQUEST_OUTCOMES = ['ok', 'retried', 'rejected', 'failed'] as const;
/**
 * How one request ended: `ok`; `retried`, which means that it is sent again later; `rejected` by the receiver for good;
 * `failed` when its time or the pusher's was over.
 */
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

export const DROPPED_SAMPLES_REASONS = [
  'queue_full',
  'rejected',
  'expired',
  'superseded',
  'stopped',
  'internal',
] as const;
/**
 * Why samples never arrived: the queue had no room; the receiver refused them; they were tried for too long; a newer
 * snapshot took their place (Pushgateway); the push was stopped; something failed inside.
 */
export type DroppedSamplesReason = (typeof DROPPED_SAMPLES_REASONS)[number];

export const PUSH_METRICS = {
  pushRequests: metric({
    name: 'chain_runtime_push_requests_total',
    type: 'counter',
    unit: 'requests',
    help: 'Requests that pushed metrics, by how they ended.',
    labels: { protocol: bounded(4), outcome: REQUEST_OUTCOMES },
    recordedBy: 'startPush(…)',
  }),
  pushDroppedSamples: metric({
    name: 'chain_runtime_push_dropped_samples_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples that a push did not deliver.',
    labels: { protocol: bounded(4), reason: DROPPED_SAMPLES_REASONS },
    recordedBy: 'startPush(…)',
  }),
  pushLastSuccess: metric({
    name: 'chain_runtime_push_last_success_timestamp_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'Unix time at which a receiver last took a push.',
    labels: { protocol: bounded(4) },
    merge: 'max',
    recordedBy: 'startPush(…)',
  }),
} as const;
