// The monitor's own metrics (`chainpulse_*`): what it collects, stores, answers and refuses, in a registry of its own
// instrument library, made from the rows of `monitor-table.ts`. It listens where things happen (`CollectionObserver`,
// `QueryObserver`, commits); nobody else writes here. Shown at `/metrics`, and stored like any target's unless the machine
// is left out.

import { exposeOwnMetrics, makeInstruments, Registry } from '@chainpulse/instrument';
import type { QueryEnded, QueryObserver } from '../server/query-observer.ts';
import type { CollectionObserver, TargetStatus } from '../sources/interface.ts';
import type { StoreStats } from '../storage/interface.ts';
import { MONITOR_TABLE } from './monitor-table.ts';

const HEALTHS = MONITOR_TABLE.program.targets.labels.state;
const REJECT_REASONS = MONITOR_TABLE.sources.samplesRejected.labels.reason;
const SIZE_KINDS = MONITOR_TABLE.storage.size.labels.kind;
const STORE_OPERATIONS = MONITOR_TABLE.storage.errors.labels.operation;

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
  readonly #program = makeInstruments(this.registry, MONITOR_TABLE.program);
  readonly #sources = makeInstruments(this.registry, MONITOR_TABLE.sources);
  readonly #storage = makeInstruments(this.registry, MONITOR_TABLE.storage);
  readonly #queries = makeInstruments(this.registry, MONITOR_TABLE.queries);

  constructor(options: MonitorMetricsOptions) {
    exposeOwnMetrics(this.registry);
    this.#program.buildInfo.set({ version: options.version, node_version: process.versions.node });
    this.registry.onCollect(() => this.#read(options));
  }

  collectionEnded(event: Parameters<CollectionObserver['collectionEnded']>[0]): void {
    const { type, outcome, durationSeconds, acceptedSamples, rejectedSamples } = event;
    this.#sources.collections.inc({ type, outcome });
    this.#sources.collectionDuration.observe({ type }, durationSeconds);
    this.#sources.samplesIngested.inc({ type }, acceptedSamples);
    this.samplesIngestedTotal += acceptedSamples;
    for (const reason of REJECT_REASONS) this.#sources.samplesRejected.inc({ reason }, rejectedSamples[reason] ?? 0);
  }

  queryEnded({ kind, outcome, durationSeconds }: QueryEnded): void {
    this.#queries.total.inc({ kind, outcome });
    this.#queries.duration.observe({ kind }, durationSeconds);
  }

  commitEnded(durationSeconds: number): void {
    this.#storage.commitDuration.observe(durationSeconds);
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
  #read({ targets, droppedSubscribers, clockAheadMs }: MonitorMetricsOptions): void {
    const counts = { up: 0, down: 0, unknown: 0 };
    for (const { health } of targets()) counts[health]++;
    for (const state of HEALTHS) this.#program.targets.set({ state }, counts[state]);
    this.#program.eventsDropped.mirrorTotal({ consumer: 'stream' }, droppedSubscribers());
    this.#program.clockAhead.set(clockAheadMs() / 1000);
  }
}
