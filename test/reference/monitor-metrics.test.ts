import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FamilyDescription, METRIC_TABLE, type MetricDefinition } from '@chainpulse/instrument';
import { MonitorMetrics } from '../../packages/monitor/src/self/monitor-metrics.ts';
import { MONITOR_TABLE } from '../../packages/monitor/src/self/monitor-table.ts';
import { registerProcessMetrics } from '../../packages/monitor/src/sources/machine/process-metrics.ts';
import type { StoreStats } from '../../packages/monitor/src/storage/interface.ts';
import { assertPageIsCurrent } from './page.ts';

const HEAD = `# The monitor's own metrics

What the monitor tells of itself, at \`/metrics\` and, unless the machine is left out, in its own store with \`job="chainpulse"\`. A label whose
values are listed has all of them from the start, counters at 0; of one with \`≤ N\` at most N values are told apart, and the rest is added up
under \`other\`. An info is always 1, and a gauge in the text format. A value that cannot be read on a system is
absent, and so is \`chainpulse_remote_…\` with \`storage.engine: embedded\`.

<!-- Generated from the registry of the monitor and its table: UPDATE_DOCS=1 node scripts/test.ts test/reference -->

| metric | type | unit | labels | |
|---|---|---|---|---|
`;

const ROWS: ReadonlyMap<string, MetricDefinition> = new Map(
  [...Object.values(MONITOR_TABLE), METRIC_TABLE.runtime]
    .flatMap((rows) => Object.values<MetricDefinition>(rows))
    .map((row) => [row.name, row]),
);

/** A store that sends its samples on shows what others do not. */
const SENDING_STORE: StoreStats = {
  activeSeries: 0,
  totalSeries: 0,
  headSamples: 0,
  sizeBytes: { head: 0, blocks: 0, index: 0 },
  oldestTimeMs: undefined,
  newestTimeMs: undefined,
  chunks: 0,
  quarantinedChunks: 0,
  tombstones: 0,
  sending: {
    queueSamples: 0,
    queueBytes: 0,
    oldestWaitMs: undefined,
    shards: 0,
    sentSamplesTotal: 0,
    retriedSamplesTotal: 0,
    droppedSamplesTotal: { refused: 0, unsupported: 0, age: 0, size: 0, damaged: 0 },
    requestsTotal: { sent: 0, failed: 0, refused: 0 },
    requestSecondsTotal: 0,
    lastSuccessMs: undefined,
    lastError: undefined,
    isFailing: false,
    isOnlyStore: true,
    queueMaxAgeMs: 0,
    queueMaxBytes: 0,
  },
  errorsTotal: { append: 0, read: 0, seal: 0, delete: 0, checkpoint: 0, merge: 0, cool: 0 },
};

interface Described {
  readonly family: FamilyDescription;
  /** Undefined while it has no series. */
  labelNames: readonly string[] | undefined;
}

function describeMetrics(): readonly Described[] {
  const metrics = new MonitorMetrics({
    version: '0.0.0',
    targets: () => [],
    droppedSubscribers: () => 0,
    clockAheadMs: () => 0,
  });
  metrics.storeRead(SENDING_STORE);
  const stop = registerProcessMetrics(metrics.registry);
  const described: Described[] = [];
  metrics.registry.visit({
    family: (family) => described.push({ family, labelNames: undefined }),
    sample: (_, labels) => {
      described.at(-1)!.labelNames = labels.map(({ name }) => name).filter((name) => name !== 'le');
    },
  });
  stop();
  return described;
}

function rowOf({ family: { name }, labelNames }: Described): MetricDefinition {
  const row = ROWS.get(name);
  assert.ok(row, `${name} is in no table`);
  if (labelNames !== undefined) assert.deepEqual(labelNames, Object.keys(row.labels ?? {}).sort(), name);
  return row;
}

/** As it is shown, but for the labels: they are the row's, since what has no series yet shows none. */
function line(described: Described): string {
  const { name, type, unit, help } = described.family;
  const labels = Object.entries(rowOf(described).labels ?? {}).map(([label, values]) => {
    return 'limit' in values ? `\`${label}\` ≤ ${values.limit}` : `\`${label}\`: ${values.join(', ')}`;
  });
  return `| \`${name}\` | ${type} | ${unit} | ${labels.join('; ')} | ${help} |`;
}

test('the reference page lists every metric of the monitor', () => {
  const lines = describeMetrics().map(line);
  assert.ok(lines.length > 30, `${lines.length} metrics`);
  assertPageIsCurrent('monitor-metrics.md', `${HEAD}${lines.join('\n')}\n`);
});
