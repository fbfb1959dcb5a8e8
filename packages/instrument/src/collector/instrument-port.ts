// The instruments as a collector sees them: of some kind, with or without labels, all taking labels first.

import type { Counter, LabelledCounter } from '../counter.ts';
import type { Gauge, LabelledGauge } from '../gauge.ts';
import type { Info } from '../info.ts';
import type { Bounded } from '../labels.ts';
import type { Histogram, LabelledHistogram } from '../observing-family.ts';
import { type LabelledStateSet, type StateSet, UnlabelledStateSet } from '../state-set.ts';

/** Names and values of labels; what an instrument does not take is dropped and counted by it. */
export type CollectorLabels = Readonly<Record<string, string>>;

type Labels = CollectorLabels | undefined;
type AnySchema = Readonly<Record<string, Bounded>>;

interface CounterPort {
  readonly kind: 'counter';
  readonly isLabelled: boolean;
  handle(labels: Labels): Counter;
  inc(labels: Labels, amount: number): void;
}

interface GaugePort {
  readonly kind: 'gauge';
  readonly isLabelled: boolean;
  handle(labels: Labels): Gauge;
  set(labels: Labels, value: number): void;
  inc(labels: Labels, amount: number): void;
}

interface HistogramPort {
  readonly kind: 'histogram';
  readonly isLabelled: boolean;
  handle(labels: Labels): Histogram;
  observe(labels: Labels, value: number): void;
}

interface InfoPort {
  readonly kind: 'info';
  readonly isLabelled: true;
  set(labels: Labels): void;
}

interface StateSetPort {
  readonly kind: 'stateset';
  readonly isLabelled: boolean;
  set(labels: Labels, state: string): void;
}

export type InstrumentPort = CounterPort | GaugePort | HistogramPort | InfoPort | StateSetPort;

/** Undefined for what is no instrument. */
export function portOf(instrument: object): InstrumentPort | undefined {
  if ('mirrorTotal' in instrument) return counterPort(instrument as Counter | LabelledCounter<AnySchema>);
  if ('observe' in instrument) return histogramPort(instrument as Histogram | LabelledHistogram<AnySchema>);
  if ('setActive' in instrument) return stateSetPort(instrument as LabelledStateSet<AnySchema, string>);
  if ('dec' in instrument) return gaugePort(instrument as Gauge | LabelledGauge<AnySchema>);
  if (!('set' in instrument)) return undefined;
  const info = instrument as Info<AnySchema>;
  return { kind: 'info', isLabelled: true, set: (labels) => info.set(labels as CollectorLabels) };
}

// An instrument with labels counts labels that are missing itself.

function counterPort(counter: Counter | LabelledCounter<AnySchema>): CounterPort {
  if (!('handle' in counter)) {
    return { kind: 'counter', isLabelled: false, handle: () => counter, inc: (_labels, amount) => counter.inc(amount) };
  }
  return {
    kind: 'counter',
    isLabelled: true,
    handle: (labels) => counter.handle(labels as CollectorLabels),
    inc: (labels, amount) => counter.inc(labels as CollectorLabels, amount),
  };
}

function gaugePort(gauge: Gauge | LabelledGauge<AnySchema>): GaugePort {
  if (!('handle' in gauge)) {
    return {
      kind: 'gauge',
      isLabelled: false,
      handle: () => gauge,
      set: (_labels, value) => gauge.set(value),
      inc: (_labels, amount) => gauge.inc(amount),
    };
  }
  return {
    kind: 'gauge',
    isLabelled: true,
    handle: (labels) => gauge.handle(labels as CollectorLabels),
    set: (labels, value) => gauge.set(labels as CollectorLabels, value),
    inc: (labels, amount) => gauge.inc(labels as CollectorLabels, amount),
  };
}

function histogramPort(histogram: Histogram | LabelledHistogram<AnySchema>): HistogramPort {
  if (!('handle' in histogram)) {
    return {
      kind: 'histogram',
      isLabelled: false,
      handle: () => histogram,
      observe: (_labels, value) => histogram.observe(value),
    };
  }
  return {
    kind: 'histogram',
    isLabelled: true,
    handle: (labels) => histogram.handle(labels as CollectorLabels),
    observe: (labels, value) => histogram.observe(labels as CollectorLabels, value),
  };
}

function stateSetPort(set: StateSet<string> | LabelledStateSet<AnySchema, string>): StateSetPort {
  if (set instanceof UnlabelledStateSet) {
    return { kind: 'stateset', isLabelled: false, set: (_labels, state) => set.set(state) };
  }
  const labelled = set as LabelledStateSet<AnySchema, string>;
  return {
    kind: 'stateset',
    isLabelled: true,
    set: (labels, state) => labelled.set(labels as CollectorLabels, state),
  };
}
