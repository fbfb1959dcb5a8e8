// What is recorded by name, as the seeds' collectors have it. There are two: one that records and one that does nothing, and a
// collector that is switched off holds the latter.

import type { CollectorLabels } from './instrument-port.ts';

export interface IncrementOptions {
  /** 1 by default. */
  readonly by?: number;
  readonly labels?: CollectorLabels;
}

export interface TimeOptions {
  /** A label that tells how it ended: `ok` or `error`. */
  readonly outcomeLabel?: string;
}

/** A value for `recordAll`: what its metric's kind does with it, and for which series. */
export interface LabelledValue {
  readonly value: number | string;
  readonly labels?: CollectorLabels;
}

export type RecordedValue = number | string | LabelledValue | readonly LabelledValue[] | undefined;

/** A metric that comes with its record; see `MetricsCollector.record`. */
export interface CustomMetric {
  readonly name: string;
  /** Needed with the first record of a name that was not defined. */
  readonly type?: 'counter' | 'gauge' | 'histogram';
  readonly value: number;
  readonly labels?: CollectorLabels;
  readonly help?: string;
  readonly unit?: string;
  /** Of histograms; without them the buckets scale themselves. */
  readonly buckets?: readonly number[];
}

export interface Recorder {
  increment(name: string, options: IncrementOptions | undefined): void;
  set(name: string, value: number | string, labels: CollectorLabels | undefined): void;
  add(name: string, amount: number, labels: CollectorLabels | undefined): void;
  observe(name: string, value: number, labels: CollectorLabels | undefined): void;
  time<T>(name: string, labels: CollectorLabels | undefined, operation: () => T, options: TimeOptions | undefined): T;
  startTimer(name: string, labels: CollectorLabels | undefined): (labels?: CollectorLabels) => void;
  record(metric: CustomMetric): void;
  recordAll(values: Readonly<Record<string, RecordedValue>>, labels: CollectorLabels | undefined): void;
}

const NOTHING = (): void => {};

export const SILENT_RECORDER: Recorder = {
  increment: NOTHING,
  set: NOTHING,
  add: NOTHING,
  observe: NOTHING,
  time: (_name, _labels, operation) => operation(),
  startTimer: () => NOTHING,
  record: NOTHING,
  recordAll: NOTHING,
};
