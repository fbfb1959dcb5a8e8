// The monitor's own metrics (`chainpulse_*`): what it collects, stores, answers and refuses, in a registry of its own
// instrument library. It listens where things happen (`CollectionObserver`, `QueryObserver`, commits); nobody else
// writes here. Shown at `/metrics`, and stored like any target's unless the machine is left out.

import { bounded, Registry } from '@chainpulse/instrument';
import type { QueryEnded, QueryObserver } from '../server/query-observer.ts';
import type { CollectionObserver, TargetStatus } from '../sources/interface.ts';
import type { StoreStats } from '../storage/interface.ts';

const SOURCE_TYPES = ['scrape', 'probe', 'machine'] as const;
const OUTCOMES = ['ok', 'timeout', 'refused', 'http_error', 'parse_error', 'too_large', 'other'] as const;
const REJECT_REASONS = ['out_of_order', 'duplicate', 'too_old', 'invalid', 'series_limit', 'body_limit'] as const;
const HEALTHS = ['up', 'down', 'unknown'] as const;
const SIZE_KINDS = ['head', 'blocks', 'index'] as const;
const STORE_OPERATIONS = ['append', 'read', 'seal', 'delete', 'checkpoint'] as const;
const QUERY_KINDS = ['instant', 'range', 'metadata'] as const;
const QUERY_OUTCOMES = ['ok', 'error', 'timeout', 'limit'] as const;

const WAIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2.5, 5];
const WORK_BUCKETS = [
  0.00001, 0.000025, 0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1,
];

export interface MonitorMetricsOptions {
  readonly version: string;
  readonly targets: () => readonly TargetStatus[];
  readonly droppedSubscribers: () => number;
  readonly clockAheadMs: () => number;
}

export class MonitorMetrics implements CollectionObserver, QueryObserver {
  readonly registry = new Registry();
  /** Since the start, of all sources. */
  samplesIngestedTotal = 0;
  readonly #sources = sourceMetrics(this.registry);
  readonly #storage = storageMetrics(this.registry);
  readonly #queries = queryMetrics(this.registry);

  constructor(options: MonitorMetricsOptions) {
    this.registry.exposeOwn();
    this.#registerReadings(options);
  }

  collectionEnded(event: Parameters<CollectionObserver['collectionEnded']>[0]): void {
    const { type, outcome, durationSeconds, acceptedSamples, rejectedSamples } = event;
    this.#sources.collections.inc({ type, outcome });
    this.#sources.duration.observe({ type }, durationSeconds);
    this.#sources.ingested.inc({ type }, acceptedSamples);
    this.samplesIngestedTotal += acceptedSamples;
    for (const reason of REJECT_REASONS) this.#sources.rejected.inc({ reason }, rejectedSamples[reason] ?? 0);
  }

  queryEnded({ kind, outcome, durationSeconds }: QueryEnded): void {
    this.#queries.total.inc({ kind, outcome });
    this.#queries.duration.observe({ kind }, durationSeconds);
  }

  commitEnded(durationSeconds: number): void {
    this.#storage.commit.observe(durationSeconds);
  }

  seriesRefused(count: number): void {
    this.#storage.seriesDropped.inc({ reason: 'global_limit' }, count);
  }

  storeRead({ activeSeries, sizeBytes, errorsTotal }: StoreStats): void {
    this.#storage.series.set(activeSeries);
    for (const kind of SIZE_KINDS) this.#storage.size.set({ kind }, sizeBytes[kind]);
    for (const operation of STORE_OPERATIONS) this.#storage.errors.mirrorTotal({ operation }, errorsTotal[operation]);
  }

  /** What is read when somebody looks and not recorded when it happens. */
  #registerReadings({ version, targets, droppedSubscribers, clockAheadMs }: MonitorMetricsOptions): void {
    this.registry
      .gauge({
        name: 'chainpulse_build_info',
        help: 'Version of the monitor.',
        labels: { version: bounded(1), node_version: bounded(1) },
      })
      .set({ version, node_version: process.versions.node }, 1);
    const states = this.registry.gauge({
      name: 'chainpulse_targets',
      help: 'Targets watched, by state.',
      unit: 'targets',
      labels: { state: HEALTHS },
    });
    const events = this.registry.counter({
      name: 'chainpulse_events_dropped_total',
      help: 'Events dropped because a consumer was too slow.',
      unit: 'events',
      labels: { consumer: ['stream'] },
    });
    const clock = this.registry.gauge({
      name: 'chainpulse_clock_ahead_seconds',
      help: "How far the monitor's time is ahead of the system's clock, because that was set back.",
      unit: 'seconds',
    });
    this.registry.onCollect(() => {
      const counts = { up: 0, down: 0, unknown: 0 };
      for (const { health } of targets()) counts[health]++;
      for (const state of HEALTHS) states.set({ state }, counts[state]);
      events.mirrorTotal({ consumer: 'stream' }, droppedSubscribers());
      clock.set(clockAheadMs() / 1000);
    });
  }
}

function sourceMetrics(registry: Registry) {
  return {
    collections: registry.counter({
      name: 'chainpulse_source_collections_total',
      help: 'Collections from a source that ended.',
      unit: 'collections',
      labels: { type: SOURCE_TYPES, outcome: OUTCOMES },
    }),
    duration: registry.histogram({
      name: 'chainpulse_source_collection_duration_seconds',
      help: 'Time that a collection from a source took.',
      unit: 'seconds',
      labels: { type: SOURCE_TYPES },
      buckets: WAIT_BUCKETS,
    }),
    ingested: registry.counter({
      name: 'chainpulse_samples_ingested_total',
      help: 'Samples committed to the store.',
      unit: 'samples',
      labels: { type: SOURCE_TYPES },
    }),
    rejected: registry.counter({
      name: 'chainpulse_samples_rejected_total',
      help: 'Samples refused.',
      unit: 'samples',
      labels: { reason: REJECT_REASONS },
    }),
  };
}

function storageMetrics(registry: Registry) {
  return {
    series: registry.gauge({ name: 'chainpulse_series', help: 'Series with a recent sample.', unit: 'series' }),
    seriesDropped: registry.counter({
      name: 'chainpulse_series_dropped_total',
      help: 'New series refused because a limit was reached.',
      unit: 'series',
      labels: { reason: ['global_limit'] },
    }),
    size: registry.gauge({
      name: 'chainpulse_storage_size_bytes',
      help: 'Bytes that the history occupies.',
      unit: 'bytes',
      labels: { kind: SIZE_KINDS },
    }),
    commit: registry.histogram({
      name: 'chainpulse_storage_commit_duration_seconds',
      help: 'Time of one commit to the store.',
      unit: 'seconds',
      buckets: WORK_BUCKETS,
    }),
    errors: registry.counter({
      name: 'chainpulse_storage_errors_total',
      help: 'Storage operations that failed.',
      unit: 'errors',
      labels: { operation: STORE_OPERATIONS },
    }),
  };
}

function queryMetrics(registry: Registry) {
  return {
    total: registry.counter({
      name: 'chainpulse_queries_total',
      help: 'PromQL and metadata queries answered.',
      unit: 'queries',
      labels: { kind: QUERY_KINDS, outcome: QUERY_OUTCOMES },
    }),
    duration: registry.histogram({
      name: 'chainpulse_query_duration_seconds',
      help: 'Time to answer a query.',
      unit: 'seconds',
      labels: { kind: QUERY_KINDS },
      buckets: WAIT_BUCKETS,
    }),
  };
}
