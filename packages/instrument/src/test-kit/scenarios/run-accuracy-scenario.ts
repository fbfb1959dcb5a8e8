// A known workload, and a comparison of everything that it touched with what the metrics show afterwards.

import type { DomainSetName } from '../../domains/table/index.ts';
import { Random } from '../simulation/random.ts';
import { simulateConsensusLoad } from '../simulation/simulate-consensus-load.ts';
import { simulateNetworkConditions } from '../simulation/simulate-network-conditions.ts';
import type { SimulationTarget } from '../simulation/witness.ts';
import { createTestMetrics, type TestMetrics } from '../test-metrics.ts';
import { checkAgainstTruth } from './report.ts';

/** What is recorded: in the domain sets through `test.node`, or in own instruments and, beside it, in `test.truth`. */
export type Workload = (test: TestMetrics) => void;

export interface AccuracyScenario {
  /** Default {@link defaultWorkload}. */
  readonly workload?: Workload;
  /** The sets to make; all by default. */
  readonly sets?: readonly DomainSetName[];
}

export interface AccuracyReport {
  /** Series that were compared; a histogram is one. */
  readonly checkedSeries: number;
  readonly test: TestMetrics;
}

/**
 * Runs a workload on new metrics and fails unless every counter, gauge, count and bucket is exact, every sum within 1e-9, every
 * quantile of an exponential histogram within its bucket, and nothing else has moved.
 * @throws {MetricsAssertionError}
 */
export function runAccuracyScenario({ workload = defaultWorkload, sets }: AccuracyScenario = {}): AccuracyReport {
  const test = createTestMetrics(sets === undefined ? {} : { sets });
  workload(test);
  const checkedSeries = checkAgainstTruth('Metrics are not what the workload recorded', test);
  return { checkedSeries, test };
}

/** Two minutes of consensus with faults, one of a network with churn and a partition, and own instruments of each type. */
export function defaultWorkload(test: TestMetrics): void {
  simulateConsensusLoad(test, {
    durationSeconds: 120,
    blocksPerSecond: 2,
    validatorCount: 7,
    transactionsPerBlock: 20,
    viewChangeRate: 0.1,
    byzantineRate: 0.05,
    seed: 7,
  });
  simulateNetworkConditions(test, {
    durationSeconds: 60,
    peerCount: 60,
    lossRatio: 0.02,
    churnRatio: 0.02,
    partitions: [{ startSeconds: 20, durationSeconds: 15, affectedRatio: 0.4 }],
    seed: 8,
  });
  observeLatencies(test);
}

const LATENCY = { name: 'test_kit_latency_seconds', help: 'Made up.', unit: 'seconds' } as const;

function observeLatencies({ registry, truth }: Pick<SimulationTarget, 'truth'> & Pick<TestMetrics, 'registry'>): void {
  const latency = registry.exponentialHistogram(LATENCY);
  const random = new Random(9);
  for (let i = 0; i < 5000; i++) {
    const seconds = 0.05 * Math.exp(random.normal(0, 1));
    latency.observe(seconds);
    truth.observe({ ...LATENCY, type: 'exponential' }, {}, seconds);
  }
}
