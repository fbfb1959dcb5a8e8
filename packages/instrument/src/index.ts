// The public surface of @chainpulse/instrument.

export type { Counter, LabelledCounter } from './counter.ts';
export type { DropReason } from './drops.ts';
export { InstrumentError, type InstrumentErrorCode } from './errors.ts';
export { renderText, renderTextBytes, TEXT_CONTENT_TYPE } from './exposition/text.ts';
export type { FamilyDescription } from './family.ts';
export type { Gauge, LabelledGauge } from './gauge.ts';
export type { Histogram, LabelledHistogram } from './histogram.ts';
export type { Info } from './info.ts';
export { type Bounded, bounded, type Label, type LabelSchema, type LabelValues } from './labels.ts';
export type { InstrumentType } from './names.ts';
export {
  type BucketOptions,
  type InstrumentOptions,
  type LabelledOptions,
  Registry,
  type RegistryOptions,
  type RegistryVisitor,
} from './registry.ts';
