// A network far larger than the labels have room for: proves that the number of series stays within every limit, and that no
// record is lost from a total, wherever the limits led it (`other` of a label, `overflow` of a registry).

import type { MetricDefinition } from '../../domains/metric-definition.ts';
import { NETWORK_METRICS } from '../../domains/table/network.ts';
import { PEERS_METRICS } from '../../domains/table/peers.ts';
import { bounded, type LabelSchema } from '../../labels.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { seriesIn } from '../assert-bounded-series.ts';
import { familyOf, totalIn } from '../metrics-probe.ts';
import { simulateNetworkConditions } from '../simulation/simulate-network-conditions.ts';
import { createTestMetrics, type TestMetrics } from '../test-metrics.ts';
import { checkAgainstTruth } from './report.ts';

export interface ScaleScenario {
  /** Default 10,000. */
  readonly peerCount?: number;
  /** Of the registry; default 10,000. The sets network and peers need about 800. */
  readonly maxSeries?: number;
  /** Simulated; default 2. */
  readonly durationSeconds?: number;
  /** Share of the peers replaced each second; default 0.05. */
  readonly churnRatio?: number;
  /** Default 1. */
  readonly seed?: number;
}

export interface ScaleReport {
  /** Series on the page at the end, `overflow` included. */
  readonly seriesCount: number;
  readonly maxSeries: number;
  /** Records that a limit led to `other` or `overflow`. */
  readonly limitedRecords: number;
  readonly checkedSeries: number;
  readonly test: TestMetrics<'network' | 'peers'>;
}

const OWN_METRIC = {
  name: 'test_kit_peer_messages_total',
  help: 'Made up.',
  labels: { peer: bounded(10_000) },
} as const;

/**
 * Connects the peers, lets them talk, leave and be replaced, and counts a message of every one by its name in a counter that
 * has room for all of them where the registry has not.
 * @throws {MetricsAssertionError} when a limit is exceeded or a total is not exact
 */
export function runScaleScenario({
  peerCount = 10_000,
  maxSeries = 10_000,
  durationSeconds = 2,
  churnRatio = 0.05,
  seed = 1,
}: ScaleScenario = {}): ScaleReport {
  const test = createTestMetrics({ sets: ['network', 'peers'], maxSeries });
  simulateNetworkConditions(test, {
    durationSeconds,
    peerCount,
    churnRatio,
    messagesPerSecond: 1,
    versionCount: 200,
    countryCount: 150,
    seed,
  });
  countByPeer(test, peerCount);
  const snapshot = test.snapshot();
  const checkedSeries = checkAgainstTruth('The metrics of a large network are wrong', test, [
    ...limitFailures(test, snapshot, maxSeries),
    ...ownTotalFailures(snapshot, peerCount),
  ]);
  const limitedRecords = [...test.registry.limitedRecords().values()].reduce((sum, count) => sum + count, 0);
  return { seriesCount: seriesIn(snapshot), maxSeries, limitedRecords, checkedSeries, test };
}

function countByPeer({ registry }: Pick<TestMetrics, 'registry'>, peerCount: number): void {
  const messages = registry.counter(OWN_METRIC);
  for (let i = 0; i < peerCount; i++) messages.inc({ peer: `peer-${i}` }, 1 + (i % 3));
}

function ownTotalFailures(snapshot: Snapshot, peerCount: number): string[] {
  const expected = Array.from({ length: peerCount }, (_, i) => 1 + (i % 3)).reduce((sum, amount) => sum + amount, 0);
  const actual = totalIn(snapshot, OWN_METRIC.name, {}) ?? 0;
  return actual === expected ? [] : [`${OWN_METRIC.name}: all series together are ${actual}, expected ${expected}`];
}

function limitFailures({ registry }: Pick<TestMetrics, 'registry'>, snapshot: Snapshot, maxSeries: number): string[] {
  const rows = [NETWORK_METRICS, PEERS_METRICS].flatMap((table) => Object.values<MetricDefinition>(table));
  const failures = [OWN_METRIC, ...rows].flatMap(({ name, labels = {} }) => {
    const seriesCount = familyOf(snapshot, name)?.points.length ?? 0;
    const limit = combinationsOf(labels);
    return seriesCount <= limit ? [] : [`${name} has ${seriesCount} series, and room for ${limit}`];
  });
  if (registry.seriesCount() <= maxSeries) return failures;
  return [...failures, `the registry holds ${registry.seriesCount()} series, of at most ${maxSeries}`];
}

/** With `other` of every bounded label, and `overflow` where there is one. */
function combinationsOf(labels: LabelSchema): number {
  const sizes = Object.values(labels).map((values) => ('limit' in values ? values.limit + 1 : values.length));
  const isOpen = Object.values(labels).some((values) => 'limit' in values);
  return sizes.reduce((product, size) => product * size, 1) + (isOpen ? 1 : 0);
}
