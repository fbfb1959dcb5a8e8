// The monitor's own metrics as rows, in the notation of the table of a node's metrics: the one place of their names, help,
// units, labels and buckets. Invariant: what is here is written, and a label value that is listed can come. The one metric
// that a probe counts of its own work stands with that probe, since no source knows this folder.

import { bounded, metric } from '@chainpulse/instrument';

/** What waits for others: collections and queries. */
const WAIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5];
/** What the monitor does itself. */
const WORK_SECONDS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

const SOURCE_TYPES = ['scrape', 'probe', 'machine', 'push'] as const;
const QUERY_KINDS = ['instant', 'range', 'metadata'] as const;

const PROGRAM = {
  buildInfo: metric({
    name: 'chainpulse_build_info',
    type: 'info',
    help: 'Version of the monitor.',
    labels: { version: bounded(1), node_version: bounded(1) },
    recordedBy: 'MonitorMetrics',
  }),
  targets: metric({
    name: 'chainpulse_targets',
    type: 'gauge',
    unit: 'targets',
    help: 'Targets watched, by state.',
    labels: { state: ['up', 'down', 'unknown'] },
    recordedBy: 'MonitorMetrics collector',
  }),
  eventsDropped: metric({
    name: 'chainpulse_events_dropped_total',
    type: 'counter',
    unit: 'events',
    help: 'Events dropped because a consumer was too slow.',
    labels: { consumer: ['stream'] },
    recordedBy: 'MonitorMetrics collector',
  }),
  clockAhead: metric({
    name: 'chainpulse_clock_ahead_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: "How far the monitor's time is ahead of the system's clock, because that was set back.",
    recordedBy: 'MonitorMetrics collector',
  }),
} as const;

const SOURCES = {
  collections: metric({
    name: 'chainpulse_source_collections_total',
    type: 'counter',
    unit: 'collections',
    help: 'Collections from a source that ended.',
    labels: {
      type: SOURCE_TYPES,
      outcome: ['ok', 'timeout', 'refused', 'http_error', 'parse_error', 'too_large', 'other'],
    },
    recordedBy: 'MonitorMetrics.collectionEnded',
  }),
  collectionDuration: metric({
    name: 'chainpulse_source_collection_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time that a collection from a source took.',
    labels: { type: SOURCE_TYPES },
    buckets: WAIT_SECONDS,
    recordedBy: 'MonitorMetrics.collectionEnded',
  }),
  samplesIngested: metric({
    name: 'chainpulse_samples_ingested_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples committed to the store.',
    labels: { type: SOURCE_TYPES },
    recordedBy: 'MonitorMetrics.collectionEnded',
  }),
  samplesRejected: metric({
    name: 'chainpulse_samples_rejected_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples refused.',
    labels: {
      reason: ['out_of_order', 'duplicate', 'too_old', 'invalid', 'series_limit', 'unknown_series', 'body_limit'],
    },
    recordedBy: 'MonitorMetrics.collectionEnded',
  }),
} as const;

const STORAGE = {
  series: metric({
    name: 'chainpulse_series',
    type: 'gauge',
    unit: 'series',
    help: 'Series with a recent sample.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  seriesDropped: metric({
    name: 'chainpulse_series_dropped_total',
    type: 'counter',
    unit: 'series',
    help: 'New series refused because a limit was reached.',
    labels: { reason: ['global_limit'] },
    recordedBy: 'MonitorMetrics.seriesRefused',
  }),
  size: metric({
    name: 'chainpulse_storage_size_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that the history occupies.',
    labels: { kind: ['head', 'blocks', 'index'] },
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  chunks: metric({
    name: 'chainpulse_storage_chunks',
    type: 'gauge',
    unit: 'chunks',
    help: 'Sealed pieces of history; merging makes few of many.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  damagedChunks: metric({
    name: 'chainpulse_storage_damaged_chunks',
    type: 'gauge',
    unit: 'chunks',
    help: 'Sealed pieces of history that are damaged; their samples are lost.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  tombstones: metric({
    name: 'chainpulse_storage_tombstones',
    type: 'gauge',
    unit: 'tombstones',
    help: 'Deletions of series that merging has not carried out on the disk yet.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  commitDuration: metric({
    name: 'chainpulse_storage_commit_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time of one commit to the store.',
    buckets: WORK_SECONDS,
    recordedBy: 'MonitorMetrics.commitEnded',
  }),
  errors: metric({
    name: 'chainpulse_storage_errors_total',
    type: 'counter',
    unit: 'errors',
    help: 'Storage operations that failed.',
    labels: { operation: ['append', 'read', 'seal', 'merge', 'cool', 'delete', 'checkpoint'] },
    recordedBy: 'MonitorMetrics.storeRead',
  }),
} as const;

const QUERIES = {
  total: metric({
    name: 'chainpulse_queries_total',
    type: 'counter',
    unit: 'queries',
    help: 'PromQL and metadata queries answered.',
    labels: { kind: QUERY_KINDS, outcome: ['ok', 'error', 'timeout', 'limit'] },
    recordedBy: 'MonitorMetrics.queryEnded',
  }),
  active: metric({
    name: 'chainpulse_queries_active',
    type: 'gauge',
    unit: 'queries',
    help: 'PromQL and metadata queries that wait, run or are being answered.',
    recordedBy: 'MonitorMetrics.queryBegan',
  }),
  slow: metric({
    name: 'chainpulse_slow_queries_total',
    type: 'counter',
    unit: 'queries',
    help: 'Queries that took longer than query.slowerThan.',
    labels: { kind: QUERY_KINDS },
    recordedBy: 'MonitorMetrics.queryEnded',
  }),
  duration: metric({
    name: 'chainpulse_query_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to answer a query.',
    labels: { kind: QUERY_KINDS },
    buckets: WAIT_SECONDS,
    recordedBy: 'MonitorMetrics.queryEnded',
  }),
} as const;

const RULES = {
  evaluations: metric({
    name: 'chainpulse_rule_evaluations_total',
    type: 'counter',
    unit: 'evaluations',
    help: 'Rules evaluated.',
    labels: { group: bounded(128) },
    recordedBy: 'MonitorMetrics.ruleGroupEvaluated',
  }),
  failures: metric({
    name: 'chainpulse_rule_evaluation_failures_total',
    type: 'counter',
    unit: 'evaluations',
    help: 'Evaluations of rules that failed.',
    labels: { group: bounded(128) },
    recordedBy: 'MonitorMetrics.ruleGroupEvaluated',
  }),
  duration: metric({
    name: 'chainpulse_rule_evaluation_duration_seconds',
    type: 'histogram',
    unit: 'seconds',
    help: 'Time to evaluate a group of rules.',
    labels: { group: bounded(128) },
    buckets: WORK_SECONDS,
    recordedBy: 'MonitorMetrics.ruleGroupEvaluated',
  }),
  missed: metric({
    name: 'chainpulse_rule_group_iterations_missed_total',
    type: 'counter',
    unit: 'iterations',
    help: 'Evaluations of a group that did not take place because the one before took too long.',
    labels: { group: bounded(128) },
    recordedBy: 'MonitorMetrics.ruleGroupEvaluated',
  }),
  alerts: metric({
    name: 'chainpulse_alerts',
    type: 'gauge',
    unit: 'alerts',
    help: 'Alerts that are active, by state and severity: 1 info to 5 critical.',
    labels: { state: ['pending', 'firing'], severity: ['1', '2', '3', '4', '5'] },
    recordedBy: 'MonitorMetrics.rulesRead',
  }),
  lastReload: metric({
    name: 'chainpulse_config_last_reload_successful',
    type: 'gauge',
    help: 'Whether everything that was read at the last reload is in force: 1 or 0.',
    recordedBy: 'MonitorMetrics.configLoaded',
  }),
} as const;

const REMOTE = {
  queueSamples: metric({
    name: 'chainpulse_remote_queue_samples',
    type: 'gauge',
    unit: 'samples',
    help: 'Samples that wait to be sent to the other server.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  queueSize: metric({
    name: 'chainpulse_remote_queue_bytes',
    type: 'gauge',
    unit: 'bytes',
    help: 'Bytes that what waits to be sent takes on the disk.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  oldestWait: metric({
    name: 'chainpulse_remote_queue_oldest_seconds',
    type: 'gauge',
    unit: 'seconds',
    help: 'How long the oldest sample has waited to be sent; 0 when none waits.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  shards: metric({
    name: 'chainpulse_remote_shards',
    type: 'gauge',
    unit: 'shards',
    help: 'Requests that are sent side by side.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  samplesSent: metric({
    name: 'chainpulse_remote_samples_sent_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples that the other server took.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  samplesRetried: metric({
    name: 'chainpulse_remote_samples_retried_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples in requests that failed and are sent again.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  samplesDropped: metric({
    name: 'chainpulse_remote_samples_dropped_total',
    type: 'counter',
    unit: 'samples',
    help: 'Samples that were given up before the other server took them.',
    labels: { reason: ['refused', 'unsupported', 'age', 'size', 'damaged'] },
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  requests: metric({
    name: 'chainpulse_remote_requests_total',
    type: 'counter',
    unit: 'requests',
    help: 'Requests to the other server, by how they ended; failed ones are sent again.',
    labels: { outcome: ['sent', 'failed', 'refused'] },
    recordedBy: 'MonitorMetrics.storeRead',
  }),
  requestTime: metric({
    name: 'chainpulse_remote_request_seconds_total',
    type: 'counter',
    unit: 'seconds',
    help: 'Time that requests to the other server took, all together.',
    recordedBy: 'MonitorMetrics.storeRead',
  }),
} as const;

export const MONITOR_TABLE = {
  program: PROGRAM,
  sources: SOURCES,
  storage: STORAGE,
  queries: QUERIES,
  rules: RULES,
  remote: REMOTE,
} as const;
