import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { bounded, type MetricDefinition, renderText } from '@chainpulse/instrument';
import type { ActiveAlert, GroupEvaluation, GroupStatus } from '../rules/interface.ts';
import type { TargetStatus } from '../sources/interface.ts';
import { MonitorMetrics } from './monitor-metrics.ts';
import { MONITOR_TABLE } from './monitor-table.ts';

const ROWS: readonly MetricDefinition[] = Object.values(MONITOR_TABLE).flatMap((rows) => Object.values(rows));

const TARGET: TargetStatus = {
  id: 'node-a',
  type: 'probe',
  address: 'http://127.0.0.1:8545',
  labels: [],
  health: 'up',
  reason: '',
  lastCollectionMs: 0,
  lastDurationMs: 1,
  lastSampleCount: 1,
  sinceMs: 0,
  intervalMs: 5000,
  timeoutMs: 5000,
};

const EVALUATION: GroupEvaluation = {
  group: 'blocks',
  file: 'blocks.yaml',
  timeMs: 0,
  durationMs: 3,
  evaluations: 5,
  failures: [{ rule: 'Halted', message: 'broken' }],
  changes: [],
};

/** One alert of each state and severity that files write, one of none, and one of a word of their own. */
const ALERTS = ['info', 'low', 'warning', 'high', 'critical', 'none', 'page'].flatMap((severity) =>
  (['pending', 'firing'] as const).map(
    (state): ActiveAlert => ({
      labels: [{ name: 'severity', value: severity }],
      annotations: [],
      state,
      value: 1,
      activeAtMs: 0,
      firedAtMs: undefined,
      keepFiringSinceMs: undefined,
    }),
  ),
);

const PLACE = { line: 1, column: 1 };
const GROUP: GroupStatus = {
  name: 'blocks',
  file: 'blocks.yaml',
  intervalMs: 15_000,
  limit: 0,
  queryOffsetMs: 0,
  lastEvaluationMs: 0,
  lastDurationMs: 3,
  missedTotal: 0,
  rules: [
    {
      kind: 'alerting',
      rule: {
        kind: 'alerting',
        alert: 'Halted',
        expression: 'up == 0',
        printed: 'up == 0',
        labels: [],
        place: PLACE,
        expressionPlace: PLACE,
        forMs: 0,
        keepFiringForMs: 0,
        annotations: [],
      },
      health: 'ok',
      lastError: '',
      lastEvaluationMs: 0,
      lastDurationMs: 1,
      state: 'firing',
      alerts: ALERTS,
      resolved: [],
    },
  ],
};

describe('MonitorMetrics', () => {
  const targets: TargetStatus[] = [];
  let droppedSubscribers = 0;
  let clockAheadMs = 0;
  let metrics: MonitorMetrics;

  beforeEach(() => {
    targets.length = 0;
    droppedSubscribers = 0;
    clockAheadMs = 0;
    metrics = new MonitorMetrics({
      version: '1.2.3',
      targets: () => targets,
      droppedSubscribers: () => droppedSubscribers,
      clockAheadMs: () => clockAheadMs,
    });
  });

  /** The samples of each metric, by the name of the metric and the text of the series. */
  function read(): ReadonlyMap<string, ReadonlyMap<string, number>> {
    const found = new Map<string, Map<string, number>>();
    let latest = new Map<string, number>();
    metrics.registry.visit({
      family: ({ name }) => found.set(name, (latest = new Map())),
      sample: (name, labels, value) => {
        latest.set([name, ...labels.map((label) => `${label.name}=${label.value}`)].join(' '), value);
      },
    });
    return found;
  }

  function letEverythingHappen(): void {
    metrics.ruleGroupEvaluated(EVALUATION, 4);
    metrics.configLoaded(true);
    metrics.rulesRead([GROUP]);
    targets.push(TARGET);
    droppedSubscribers = 3;
    clockAheadMs = 1500;
    metrics.collectionEnded({
      type: 'probe',
      outcome: 'timeout',
      durationSeconds: 0.2,
      acceptedSamples: 7,
      rejectedSamples: { too_old: 2, body_limit: 1 },
    });
    metrics.pushEnded({
      kind: 'remote_write',
      outcome: 'partial',
      durationSeconds: 0.1,
      bodyBytes: 1000,
      samples: 40,
      histograms: 2,
      exemplars: 1,
      rejected: { duplicate: 3 },
      newestTimeMs: 0,
    });
    metrics.queryBegan();
    metrics.queryBegan();
    metrics.queryEnded({ kind: 'range', outcome: 'limit', durationSeconds: 0.3, isSlow: true });
    metrics.commitEnded(0.004);
    metrics.seriesRefused(5);
    metrics.storeRead({
      activeSeries: 11,
      totalSeries: 12,
      headSamples: 13,
      sizeBytes: { head: 14, blocks: 15, index: 16 },
      oldestTimeMs: undefined,
      newestTimeMs: undefined,
      chunks: 17,
      quarantinedChunks: 18,
      tombstones: 19,
      sending: {
        queueSamples: 20,
        queueBytes: 21,
        oldestWaitMs: 22_000,
        shards: 23,
        sentSamplesTotal: 24,
        retriedSamplesTotal: 25,
        droppedSamplesTotal: { refused: 26, unsupported: 34, age: 27, size: 28, damaged: 29 },
        requestsTotal: { sent: 30, failed: 31, refused: 32 },
        requestSecondsTotal: 33,
        lastSuccessMs: undefined,
        lastError: undefined,
        isFailing: false,
        isOnlyStore: true,
        queueMaxAgeMs: 34,
        queueMaxBytes: 35,
      },
      errorsTotal: { append: 1, read: 2, seal: 3, delete: 4, checkpoint: 5, merge: 0, cool: 0 },
    });
  }

  it('shows the rows of its table, the registry itself, and nothing else', () => {
    const sendingRows = new Set<string>(Object.values(MONITOR_TABLE.remote).map(({ name }) => name));
    const own = ROWS.map(({ name }) => name).filter((name) => !sendingRows.has(name));
    const registryItself = ['dropped_records_total', 'overflow_records_total', 'series'];
    const shown = [...own, ...registryItself.map((name) => `chain_runtime_instrument_${name}`)];
    assert.deepEqual([...read().keys()], shown.sort());
    assert.equal(new Set(shown).size, shown.length);
    // A store that sends its samples on has more to say.
    letEverythingHappen();
    assert.deepEqual([...read().keys()], [...shown, ...sendingRows].sort());
  });

  it('writes every one of them', () => {
    const before = read();
    letEverythingHappen();
    const after = read();
    const unwritten = ROWS.filter(({ name, type }) => {
      const samples = [...(after.get(name) ?? [])];
      const isWritten = ([series, value]: [string, number]) => value > 0 && value !== before.get(name)?.get(series);
      return type === 'info' ? samples.length !== 1 : !samples.some(isWritten);
    });
    assert.deepEqual(unwritten, []);
  });

  it('counts under the labels of what happened', () => {
    letEverythingHappen();
    const values = new Map([...read().values()].flatMap((samples) => [...samples]));
    const expected: Readonly<Record<string, number>> = {
      'chainpulse_rule_evaluations_total group=blocks': 5,
      'chainpulse_rule_evaluation_failures_total group=blocks': 1,
      'chainpulse_rule_group_iterations_missed_total group=blocks': 4,
      'chainpulse_alerts severity=5 state=firing': 1,
      'chainpulse_alerts severity=3 state=pending': 2,
      'chainpulse_alerts severity=1 state=pending': 1,
      'chainpulse_source_collections_total outcome=timeout type=probe': 1,
      'chainpulse_source_collections_total outcome=ok type=probe': 0,
      'chainpulse_source_collection_duration_seconds_sum type=probe': 0.2,
      'chainpulse_samples_ingested_total type=probe': 7,
      'chainpulse_samples_rejected_total reason=too_old': 2,
      'chainpulse_samples_rejected_total reason=body_limit': 1,
      'chainpulse_samples_rejected_total reason=duplicate': 3,
      'chainpulse_source_collections_total outcome=ok type=push': 1,
      'chainpulse_samples_ingested_total type=push': 42,
      chainpulse_storage_damaged_chunks: 18,
      'chainpulse_remote_samples_dropped_total reason=age': 27,
      'chainpulse_remote_samples_dropped_total reason=unsupported': 34,
      chainpulse_remote_queue_oldest_seconds: 22,
      'chainpulse_queries_total kind=range outcome=limit': 1,
      'chainpulse_query_duration_seconds_count kind=range': 1,
      'chainpulse_storage_commit_duration_seconds_bucket le=0.005': 1,
      'chainpulse_storage_commit_duration_seconds_bucket le=0.0025': 0,
      'chainpulse_series_dropped_total reason=global_limit': 5,
      chainpulse_series: 11,
      'chainpulse_storage_size_bytes kind=index': 16,
      'chainpulse_storage_errors_total operation=checkpoint': 5,
      'chainpulse_targets state=up': 1,
      'chainpulse_targets state=down': 0,
      'chainpulse_events_dropped_total consumer=stream': 3,
      chainpulse_clock_ahead_seconds: 1.5,
      [`chainpulse_build_info node_version=${process.versions.node} version=1.2.3`]: 1,
    };
    const found = Object.keys(expected).map((series) => [series, values.get(series)]);
    assert.deepEqual(Object.fromEntries(found), expected);
    assert.equal(metrics.samplesIngestedTotal, 49);
    assert.equal(metrics.registry.droppedRecords().unknown_label, 0);
  });

  it('shows nothing of a store that was not read', () => {
    assert.deepEqual([...(read().get('chainpulse_series') ?? [])], []);
    assert.deepEqual([...(read().get('chainpulse_storage_size_bytes') ?? [])], []);
  });

  it('tells which metric came to its limit', () => {
    const labels = { thing: bounded(1) };
    const things = metrics.registry.counter({ name: 'things_total', help: 'Things.', labels });
    for (const thing of ['a', 'b', 'c']) things.inc({ thing });
    assert.match(
      renderText(metrics.registry),
      /^chain_runtime_instrument_overflow_records_total\{metric="things_total"\} 2$/m,
    );
  });
});
