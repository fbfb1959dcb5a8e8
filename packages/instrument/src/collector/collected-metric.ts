// One metric of a collector: how each kind of record becomes one of its instrument, with sampling, batching and the memory
// cap between. Everything here counts instead of throwing.

import type { CollectorDropReason } from './collector-drops.ts';
import type { CollectorLabels, InstrumentPort } from './instrument-port.ts';
import type { MemoryCap } from './memory-cap.ts';
import type { BatchTarget, RecordBatch } from './record-batch.ts';
import type { Gate } from './sections.ts';
import type { StrideSampler } from './stride-sampler.ts';

type Labels = CollectorLabels | undefined;

/** What the metrics of a collector share. */
export interface CollectorContext {
  readonly batch: RecordBatch | undefined;
  readonly cap: MemoryCap | undefined;
  readonly monotonicMs: () => number;
  readonly drop: (reason: CollectorDropReason) => void;
}

/** From here on, doubles skip whole numbers. */
const MAX_AMOUNT = 2 ** 53;
const MILLISECONDS_A_SECOND = 1000;

interface MetricParts {
  readonly name: string;
  readonly port: InstrumentPort;
  readonly gate: Gate;
  readonly labelNames: readonly string[] | undefined;
}

export class CollectedMetric implements BatchTarget {
  readonly name: string;
  readonly port: InstrumentPort;
  readonly gate: Gate;
  readonly context: CollectorContext;
  /** Undefined of an instrument that another registry made. */
  readonly #labelNames: readonly string[] | undefined;
  readonly #sampler: StrideSampler | undefined;
  /** Of records that may wait: those with labels, of which none is skipped. */
  readonly #batch: RecordBatch | undefined;

  constructor(
    { name, port, gate, labelNames }: MetricParts,
    sampler: StrideSampler | undefined,
    context: CollectorContext,
  ) {
    this.name = name;
    this.port = port;
    this.gate = gate;
    this.#labelNames = labelNames;
    this.context = context;
    this.#sampler = sampler;
    this.#batch = port.isLabelled && sampler === undefined ? context.batch : undefined;
  }

  /** Of labels that are meant for many metrics, those that this one has. */
  ownOf(labels: Labels): Labels {
    const names = this.#labelNames;
    if (labels === undefined || names === undefined) return labels;
    return Object.fromEntries(Object.entries(labels).filter(([name]) => names.includes(name)));
  }

  /** Of counters, and of gauges where it adds. */
  add(labels: Labels, amount: number): void {
    if (this.port.kind === 'counter') this.#count(labels, amount);
    else if (this.port.kind !== 'gauge') this.context.drop('wrong_type');
    else if (this.#admits(labels)) this.port.inc(labels, amount);
  }

  /** Of gauges a number, of state sets the state, of infos 1. */
  set(labels: Labels, value: number | string): void {
    const { port } = this;
    if (port.kind === 'gauge' && typeof value === 'number') {
      if (this.#admits(labels)) port.set(labels, value);
    } else if (port.kind === 'stateset' && typeof value === 'string') {
      if (this.#admits(labels)) port.set(labels, value);
    } else if (port.kind === 'info' && value === 1) {
      if (this.#admits(labels)) port.set(labels);
    } else {
      this.context.drop('wrong_type');
    }
  }

  observe(labels: Labels, value: number): void {
    if (this.port.kind !== 'histogram') {
      this.context.drop('wrong_type');
      return;
    }
    // What the instrument will not take is no event.
    const weight = Number.isFinite(value) ? this.sample() : 1;
    this.observeTimes(labels, value, weight);
  }

  /** What its kind does with a value: counters add it, gauges and state sets show it, histograms count it. */
  record(labels: Labels, value: number | string): void {
    if (typeof value === 'string') this.set(labels, value);
    else if (this.port.kind === 'counter') this.#count(labels, value);
    else if (this.port.kind === 'histogram') this.observe(labels, value);
    else this.set(labels, value);
  }

  /** For how many events the next one counts; 0 when it is not to be recorded. */
  sample(): number {
    return this.#sampler === undefined ? 1 : this.#sampler.take();
  }

  /** How long something took that began then. It counts for `weight` events, unless the metric was switched off meanwhile. */
  observeSince(labels: Labels, startMs: number, weight: number): void {
    if (!this.gate.isOn) return;
    this.observeTimes(labels, (this.context.monotonicMs() - startMs) / MILLISECONDS_A_SECOND, weight);
  }

  observeTimes(labels: Labels, value: number, weight: number): void {
    const { port } = this;
    if (port.kind !== 'histogram') {
      this.context.drop('wrong_type');
    } else if (weight > 1) {
      if (this.#admits(labels)) port.handle(labels).observeMany(value, weight);
    } else if (weight === 1) {
      if (this.#batch !== undefined && labels !== undefined && Number.isFinite(value)) {
        this.#batch.push(this, labels, value);
      } else if (this.#admits(labels)) {
        port.observe(labels, value);
      }
    }
  }

  apply(labels: CollectorLabels, value: number): void {
    try {
      if (!this.#admits(labels)) return;
      if (this.port.kind === 'counter') this.port.inc(labels, value);
      else if (this.port.kind === 'histogram') this.port.observe(labels, value);
    } catch {
      this.context.drop('internal');
    }
  }

  #count(labels: Labels, amount: number): void {
    if (this.port.kind !== 'counter') return;
    if (!(typeof amount === 'number' && amount >= 0 && amount <= MAX_AMOUNT)) {
      // No event, and the instrument's to count.
      this.port.inc(labels, amount);
    } else if (this.#batch !== undefined && labels !== undefined) {
      this.#batch.push(this, labels, amount);
    } else {
      const weight = this.sample();
      if (weight > 0 && this.#admits(labels)) this.port.inc(labels, Math.min(amount * weight, MAX_AMOUNT));
    }
  }

  #admits(labels: Labels): boolean {
    const { cap } = this.context;
    if (cap === undefined || !this.port.isLabelled || cap.admits(this.name, labels)) return true;
    this.context.drop('memory_limit');
    return false;
  }
}
