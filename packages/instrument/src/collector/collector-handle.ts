// Handles of a collector: the registry's own, found once, behind the gate of their metric, so that switching reaches whoever
// holds one. They are neither sampled nor batched: a record costs less than either would save.

import type { Counter } from '../counter.ts';
import type { Gauge } from '../gauge.ts';
import type { Histogram } from '../observing-family.ts';
import type { CollectedMetric } from './collected-metric.ts';
import type { CollectorDropReason } from './collector-drops.ts';
import type { CollectorLabels } from './instrument-port.ts';
import type { Gate } from './sections.ts';

/** One series of a metric. What its kind does not take is dropped and counted as `wrong_type`. */
export interface CollectorHandle {
  /** Of counters and gauges; 1 by default. */
  increment(by?: number): void;
  /** Of counters and gauges. */
  add(amount: number): void;
  /** Of gauges. */
  set(value: number): void;
  /** Of histograms. */
  observe(value: number): void;
  /** Of histograms: observes the seconds until the answered function is called for the first time. */
  startTimer(): () => void;
}

type Drop = (reason: CollectorDropReason) => void;

const NOTHING = (): void => {};

/** Counts everything for one reason. */
class RefusingHandle implements CollectorHandle {
  readonly #drop: Drop;
  readonly #reason: CollectorDropReason;

  constructor(drop: Drop, reason: CollectorDropReason) {
    this.#drop = drop;
    this.#reason = reason;
  }

  increment(_by?: number): void {
    this.#drop(this.#reason);
  }

  add(_amount: number): void {
    this.#drop(this.#reason);
  }

  set(_value: number): void {
    this.#drop(this.#reason);
  }

  observe(_value: number): void {
    this.#drop(this.#reason);
  }

  startTimer(): () => void {
    this.#drop(this.#reason);
    return NOTHING;
  }
}

class CounterHandle extends RefusingHandle {
  readonly #gate: Gate;
  readonly #counter: Counter;

  constructor(metric: CollectedMetric, counter: Counter) {
    super(metric.context.drop, 'wrong_type');
    this.#gate = metric.gate;
    this.#counter = counter;
  }

  override increment(by = 1): void {
    if (this.#gate.isOn) this.#counter.inc(by);
  }

  override add(amount: number): void {
    if (this.#gate.isOn) this.#counter.inc(amount);
  }
}

class GaugeHandle extends RefusingHandle {
  readonly #gate: Gate;
  readonly #gauge: Gauge;

  constructor(metric: CollectedMetric, gauge: Gauge) {
    super(metric.context.drop, 'wrong_type');
    this.#gate = metric.gate;
    this.#gauge = gauge;
  }

  override increment(by = 1): void {
    if (this.#gate.isOn) this.#gauge.inc(by);
  }

  override add(amount: number): void {
    if (this.#gate.isOn) this.#gauge.inc(amount);
  }

  override set(value: number): void {
    if (this.#gate.isOn) this.#gauge.set(value);
  }
}

class HistogramHandle extends RefusingHandle {
  readonly #gate: Gate;
  readonly #histogram: Histogram;
  readonly #monotonicMs: () => number;

  constructor(metric: CollectedMetric, histogram: Histogram) {
    super(metric.context.drop, 'wrong_type');
    this.#gate = metric.gate;
    this.#histogram = histogram;
    this.#monotonicMs = metric.context.monotonicMs;
  }

  override observe(value: number): void {
    if (this.#gate.isOn) this.#histogram.observe(value);
  }

  override startTimer(): () => void {
    if (!this.#gate.isOn) return NOTHING;
    const startMs = this.#monotonicMs();
    let isRunning = true;
    return () => {
      if (isRunning) this.observe((this.#monotonicMs() - startMs) / 1000);
      isRunning = false;
    };
  }
}

/** Of an unknown metric, and of a series that the memory cap refuses, one that counts what it is given. */
export function collectorHandle(
  metric: CollectedMetric | undefined,
  labels: CollectorLabels | undefined,
  { drop, isFull }: { readonly drop: Drop; readonly isFull: (metric: CollectedMetric) => boolean },
): CollectorHandle {
  if (metric === undefined) return new RefusingHandle(drop, 'unknown_name');
  if (isFull(metric)) return new RefusingHandle(drop, 'memory_limit');
  const { port } = metric;
  switch (port.kind) {
    case 'counter':
      return new CounterHandle(metric, port.handle(labels));
    case 'gauge':
      return new GaugeHandle(metric, port.handle(labels));
    case 'histogram':
      return new HistogramHandle(metric, port.handle(labels));
    case 'info':
    case 'stateset':
      return new RefusingHandle(drop, 'wrong_type');
  }
}
