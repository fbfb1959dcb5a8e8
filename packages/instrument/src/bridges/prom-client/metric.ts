// What the four kinds of metrics have in common: the checks of their configuration and of label names, with prom-client's
// words, `collect`, and being registered. A metric is registered last, when nothing can fail any more.

import { inspectValue } from './node-modules.ts';
import { globalRegistry } from './registry.ts';
import { DEFAULT_MAX_SERIES, type LabelSet, type Series, SeriesStore } from './series-store.ts';
import {
  type Aggregator,
  type LabelValues,
  type MetricConfiguration,
  type MetricObjectWithValues,
  type MetricRegistry,
  type MetricType,
  type MetricValueWithName,
  PROMETHEUS_CONTENT_TYPE,
  type TextMetric,
  type TextValue,
} from './types.ts';

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export function validateMetricName(name: string): boolean {
  return METRIC_NAME.test(name);
}

interface CollectingConfiguration<T extends string> extends MetricConfiguration<T> {
  readonly collect?: ((this: never) => void | Promise<void>) | undefined;
}

export abstract class BaseMetric<T extends string, S extends Series> {
  abstract readonly type: MetricType;
  /** A registry in OpenMetrics's format takes `_total` from a counter's. */
  name: string;
  readonly help: string;
  readonly labelNames: readonly T[];
  readonly registers: readonly MetricRegistry[];
  readonly aggregator: Aggregator;
  readonly enableExemplars: boolean;
  /** Called before the metric is read; may be set at any time. */
  collect?: (() => void | Promise<void>) | undefined;
  protected readonly store: SeriesStore<S>;

  /** Does not register the metric: that is `register`'s, which every kind calls last. */
  constructor(config: CollectingConfiguration<T>) {
    checkConfiguration(config);
    this.name = config.name;
    this.help = String(config.help);
    this.labelNames = [...(config.labelNames ?? [])];
    this.registers = config.registers ?? [globalRegistry];
    this.aggregator = config.aggregator ?? 'sum';
    this.enableExemplars = config.enableExemplars ?? false;
    if (config.collect) this.collect = config.collect as () => void | Promise<void>;
    this.store = new SeriesStore(this.labelNames, maxSeriesOf(config), (labels) => this.newSeries(labels));
  }

  protected abstract newSeries(labels: LabelSet): S;
  /** Fresh objects, for `get`. */
  protected abstract jsonValues(): MetricValueWithName<T>[];
  /** May refer to what the metric holds. */
  protected abstract textValues(): readonly TextValue[];
  abstract reset(): void;

  async get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>> {
    // Awaited even where there is nothing to wait for: all callbacks of a registry have then run before one metric is read.
    await this.collect?.();
    const { help, name, type, aggregator } = this;
    return { help, name, type, values: this.jsonValues(), aggregator };
  }

  async getForPromString(): Promise<TextMetric> {
    // A program may have put its own `get` in the place of ours.
    if (this.get !== BaseMetric.prototype.get) return this.get();
    await this.collect?.();
    const { help, name, type } = this;
    return { help, name, type, values: this.textValues() };
  }

  remove(...values: (string | number)[]): void;
  remove(labels: LabelValues<T>): void;
  remove(...args: unknown[]): void {
    const labels = this.labelsOf(args);
    this.checkLabels(labels);
    this.store.remove(labels);
  }

  /** Every series, for other formats. */
  series(): Iterable<S> {
    return this.store;
  }

  /** Records of label sets past the bound. */
  get overflowedRecords(): number {
    return this.store.overflowedRecords;
  }

  protected register(): void {
    for (const register of this.registers) {
      if (this.enableExemplars && register.contentType === PROMETHEUS_CONTENT_TYPE) {
        throw new TypeError('Exemplars are supported only on OpenMetrics registries');
      }
      register.registerMetric(this);
    }
  }

  /** @throws {Error} for a label that was not declared */
  protected checkLabels(labels: LabelSet): void {
    for (const name in labels) {
      if (!(this.labelNames as readonly string[]).includes(name)) {
        throw new Error(`Added label "${name}" is not included in initial labelset: ${inspectValue(this.labelNames)}`);
      }
    }
  }

  /** The arguments of `labels` and `remove`: an object, or one value for each name. */
  protected labelsOf(args: readonly unknown[]): LabelSet {
    const [first] = args;
    if (typeof first === 'object') return (first ?? {}) as LabelSet;
    const names = this.labelNames;
    if (args.length !== names.length) {
      throw new Error(
        `Invalid number of arguments (${args.length}): "${args.join(', ')}" for label names (${names.length}): ` +
          `"${names.join(', ')}".`,
      );
    }
    return Object.fromEntries(names.map((name, i) => [name, args[i]]));
  }

  /** The series that the arguments of `labels` name, if there is one; throws where `labels` does. */
  protected existing(args: readonly unknown[]): S | undefined {
    if (typeof args[0] !== 'object' && args.length === this.labelNames.length) return this.store.findByValues(args);
    const labels = this.labelsOf(args);
    this.checkLabels(labels);
    return this.store.find(labels);
  }
}

function checkConfiguration(config: CollectingConfiguration<string>): void {
  if (config === null || typeof config !== 'object') throw new TypeError('constructor expected a config object');
  if (!config.help) throw new Error('Missing mandatory help parameter');
  if (!config.name) throw new Error('Missing mandatory name parameter');
  if (!validateMetricName(config.name)) throw new Error('Invalid metric name');
  if (!(config.labelNames ?? []).every((name) => LABEL_NAME.test(name))) throw new Error('Invalid label name');
  if (config.collect && typeof config.collect !== 'function') {
    throw new Error('Optional "collect" parameter must be a function');
  }
}

function maxSeriesOf({ maxSeries = DEFAULT_MAX_SERIES }: CollectingConfiguration<string>): number {
  if (!Number.isSafeInteger(maxSeries) || maxSeries < 1) {
    throw new RangeError(`maxSeries is ${String(maxSeries)}: give a whole number above 0.`);
  }
  return maxSeries;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object';
}
