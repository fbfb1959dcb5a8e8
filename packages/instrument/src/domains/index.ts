// The metrics of a node: the table of them, the domain sets made from it, and what one adds one's own metrics with.

export type * from './actors.ts';
export type * from './api.ts';
export type * from './blocks.ts';
export type * from './consensus.ts';
export type * from './contracts.ts';
export type * from './inference.ts';
export type { LeakIndicator, MemoryReading } from './leak-detector.ts';
export type * from './mempool.ts';
export {
  type InstrumentOf,
  type InstrumentsOf,
  type MetricDefinition,
  type MetricDefinitions,
  makeInstruments,
  metric,
  PROFILE_NAMES,
  type ProfileName,
} from './metric-definition.ts';
export type * from './migration.ts';
export type * from './network.ts';
export {
  createNodeMetrics,
  DOMAIN_SET_NAMES,
  type DomainSets,
  type NodeEventMap,
  type NodeMetrics,
  type NodeMetricsOptions,
} from './node-metrics.ts';
export type * from './peers.ts';
export type * from './performance.ts';
export type * from './protocol.ts';
export type * from './quantum.ts';
export type * from './resources.ts';
export type * from './runtime.ts';
export type * from './state.ts';
export type * from './storage.ts';
export type * from './sync.ts';
export { type DomainSetName, METRIC_TABLE } from './table/index.ts';
export type * from './transactions.ts';
export type * from './validators.ts';
