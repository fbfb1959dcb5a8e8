// Records by the names of metrics, for code that shares no instruments: what it records can be batched, sampled, limited in
// memory, and switched off as a whole or by sections while the node runs. Where a nanosecond counts, take a handle.

import { checkRegistry } from '../check-registry.ts';
import { InstrumentError } from '../errors.ts';
import { bounded, type LabelSchema } from '../labels.ts';
import type { Registry } from '../registry.ts';
import { CollectedMetric, type CollectorContext } from './collected-metric.ts';
import { type CollectorDropReason, CollectorDrops } from './collector-drops.ts';
import { type CollectorHandle, collectorHandle } from './collector-handle.ts';
import {
  type CheckedCollectorOptions,
  type CollectorMetric,
  checkedCollectorOptions,
  type MetricsCollectorOptions,
} from './collector-options.ts';
import { type CollectorLabels, portOf } from './instrument-port.ts';
import { LiveRecorder } from './live-recorder.ts';
import { ESTIMATED_BYTES_PER_SERIES, MemoryCap } from './memory-cap.ts';
import { RecordBatch } from './record-batch.ts';
import {
  type CustomMetric,
  type IncrementOptions,
  type RecordedValue,
  type Recorder,
  SILENT_RECORDER,
  type TimeOptions,
} from './recorder.ts';
import { type CollectorSection, Sections } from './sections.ts';
import { StrideSampler } from './stride-sampler.ts';

/** What `flush` waits for: a push, or anything alike. */
export interface Flushable {
  flush(): Promise<unknown>;
}

/** Values that a label of a custom metric may have. */
const CUSTOM_LABEL_VALUES = 64;
const MAX_CUSTOM_METRICS = 256;
const MAX_PUSHES = 16;

/**
 * ```ts
 * const collector = new MetricsCollector({ registry, sections: { network: ['chain_network_'] } });
 * collector.define({ type: 'histogram', name: 'chain_apply_seconds', help: 'Applying a block.', buckets: [0.01, 0.1, 1] });
 * const block = await collector.time('chain_apply_seconds', undefined, () => applyBlock());
 * collector.section('network').disable();
 * ```
 */
export class MetricsCollector {
  readonly #options: CheckedCollectorOptions;
  readonly #metrics = new Map<string, CollectedMetric>();
  readonly #drops: CollectorDrops;
  readonly #sections: Sections;
  readonly #context: CollectorContext;
  readonly #live: LiveRecorder;
  readonly #pushes = new Set<Flushable>();
  readonly #endCollect: () => void;
  #recorder: Recorder;
  #customCount = 0;

  /** @throws {InstrumentError} `option_invalid`; `series_limit` when the registry has no room for the count of what is dropped */
  constructor(options: MetricsCollectorOptions) {
    checkRegistry(options?.registry, 'MetricsCollector');
    const checked = checkedCollectorOptions(options, ESTIMATED_BYTES_PER_SERIES);
    const { registry, enabled, batch, maxMemoryBytes, clock } = checked;
    this.#options = checked;
    this.#sections = new Sections(checked.sections, { isOn: enabled, beforeSwitch: () => this.#applyWaiting() });
    const drops = new CollectorDrops(registry);
    this.#drops = drops;
    this.#context = {
      batch: batch === undefined ? undefined : new RecordBatch(batch, clock),
      cap: maxMemoryBytes === undefined ? undefined : new MemoryCap(registry, maxMemoryBytes),
      monotonicMs: () => clock.monotonicMs(),
      drop: (reason) => drops.count(reason),
    };
    this.#live = new LiveRecorder(this.#metrics, this.#context, (metric) => this.#defineCustom(metric));
    this.#recorder = enabled ? this.#live : SILENT_RECORDER;
    this.#endCollect = registry.onCollect(() => this.#applyWaiting());
  }

  get isEnabled(): boolean {
    return this.#sections.isOn;
  }

  /** Records from now on, sections that are switched off aside. */
  enable(): void {
    this.#sections.switchAll(true);
    this.#recorder = this.#live;
  }

  /** From now on records are forgotten, those of handles included. What was recorded before is kept. */
  disable(): void {
    this.#sections.switchAll(false);
    this.#recorder = SILENT_RECORDER;
  }

  /** @throws {InstrumentError} `option_invalid` for one that the options do not name */
  section(name: string): CollectorSection {
    return this.#sections.section(name);
  }

  /**
   * Makes a metric in the registry and records it by its name.
   * @throws {InstrumentError} as the registry does; `series_limit` when `maxMemoryBytes` is used up
   */
  define(metric: CollectorMetric): void {
    if (this.#context.cap?.isFull === true) {
      throw new InstrumentError('series_limit', `There is no memory for ${metric.name}: raise maxMemoryBytes.`);
    }
    this.#checkSampling(metric.name, metric.type);
    this.#keep(metric.name, makeInstrument(this.#options.registry, metric));
  }

  /**
   * Records by its name what was made elsewhere: an instrument, or without one what the registry has under this name, such
   * as those of `createNodeMetrics`.
   * @throws {InstrumentError} `option_invalid` for what is no instrument; `name_duplicate` for a name that is recorded already
   */
  adopt(name: string, instrument: object | undefined = this.#options.registry.instrument(name)): void {
    if (this.#metrics.has(name)) {
      throw new InstrumentError('name_duplicate', `${name} is recorded by this collector already: adopt it once.`);
    }
    const port = instrument === undefined ? undefined : portOf(instrument);
    if (instrument === undefined || port === undefined) {
      throw new InstrumentError(
        'option_invalid',
        `${name} cannot be adopted: give the instrument, or the name of one that the registry has.`,
      );
    }
    this.#checkSampling(name, port.kind);
    this.#keep(name, instrument);
  }

  /** Of a counter, or a gauge. */
  increment(name: string, options?: IncrementOptions): void {
    this.#recorder.increment(name, options);
  }

  /** Of a gauge its value, of a state set its state, of an info 1. */
  set(name: string, value: number | string, labels?: CollectorLabels): void {
    this.#recorder.set(name, value, labels);
  }

  /** To a gauge, or a counter. */
  add(name: string, amount: number, labels?: CollectorLabels): void {
    this.#recorder.add(name, amount, labels);
  }

  /** In a histogram. */
  observe(name: string, value: number, labels?: CollectorLabels): void {
    this.#recorder.observe(name, value, labels);
  }

  /**
   * Does `operation` and observes in a histogram how many seconds it took: until it returned, or where it answers with a
   * promise until that was settled; also when it failed, which is passed on.
   */
  time<T>(name: string, labels: CollectorLabels | undefined, operation: () => T, options?: TimeOptions): T {
    return this.#recorder.time(name, labels, operation, options);
  }

  /** Answers with a function that ends it, and observes the seconds at its first call; it may add labels. */
  startTimer(name: string, labels?: CollectorLabels): (labels?: CollectorLabels) => void {
    return this.#recorder.startTimer(name, labels);
  }

  /**
   * Records a metric that need not have been defined: the first record with a `type` defines it, with at most 64 values of
   * each label that it has. At most 256 are defined so.
   */
  record(metric: CustomMetric): void {
    this.#recorder.record(metric);
  }

  /**
   * Records many: a counter adds its value, a gauge or state set shows it, a histogram observes it; undefined is left out.
   *
   *     collector.recordAll({ chain_network_sent_bytes_total: 512, chain_peers_known: { value: 7, labels: { health: 'healthy' } } });
   *
   * @param labels of all of them that have such labels; those of a value are added
   */
  recordAll(values: Readonly<Record<string, RecordedValue>>, labels?: CollectorLabels): void {
    this.#recorder.recordAll(values, labels);
  }

  /** Finds the series once, for hot paths. It is switched with its section and the collector. Of an unknown name it counts. */
  handle(name: string, labels?: CollectorLabels): CollectorHandle {
    const { cap, drop } = this.#context;
    return collectorHandle(this.#metrics.get(name), labels, {
      drop,
      isFull: ({ port }) => cap !== undefined && port.isLabelled && !cap.admits(name, labels),
    });
  }

  /** Records that this collector dropped, since it was made. What instruments dropped is in `Registry.droppedRecords()`. */
  droppedRecords(): Readonly<Record<CollectorDropReason, number>> {
    return this.#drops.snapshot();
  }

  /**
   * Lets `flush` wait for a push. Answers with a function that ends it.
   * @throws {InstrumentError} `collector_limit` at 16
   */
  attach(push: Flushable): () => void {
    if (this.#pushes.size >= MAX_PUSHES) {
      throw new InstrumentError('collector_limit', `There are ${MAX_PUSHES} pushes: end those no longer needed.`);
    }
    this.#pushes.add(push);
    return () => {
      this.#pushes.delete(push);
    };
  }

  /** Applies what waits, then flushes the attached pushes. Never rejects. */
  async flush(): Promise<void> {
    this.#applyWaiting();
    await Promise.all(Array.from(this.#pushes, (push) => this.#flushOne(push)));
  }

  /** Applies what waits and forgets the collector: it is switched off, and the registry reads without it. */
  close(): void {
    this.disable();
    this.#applyWaiting();
    this.#endCollect();
    this.#pushes.clear();
  }

  async #flushOne(push: Flushable): Promise<void> {
    try {
      await push.flush();
    } catch {
      this.#drops.count('internal');
    }
  }

  #applyWaiting(): void {
    this.#context.batch?.apply();
  }

  #keep(name: string, instrument: object): CollectedMetric | undefined {
    const port = portOf(instrument);
    if (port === undefined) return undefined;
    const stride = this.#options.strides.get(name) ?? 1;
    const { clock } = this.#options;
    const sampler = stride === 1 ? undefined : new StrideSampler(stride, () => clock.random());
    const labelNames = this.#options.registry.labelNames(name);
    const metric = new CollectedMetric(
      { name, port, gate: this.#sections.gateOf(name), labelNames },
      sampler,
      this.#context,
    );
    this.#metrics.set(name, metric);
    return metric;
  }

  #checkSampling(name: string, kind: string): void {
    const isSampled = (this.#options.strides.get(name) ?? 1) > 1;
    if (!isSampled || kind === 'counter' || kind === 'histogram' || kind === 'exponential') return;
    throw new InstrumentError(
      'option_invalid',
      `${name} is a ${kind} and cannot be sampled: the latest of many values has to be recorded. Take it out of sampling.`,
    );
  }

  #defineCustom(custom: CustomMetric): CollectedMetric | undefined {
    const { name, type } = custom;
    if (type === undefined) {
      this.#drops.count('unknown_name');
      return undefined;
    }
    if (this.#customCount >= MAX_CUSTOM_METRICS || this.#context.cap?.isFull === true) {
      this.#drops.count(this.#customCount >= MAX_CUSTOM_METRICS ? 'custom_limit' : 'memory_limit');
      return undefined;
    }
    try {
      const described = customDescription(custom);
      this.#checkSampling(name, described.type);
      const metric = this.#keep(name, makeInstrument(this.#options.registry, described));
      this.#customCount++;
      return metric;
    } catch {
      this.#drops.count('definition');
      return undefined;
    }
  }
}

function makeInstrument(registry: Registry, metric: CollectorMetric): object {
  switch (metric.type) {
    case 'counter':
      return metric.labels === undefined ? registry.counter(metric) : registry.counter(metric);
    case 'gauge':
      return metric.labels === undefined ? registry.gauge(metric) : registry.gauge(metric);
    case 'histogram':
      return metric.labels === undefined ? registry.histogram(metric) : registry.histogram(metric);
    case 'exponential':
      return metric.labels === undefined
        ? registry.exponentialHistogram(metric)
        : registry.exponentialHistogram(metric);
    case 'info':
      return registry.info(metric);
    case 'stateset':
      return registry.stateSet(metric) as object;
  }
}

function customDescription({ name, type, labels = {}, help, unit, buckets }: CustomMetric): CollectorMetric {
  const described = { name, help: help ?? 'A custom metric.', ...(unit === undefined ? {} : { unit }) };
  const schema: LabelSchema = Object.fromEntries(Object.keys(labels).map((key) => [key, bounded(CUSTOM_LABEL_VALUES)]));
  const labelled = Object.keys(schema).length === 0 ? described : { ...described, labels: schema };
  switch (type) {
    case 'counter':
      return { type, ...labelled };
    case 'gauge':
      return { type, ...labelled };
    case 'histogram':
      return buckets === undefined ? { type: 'exponential', ...labelled } : { type, buckets, ...labelled };
    default:
      throw new InstrumentError('option_invalid', `${name} needs a type: give counter, gauge or histogram.`);
  }
}
