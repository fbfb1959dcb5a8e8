// The registry of the drop-in: metrics in the order in which they were registered, their text and JSON with default labels.
// It holds metrics and no values, so that one metric may be in several registries.

import { metricText } from './text.ts';
import {
  type Metric,
  type MetricObject,
  type MetricObjectWithValues,
  type MetricRegistry,
  type MetricValue,
  OPENMETRICS_CONTENT_TYPE,
  type OpenMetricsContentType,
  PROMETHEUS_CONTENT_TYPE,
  type PrometheusContentType,
  type RegistrableMetric,
  type RegistryContentType,
  type TextMetric,
} from './types.ts';

/** Metrics in one registry. */
const MAX_METRICS = 10_000;

/** What `get` of anything registered gives. */
interface MetricJson {
  values?: { labels: Record<string, unknown> }[];
}

export class Registry<BoundRegistryContentType extends RegistryContentType = PrometheusContentType>
  implements MetricRegistry
{
  static get PROMETHEUS_CONTENT_TYPE(): PrometheusContentType {
    return PROMETHEUS_CONTENT_TYPE;
  }

  static get OPENMETRICS_CONTENT_TYPE(): OpenMetricsContentType {
    return OPENMETRICS_CONTENT_TYPE;
  }

  /** Refuses registries of different content types. */
  static merge(registers: readonly Registry<RegistryContentType>[]): Registry {
    const contentType = registers[0]!.contentType;
    if (registers.some((register) => register.contentType !== contentType)) {
      throw new Error('Registers can only be merged if they have the same content type');
    }
    const merged = new Registry<RegistryContentType>(contentType);
    for (const register of registers) for (const metric of register.#metrics.values()) merged.registerMetric(metric);
    return merged as Registry;
  }

  readonly #metrics = new Map<string, RegistrableMetric>();
  #defaultLabels: Readonly<Record<string, unknown>> = {};
  #contentType: RegistryContentType;

  constructor(contentType?: RegistryContentType) {
    const wanted = contentType === undefined ? PROMETHEUS_CONTENT_TYPE : contentType;
    if (!isContentType(wanted)) throw new TypeError(`Content type ${String(wanted)} is unsupported`);
    this.#contentType = wanted;
  }

  get contentType(): BoundRegistryContentType {
    return this.#contentType as BoundRegistryContentType;
  }

  setContentType(contentType: BoundRegistryContentType): void {
    if (!isContentType(contentType)) throw new Error(`Content type ${String(contentType)} is unsupported`);
    this.#contentType = contentType;
    if ((this as unknown) === globalRegistry) globalContentType = contentType;
  }

  async metrics(): Promise<string> {
    const isOpenMetrics = this.#contentType === OPENMETRICS_CONTENT_TYPE;
    const texts = [...this.#metrics.values()].map((metric) => {
      if (isOpenMetrics && metric.type === 'counter') metric.name = metric.name.replace(/_total$/, '');
      return this.getMetricsAsString(metric);
    });
    const text = (await Promise.all(texts)).join(isOpenMetrics ? '\n' : '\n\n');
    return isOpenMetrics ? `${text}\n# EOF\n` : `${text}\n`;
  }

  /** The text of one metric, registered or not. */
  async getMetricsAsString(metric: RegistrableMetric): Promise<string> {
    const read = await (typeof metric.getForPromString === 'function' ? metric.getForPromString() : metric.get());
    return metricText(read as TextMetric, this.#defaultLabels, this.#contentType === OPENMETRICS_CONTENT_TYPE);
  }

  async getMetricsAsJSON(): Promise<MetricObjectWithValues<MetricValue<string>>[]> {
    const read = await Promise.all([...this.#metrics.values()].map((metric) => metric.get()));
    return (read as MetricJson[]).map((metric) => this.#withDefaults(metric)) as never;
  }

  getMetricsAsArray(): MetricObject[] {
    return [...this.#metrics.values()] as unknown as MetricObject[];
  }

  getSingleMetric<T extends string>(name: string): Metric<T> | undefined {
    return this.#metrics.get(name) as Metric<T> | undefined;
  }

  async getSingleMetricAsString(name: string): Promise<string> {
    const metric = this.#metrics.get(name);
    if (metric === undefined) throw new TypeError(`There is no metric with the name ${name}.`);
    return this.getMetricsAsString(metric);
  }

  registerMetric(metric: RegistrableMetric): void {
    const known = this.#metrics.get(metric.name);
    if (known === metric) return;
    if (known !== undefined) throw new Error(`A metric with the name ${metric.name} has already been registered.`);
    if (this.#metrics.size >= MAX_METRICS) {
      throw new RangeError(`A registry holds at most ${MAX_METRICS} metrics: use labels instead of more names.`);
    }
    this.#metrics.set(metric.name, metric);
  }

  removeSingleMetric(name: string): void {
    this.#metrics.delete(name);
  }

  clear(): void {
    this.#metrics.clear();
    this.#defaultLabels = {};
  }

  resetMetrics(): void {
    for (const metric of this.#metrics.values()) metric.reset?.();
  }

  setDefaultLabels(labels: object): void {
    this.#defaultLabels = labels as Readonly<Record<string, unknown>>;
  }

  /** The very object that was set, for other formats. */
  get defaultLabels(): Readonly<Record<string, unknown>> {
    return this.#defaultLabels;
  }

  #withDefaults(metric: MetricJson): MetricJson {
    const defaults = Object.entries(this.#defaultLabels);
    if (metric.values === undefined || defaults.length === 0) return metric;
    const values = metric.values.map((value) => {
      const labels = { ...value.labels };
      for (const [name, defaultValue] of defaults) labels[name] ||= defaultValue;
      return { ...value, labels };
    });
    return { ...metric, values };
  }
}

function isContentType(value: unknown): value is RegistryContentType {
  return value === PROMETHEUS_CONTENT_TYPE || value === OPENMETRICS_CONTENT_TYPE;
}

/** Of the global registry: an import of it always shows the present one. */
export let globalContentType: RegistryContentType = PROMETHEUS_CONTENT_TYPE;

/** Where metrics are registered that name no registry. */
export const globalRegistry: Registry = new Registry();
