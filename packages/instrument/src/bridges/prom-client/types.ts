// The public types of the drop-in, under the names that prom-client 15 gives them, so that code which names them compiles
// unchanged. They are interfaces here and classes in their own files: a registry can then name all metrics without
// importing them. What each call does is prom-client's documentation; the few differences are in `index.ts`.

export type Charset = 'utf-8';
export type PrometheusMIME = 'text/plain';
export type PrometheusMetricsVersion = '0.0.4';
export type OpenMetricsMIME = 'application/openmetrics-text';
export type OpenMetricsVersion = '1.0.0';
export type PrometheusContentType = `${PrometheusMIME}; version=${PrometheusMetricsVersion}; charset=${Charset}`;
export type OpenMetricsContentType = `${OpenMetricsMIME}; version=${OpenMetricsVersion}; charset=${Charset}`;
export type RegistryContentType = PrometheusContentType | OpenMetricsContentType;

export const PROMETHEUS_CONTENT_TYPE: PrometheusContentType = 'text/plain; version=0.0.4; charset=utf-8';
export const OPENMETRICS_CONTENT_TYPE: OpenMetricsContentType =
  'application/openmetrics-text; version=1.0.0; charset=utf-8';

export type MetricType = 'counter' | 'gauge' | 'histogram' | 'summary';

/** How `AggregatorRegistry` makes one value of those of several workers. */
export type Aggregator = 'omit' | 'sum' | 'first' | 'min' | 'max' | 'average';

export type Collector = () => void;

/** Taken out of a method: a function that names the class as its `this`, and not the interface here, is one too. */
export type CollectFunction<M> = { collect(this: M): void | Promise<void> }['collect'];

export type LabelValues<T extends string> = Partial<Record<T, string | number>>;

export interface MetricValue<T extends string> {
  value: number;
  labels: LabelValues<T>;
}

export type MetricValueWithName<T extends string> = MetricValue<T> & { metricName?: string };

export interface MetricObject {
  name: string;
  help: string;
  type: MetricType;
  aggregator: Aggregator;
  // The metric that it is called on is any of the four.
  collect?: CollectFunction<never> | undefined;
}

export interface MetricObjectWithValues<V extends MetricValue<string>> extends MetricObject {
  values: V[];
}

/** What the text of a metric is made from; `sharedLabels` come after the labels of the format and the default labels. */
export interface TextValue {
  readonly value: number;
  readonly labels?: Readonly<Record<string, unknown>> | undefined;
  readonly sharedLabels?: Readonly<Record<string, unknown>> | undefined;
  readonly metricName?: string | undefined;
  readonly exemplar?: ExemplarObject | null | undefined;
}

export interface TextMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values?: readonly TextValue[] | undefined;
}

export interface ExemplarObject {
  labelSet: Readonly<Record<string, unknown>>;
  value: number;
  /** Unix time in seconds. */
  timestamp: number;
}

/** What a registry needs of a metric: the four kinds have it, and whatever else a program registers. */
export interface RegistrableMetric {
  name: string;
  readonly type?: string;
  get(): unknown;
  getForPromString?(): unknown;
  reset?(): void;
}

/** What a metric needs of a registry. */
export interface MetricRegistry {
  readonly contentType: RegistryContentType;
  registerMetric(metric: RegistrableMetric): void;
}

export interface MetricConfiguration<T extends string> {
  name: string;
  help: string;
  labelNames?: T[] | readonly T[] | undefined;
  /** Default: the global `register`. */
  registers?: readonly MetricRegistry[] | undefined;
  /** Default `sum`. */
  aggregator?: Aggregator | undefined;
  enableExemplars?: boolean | undefined;
  /**
   * Label sets that this metric holds (default 10,000): records of further ones go to one series whose labels are all
   * `other`. Not in prom-client, which has no bound.
   */
  maxSeries?: number | undefined;
}

export interface CounterConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Counter<T>> | undefined;
}

export interface GaugeConfiguration<T extends string> extends MetricConfiguration<T> {
  collect?: CollectFunction<Gauge<T>> | undefined;
}

export interface HistogramConfiguration<T extends string> extends MetricConfiguration<T> {
  /** Upper bounds. */
  buckets?: readonly number[] | undefined;
  collect?: CollectFunction<Histogram<T>> | undefined;
}

export interface SummaryConfiguration<T extends string> extends MetricConfiguration<T> {
  /** From 0 to 1. */
  percentiles?: readonly number[] | undefined;
  /** With `ageBuckets`: quantiles are of the last so many seconds. */
  maxAgeSeconds?: number | undefined;
  /** Parts of `maxAgeSeconds` that are forgotten at a time, at most 1,000. */
  ageBuckets?: number | undefined;
  /** Forget series without a recent observation. */
  pruneAgedBuckets?: boolean | undefined;
  /** Taken and not needed: the digest compresses itself. */
  compressCount?: number | undefined;
  collect?: CollectFunction<Summary<T>> | undefined;
}

export interface IncreaseDataWithExemplar<T extends string> {
  value?: number | undefined;
  labels?: LabelValues<T> | undefined;
  exemplarLabels?: LabelValues<string> | undefined;
}

export interface ObserveDataWithExemplar<T extends string> {
  value: number;
  labels?: LabelValues<T> | undefined;
  exemplarLabels?: LabelValues<string> | undefined;
}

/** Ends a timer: records the seconds since its start under the labels of both, and answers with them. */
export type EndTimer<T extends string> = (labels?: LabelValues<T>) => number;

interface MetricBase<T extends string> extends RegistrableMetric {
  name: string;
  readonly help: string;
  readonly type: MetricType;
  readonly labelNames: readonly T[];
  readonly aggregator: Aggregator;
  get(): Promise<MetricObjectWithValues<MetricValueWithName<T>>>;
  reset(): void;
  remove(...values: (string | number)[]): void;
  remove(labels: LabelValues<T>): void;
}

export interface CounterChild {
  inc(value?: number): void;
}

export interface Counter<T extends string = string> extends MetricBase<T> {
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  inc(data: IncreaseDataWithExemplar<T>): void;
  labels(...values: (string | number)[]): CounterChild;
  labels(labels: LabelValues<T>): CounterChild;
}

export interface GaugeChild<T extends string> {
  inc(value?: number): void;
  dec(value?: number): void;
  set(value: number): void;
  setToCurrentTime(): void;
  startTimer(): EndTimer<T>;
}

export interface Gauge<T extends string = string> extends MetricBase<T> {
  inc(labels: LabelValues<T>, value?: number): void;
  inc(value?: number): void;
  dec(labels: LabelValues<T>, value?: number): void;
  dec(value?: number): void;
  set(labels: LabelValues<T>, value: number): void;
  set(value: number): void;
  setToCurrentTime(labels?: LabelValues<T>): void;
  startTimer(labels?: LabelValues<T>): EndTimer<T>;
  labels(...values: (string | number)[]): GaugeChild<T>;
  labels(labels: LabelValues<T>): GaugeChild<T>;
}

export interface ObserverChild<T extends string> {
  observe(value: number): void;
  startTimer(): EndTimer<T>;
}

export interface Histogram<T extends string = string> extends MetricBase<T> {
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  observe(data: ObserveDataWithExemplar<T>): void;
  startTimer(
    labels?: LabelValues<T>,
    exemplarLabels?: LabelValues<string>,
  ): (labels?: LabelValues<T>, exemplarLabels?: LabelValues<string>) => number;
  zero(labels: LabelValues<T>): void;
  labels(...values: (string | number)[]): ObserverChild<T>;
  labels(labels: LabelValues<T>): ObserverChild<T>;
}

export interface Summary<T extends string = string> extends MetricBase<T> {
  observe(value: number): void;
  observe(labels: LabelValues<T>, value: number): void;
  startTimer(labels?: LabelValues<T>): EndTimer<T>;
  labels(...values: (string | number)[]): ObserverChild<T>;
  labels(labels: LabelValues<T>): ObserverChild<T>;
}

/** Any of the four kinds. */
export type Metric<T extends string = string> = Counter<T> | Gauge<T> | Histogram<T> | Summary<T>;
