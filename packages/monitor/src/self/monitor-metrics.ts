// The monitor's own metrics (`chainpulse_*`): what it collects, stores, answers and refuses, in a registry of its own
// instrument library, made from the rows of `monitor-table.ts`. It listens where things happen (`CollectionObserver`,
// `QueryObserver`, commits); nobody else writes here. Shown at `/metrics`, and stored like any target's unless the machine
// is left out.

import { exposeOwnMetrics, makeInstruments, Registry } from '@chainpulse/instrument';
import type { Labels } from '../model/labels.ts';
import { labelValue } from '../model/labels.ts';
import type { GroupEvaluation, GroupStatus } from '../rules/interface.ts';
import type { PushEnded, PushEndedAs } from '../server/push/push-observer.ts';
import type { QueryEnded, QueryObserver } from '../server/query-observer.ts';
import type { CollectionObserver, CollectionOutcome, SourceType, TargetStatus } from '../sources/interface.ts';
import type { StoreStats } from '../storage/interface.ts';
import type { SendStatistics } from '../storage/sending.ts';
import { MONITOR_TABLE } from './monitor-table.ts';

const HEALTHS = MONITOR_TABLE.program.targets.labels.state;
const REJECT_REASONS = MONITOR_TABLE.sources.samplesRejected.labels.reason;
const SIZE_KINDS = MONITOR_TABLE.storage.size.labels.kind;
const DROP_REASONS = MONITOR_TABLE.remote.samplesDropped.labels.reason;
const REQUEST_OUTCOMES = MONITOR_TABLE.remote.requests.labels.outcome;
/** What a push that ended is among the collections. */
const PUSH_OUTCOMES: Readonly<Record<PushEndedAs, CollectionOutcome>> = {
  ok: 'ok',
  partial: 'ok',
  invalid: 'parse_error',
  busy: 'refused',
  failed: 'other',
  aborted: 'other',
};
const ALERT_STATES = MONITOR_TABLE.rules.alerts.labels.state;
const SEVERITIES = MONITOR_TABLE.rules.alerts.labels.severity;
/** What rule files write. */
const SEVERITY_OF_WORD: Readonly<Record<string, string>> = {
  info: '1',
  low: '2',
  warning: '3',
  high: '4',
  critical: '5',
};
const STORE_OPERATIONS = MONITOR_TABLE.storage.errors.labels.operation;

export interface MonitorMetricsOptions {
  readonly version: string;
  readonly targets: () => readonly TargetStatus[];
  readonly droppedSubscribers: () => number;
  readonly clockAheadMs: () => number;
}

/** A push counts as a collection that the sender began. */
type CollectionEnded = Omit<Parameters<CollectionObserver['collectionEnded']>[0], 'type'> & {
  readonly type: SourceType | 'push';
};

export class MonitorMetrics implements CollectionObserver, QueryObserver {
  readonly registry = new Registry();
  /** Since the start, of all sources. */
  samplesIngestedTotal = 0;
  readonly #program = makeInstruments(this.registry, MONITOR_TABLE.program);
  readonly #sources = makeInstruments(this.registry, MONITOR_TABLE.sources);
  readonly #storage = makeInstruments(this.registry, MONITOR_TABLE.storage);
  readonly #queries = makeInstruments(this.registry, MONITOR_TABLE.queries);

  readonly #rules = makeInstruments(this.registry, MONITOR_TABLE.rules);
  #remote: ReturnType<typeof makeInstruments<(typeof MONITOR_TABLE)['remote']>> | undefined;

  constructor(options: MonitorMetricsOptions) {
    exposeOwnMetrics(this.registry);
    this.#program.buildInfo.set({ version: options.version, node_version: process.versions.node });
    this.registry.onCollect(() => this.#read(options));
  }

  collectionEnded(event: CollectionEnded): void {
    const { type, outcome, durationSeconds, acceptedSamples, rejectedSamples } = event;
    this.#sources.collections.inc({ type, outcome });
    this.#sources.collectionDuration.observe({ type }, durationSeconds);
    this.#sources.samplesIngested.inc({ type }, acceptedSamples);
    this.samplesIngestedTotal += acceptedSamples;
    for (const reason of REJECT_REASONS) this.#sources.samplesRejected.inc({ reason }, rejectedSamples[reason] ?? 0);
  }

  pushEnded({ outcome, durationSeconds, samples, histograms, rejected }: PushEnded): void {
    this.collectionEnded({
      type: 'push',
      outcome: PUSH_OUTCOMES[outcome],
      durationSeconds,
      acceptedSamples: samples + histograms,
      rejectedSamples: rejected,
    });
  }

  queryBegan(): void {
    this.#queries.active.inc();
  }

  queryEnded({ kind, outcome, durationSeconds, isSlow }: QueryEnded): void {
    this.#queries.active.dec();
    if (isSlow) this.#queries.slow.inc({ kind });
    this.#queries.total.inc({ kind, outcome });
    this.#queries.duration.observe({ kind }, durationSeconds);
  }

  commitEnded(durationSeconds: number): void {
    this.#storage.commitDuration.observe(durationSeconds);
  }

  ruleGroupEvaluated({ group, evaluations, failures, durationMs }: GroupEvaluation, missed: number): void {
    this.#rules.evaluations.inc({ group }, evaluations);
    this.#rules.failures.inc({ group }, failures.length);
    this.#rules.missed.inc({ group }, missed);
    this.#rules.duration.observe({ group }, durationMs / 1000);
  }

  configLoaded(isWhole: boolean): void {
    this.#rules.lastReload.set(isWhole ? 1 : 0);
  }

  rulesRead(groups: readonly GroupStatus[]): void {
    const counts = new Map<string, number>();
    for (const { rules } of groups) {
      for (const status of rules) {
        for (const { state, labels } of status.kind === 'alerting' ? status.alerts : []) {
          const key = `${state} ${severityOf(labels)}`;
          counts.set(key, (counts.get(key) ?? 0) + 1);
        }
      }
    }
    for (const state of ALERT_STATES) {
      for (const severity of SEVERITIES) {
        this.#rules.alerts.set({ state, severity }, counts.get(`${state} ${severity}`) ?? 0);
      }
    }
  }

  seriesRefused(count: number): void {
    this.#storage.seriesDropped.inc({ reason: 'global_limit' }, count);
  }

  storeRead(stats: StoreStats): void {
    const { activeSeries, sizeBytes, chunks, quarantinedChunks, tombstones, errorsTotal, sending } = stats;
    this.#storage.series.set(activeSeries);
    this.#storage.chunks.set(chunks);
    this.#storage.damagedChunks.set(quarantinedChunks);
    this.#storage.tombstones.set(tombstones);
    for (const kind of SIZE_KINDS) this.#storage.size.set({ kind }, sizeBytes[kind]);
    for (const operation of STORE_OPERATIONS) this.#storage.errors.mirrorTotal({ operation }, errorsTotal[operation]);
    if (sending !== undefined) this.#sendingRead(sending);
  }

  #sendingRead(sending: SendStatistics): void {
    // Made when there is something to say: most monitors send nothing on.
    const remote = (this.#remote ??= makeInstruments(this.registry, MONITOR_TABLE.remote));
    remote.queueSamples.set(sending.queueSamples);
    remote.queueSize.set(sending.queueBytes);
    remote.oldestWait.set((sending.oldestWaitMs ?? 0) / 1000);
    remote.shards.set(sending.shards);
    remote.samplesSent.mirrorTotal(sending.sentSamplesTotal);
    remote.samplesRetried.mirrorTotal(sending.retriedSamplesTotal);
    remote.requestTime.mirrorTotal(sending.requestSecondsTotal);
    for (const reason of DROP_REASONS) {
      remote.samplesDropped.mirrorTotal({ reason }, sending.droppedSamplesTotal[reason]);
    }
    for (const outcome of REQUEST_OUTCOMES) {
      remote.requests.mirrorTotal({ outcome }, sending.requestsTotal[outcome]);
    }
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

/** '' of what always fires, and 3 of what says nothing that is known. */
function severityOf(labels: Labels): string {
  const word = labelValue(labels, 'severity');
  return word === 'none' ? '' : (SEVERITY_OF_WORD[word] ?? '3');
}
