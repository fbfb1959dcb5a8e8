// Alerts of the node as a process: it is gone, comes and goes, or a part of it stands still.

import type { AlertDefinition } from './alert-definition.ts';
import { HOUR_MS, MINUTE_MS, NODE, risen, seconds, share } from './phrases.ts';

/** Configured targets that one expression can name; of further ones a failed collection tells. */
const MAX_NAMED_TARGETS = 100;

export const NODE_ALERTS: readonly AlertDefinition[] = [
  {
    name: 'NodeDown',
    component: 'node',
    severity: 'critical',
    metrics: ['up'],
    expression: ({ targets }) => {
      const absent = targets.slice(0, MAX_NAMED_TARGETS).map((labels) => `absent(up{${matchersOf(labels)}})`);
      return ['up == 0', ...absent].join(' or ');
    },
    forMs: () => 2 * MINUTE_MS,
    summary: `${NODE} does not answer: see whether its process runs and its port can be reached, and restart it`,
    description:
      'No collection from {{ $labels.instance }} (job {{ $labels.job }}) has succeeded for two minutes. Before a validator signs again, compare its height with other nodes.',
  },
  {
    name: 'CrashLoop',
    component: 'node',
    severity: 'critical',
    metrics: ['process_start_time_seconds'],
    expression: () => 'changes(process_start_time_seconds[1h]) > 3',
    summary: `${NODE} has restarted {{ $value | humanize }} times within an hour: read why it ended last, and stop restarting it by itself`,
    description:
      'A validator that restarts over and over may sign with a damaged database. The last lines before each end say more than the ones after it.',
  },
  {
    name: 'TaskWedged',
    component: 'node',
    severity: 'critical',
    metrics: ['chain_runtime_task_last_iteration_timestamp_seconds'],
    expression: ({ settings, select }) =>
      `time() - ${select('chain_runtime_task_last_iteration_timestamp_seconds')} > ${seconds(settings.maxTaskSilence)}`,
    summary: `Task {{ $labels.task }} of ${NODE} stands still for {{ $value | humanizeDuration }}: dump its stacks, then restart the node`,
    description: 'The process lives and this loop in it does not: a deadlock, or a call that never returns.',
  },
  {
    name: 'MailboxBacklog',
    component: 'node',
    severity: 'warning',
    metrics: ['chain_actors_mailbox_messages'],
    expression: ({ settings, select }) => `${select('chain_actors_mailbox_messages')} > ${settings.maxMailbox}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `{{ $value | humanize }} messages wait for actor {{ $labels.actor }} of ${NODE}: find out why it is slow`,
    description:
      'The actor takes messages slower than they come. Its message latency says whether one kind of message is slow, or all.',
  },
  {
    name: 'ActorRestartLoop',
    component: 'node',
    severity: 'critical',
    metrics: ['chain_actors_restarts_total'],
    expression: ({ settings, select }) =>
      `sum without (reason) (${risen(select('chain_actors_restarts_total'), '5m')}) > ${settings.maxActorRestarts}`,
    forMs: () => MINUTE_MS,
    summary: `Actor {{ $labels.actor }} of ${NODE} has restarted {{ $value | humanize }} times in five minutes: read the reason and isolate it`,
    description:
      'An actor that its supervisor restarts over and over does no work, and takes those that wait for it down with it.',
  },
  {
    name: 'RpcErrorRatio',
    component: 'node',
    severity: 'warning',
    metrics: ['chain_api_requests_total', 'chain_api_rpc_requests_total'],
    expression: ({ settings, select }) => {
      const rate = (selector: string) => `sum without (method, path, status, outcome) (rate(${selector}[5m]))`;
      const http = share(
        rate(select('chain_api_requests_total', 'status="5xx"')),
        rate(select('chain_api_requests_total')),
      );
      const rpc = share(
        rate(select('chain_api_rpc_requests_total', 'outcome=~"server_error|timeout"')),
        rate(select('chain_api_rpc_requests_total')),
      );
      return `${http} > ${settings.maxRpcErrorRatio} or ${rpc} > ${settings.maxRpcErrorRatio}`;
    },
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} answers {{ $value | humanizePercentage }} of its requests with an error: see which method fails, and what it waits for`,
    description:
      'Requests end in an error of the server, and not of who asks. A lock, an overload or a store that fails is behind most of it.',
  },
  {
    name: 'EventLoopLag',
    component: 'node',
    severity: 'warning',
    metrics: ['nodejs_eventloop_lag_p99_seconds'],
    expression: ({ settings }) => `nodejs_eventloop_lag_p99_seconds > ${seconds(settings.maxEventLoopLag)}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `The event loop of ${NODE} lags {{ $value | humanizeDuration }}: profile its main thread, pauses of the collector first`,
    description: 'While the event loop is held up, no message is handled: votes come late and timeouts fire.',
  },
  {
    name: 'HeapNearLimit',
    component: 'node',
    severity: 'warning',
    metrics: ['nodejs_heap_size_used_bytes', 'nodejs_heap_size_limit_bytes'],
    expression: ({ settings }) =>
      `nodejs_heap_size_used_bytes / clamp_min(nodejs_heap_size_limit_bytes, 1) > ${settings.maxHeapUsage}`,
    forMs: () => 10 * MINUTE_MS,
    summary: `${NODE} uses {{ $value | humanizePercentage }} of its heap: take a heap snapshot before it ends for want of memory`,
    description: 'A heap that stays near its limit makes the collector run all the time, and then the process end.',
  },
  {
    name: 'FileDescriptorsHigh',
    component: 'node',
    severity: 'warning',
    metrics: ['process_open_fds', 'process_max_fds'],
    expression: ({ settings }) =>
      `process_open_fds / clamp_min(process_max_fds, 1) > ${settings.maxFileDescriptorUsage}`,
    forMs: () => 5 * MINUTE_MS,
    summary: `${NODE} has {{ $value | humanizePercentage }} of its file descriptors open: raise the limit, and look for sockets that leak`,
    description: 'At the limit no connection is accepted and no file opened, and most programs do not survive that.',
  },
  {
    name: 'MetricsDropped',
    component: 'node',
    severity: 'low',
    metrics: ['chain_runtime_instrument_dropped_records_total'],
    expression: ({ select }) =>
      `sum without (reason) (increase(${select('chain_runtime_instrument_dropped_records_total')}[1h])) > 0`,
    summary: `${NODE} dropped {{ $value | humanize }} records of its own metrics within an hour: find the metric with an unbounded label`,
    description: 'What is dropped is missing from every chart and rule. The reason is in the label of the metric.',
    forMs: () => HOUR_MS / 4,
  },
];

function matchersOf(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}
