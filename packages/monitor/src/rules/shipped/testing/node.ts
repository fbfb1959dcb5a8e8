// Unit tests of the alerts of the node as a process.

import type { AlertTest } from './alert-test.ts';

const TASK = 'chain_runtime_task_last_iteration_timestamp_seconds{task="pacemaker"}';
const MAILBOX = 'chain_actors_mailbox_messages{actor="engine"}';
const RESTARTS = 'chain_actors_restarts_total{actor="engine",reason="panic"}';
const FAILED_REQUESTS = 'chain_api_requests_total{method="GET",path="/blocks",status="5xx"}';
const GOOD_REQUESTS = 'chain_api_requests_total{method="GET",path="/blocks",status="2xx"}';
const DROPPED = 'chain_runtime_instrument_dropped_records_total{reason="label_limit"}';

export const NODE_TESTS: readonly AlertTest[] = [
  {
    alert: 'NodeDown',
    incident: { up: '1x7 0x19 1x20' },
    quietUntil: '3m45s',
    fires: { at: '4m', value: 0 },
    clearAt: '7m',
    calm: { up: '1x40' },
  },
  {
    alert: 'CrashLoop',
    incident: { process_start_time_seconds: '1000x19 2000x19 3000x19 4000x19 5000x220' },
    quietUntil: '19m45s',
    fires: { at: '20m', value: 4 },
    clearAt: '1h6m',
    calm: { process_start_time_seconds: '1000x19 2000x80' },
  },
  {
    alert: 'TaskWedged',
    incident: { [TASK]: '0+15x20 300x60 1230+15x20' },
    quietUntil: '15m',
    fires: { at: '15m15s', value: 615, labels: { task: 'pacemaker' } },
    clearAt: '20m30s',
    calm: { [TASK]: '0+15x80' },
  },
  {
    alert: 'MailboxBacklog',
    incident: { [MAILBOX]: '10x7 2000x39 10x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 2000, labels: { actor: 'engine' } },
    clearAt: '12m',
    calm: { [MAILBOX]: '10+10x40' },
  },
  {
    alert: 'ActorRestartLoop',
    incident: { [RESTARTS]: '0x20 1+1x30 31x60' },
    quietUntil: '6m',
    fires: { at: '10m', value: 20, labels: { actor: 'engine' } },
    clearAt: '20m',
    calm: { [RESTARTS]: '0x20 1x20' },
  },
  {
    alert: 'RpcErrorRatio',
    incident: { [FAILED_REQUESTS]: '0x8 10+10x40 410x60', [GOOD_REQUESTS]: '0+90x120' },
    quietUntil: '5m',
    fires: { at: '10m', value: 0.1 },
    clearAt: '18m',
    calm: { [FAILED_REQUESTS]: '0+1x60', [GOOD_REQUESTS]: '0+90x60' },
  },
  {
    alert: 'EventLoopLag',
    incident: { nodejs_eventloop_lag_p99_seconds: '0.01x7 0.8x39 0.01x8' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.8 },
    clearAt: '12m',
    calm: { nodejs_eventloop_lag_p99_seconds: '0.01x7 0.8x7 0.01x40' },
  },
  {
    alert: 'HeapNearLimit',
    incident: { nodejs_heap_size_used_bytes: '50x7 95x59 50x8', nodejs_heap_size_limit_bytes: '100x76' },
    quietUntil: '11m45s',
    fires: { at: '12m', value: 0.95 },
    clearAt: '17m',
    calm: { nodejs_heap_size_used_bytes: '50+10x4 50+10x4 50x50', nodejs_heap_size_limit_bytes: '100x60' },
  },
  {
    alert: 'FileDescriptorsHigh',
    incident: { process_open_fds: '50x7 90x39 50x8', process_max_fds: '100x56' },
    quietUntil: '6m45s',
    fires: { at: '7m', value: 0.9 },
    clearAt: '12m',
    calm: { process_open_fds: '50x40', process_max_fds: '100x40' },
  },
  {
    alert: 'MetricsDropped',
    incident: { [DROPPED]: '0x20 5x260' },
    quietUntil: '20m',
    fires: { at: '30m', value: 5 },
    clearAt: '1h6m',
    calm: { [DROPPED]: '0x100' },
  },
];
