// The test kit: `@chainpulse/instrument/testing`. Guide: docs/guide/test-your-metrics.md.

export { assertAccurate, type Deviation, deviationsOf } from './accuracy.ts';
export { assertBoundedSeries } from './assert-bounded-series.ts';
export { assertEveryMetricRecorded, type EveryMetricOptions } from './assert-every-metric-recorded.ts';
export { assertMetricsRecorded, type ExpectedMetric } from './assert-metrics-recorded.ts';
export type { EventLog, NodeEvent } from './event-log.ts';
export type { ExpositionSample } from './exposition/exposition-sample.ts';
export {
  assertExposes,
  assertValidExposition,
  type Exposition,
  parseExposition,
} from './exposition/parse-exposition.ts';
export type { ExpositionFamily, ExpositionType } from './exposition/read-exposition.ts';
export { MetricsAssertionError } from './failures.ts';
export {
  type ExpectedObservations,
  type ExpectedSeries,
  type ExpectedTotal,
  GroundTruth,
  type TruthDefinition,
} from './ground-truth.ts';
export { ManualClock } from './manual-clock.ts';
export { measureOverhead, type Operation, type Overhead, type OverheadOptions } from './measure-overhead.ts';
export { MetricsProbe, type SnapshotHolder } from './metrics-probe.ts';
export { exponentialQuantile, type ObservedHistogram, type QuantileRange } from './observed-histogram.ts';
export {
  type AccuracyReport,
  type AccuracyScenario,
  defaultWorkload,
  runAccuracyScenario,
  type Workload,
} from './scenarios/run-accuracy-scenario.ts';
export { runScaleScenario, type ScaleReport, type ScaleScenario } from './scenarios/run-scale-scenario.ts';
export {
  runThroughputScenario,
  type ThroughputReport,
  type ThroughputScenario,
} from './scenarios/run-throughput-scenario.ts';
export type { SeriesLabels } from './series-text.ts';
export type { LatencyDistribution } from './simulation/latency-distribution.ts';
export { Random } from './simulation/random.ts';
export { type ConsensusLoad, simulateConsensusLoad } from './simulation/simulate-consensus-load.ts';
export {
  type NetworkConditions,
  type Partition,
  simulateNetworkConditions,
} from './simulation/simulate-network-conditions.ts';
export {
  type SimulationTarget,
  type WitnessedNode,
  type WitnessedSetName,
  type WitnessOptions,
  witness,
} from './simulation/witness.ts';
export { createTestMetrics, TestMetrics, type TestMetricsOptions } from './test-metrics.ts';
