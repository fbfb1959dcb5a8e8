// The public surface of @chainpulse/instrument that runs in any JavaScript runtime.

export * from './collector/index.ts';
export type { Counter, LabelledCounter } from './counter.ts';
export * from './domains/index.ts';
export { InstrumentError, type InstrumentErrorCode } from './errors.ts';
export { EventHub, type EventListener, type EventMap, type PublishedEvent } from './events.ts';
export type { ExemplarLabels } from './exemplar.ts';
export * from './exposition/index.ts';
export type { Gauge, LabelledGauge } from './gauge.ts';
export type { Info } from './info.ts';
export { type Bounded, bounded, type Label, type LabelSchema, type LabelValues } from './labels.ts';
export type { LintFinding, LintRule } from './lint.ts';
export type { InstrumentType } from './names.ts';
export type { Histogram, LabelledHistogram } from './observing-family.ts';
export { exposeOwnMetrics } from './own-metrics.ts';
export * from './profiles/index.ts';
export { Registry, type RegistryVisitor } from './registry.ts';
export type {
  BucketOptions,
  ExponentialOptions,
  GaugeOptions,
  InfoOptions,
  InstrumentOptions,
  LabelledOptions,
  RegistryOptions,
} from './registry-options.ts';
export type { DropReason } from './series/drops.ts';
export type { RegistryMemory } from './series/registry-memory.ts';
export type { MetricReader } from './snapshot/collection.ts';
export type { FamilyDescription } from './snapshot/family.ts';
export type * from './snapshot/snapshot.ts';
export type { LabelledStateSet, StateSet } from './state-set.ts';
