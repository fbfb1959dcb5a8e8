// Recording by name, with batches, samples and sections that are switched on and off.

export type { CollectorClock } from './collector-clock.ts';
export type { CollectorDropReason } from './collector-drops.ts';
export type { CollectorHandle } from './collector-handle.ts';
export type { CollectorMetric, MetricsCollectorOptions } from './collector-options.ts';
export type { CollectorLabels } from './instrument-port.ts';
export { type Flushable, MetricsCollector } from './metrics-collector.ts';
export type { CustomMetric, IncrementOptions, LabelledValue, RecordedValue, TimeOptions } from './recorder.ts';
export type { CollectorSection } from './sections.ts';
