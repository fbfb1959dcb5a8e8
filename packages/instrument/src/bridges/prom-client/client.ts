// The default export, for `import client from …`: everything in one object, which programs may change, and every type as
// `client.Histogram<'method'>`. The object is prom-client's `module.exports`.

import { aggregators } from './aggregators.ts';
import { exponentialBuckets, linearBuckets } from './buckets.ts';
import { AggregatorRegistry } from './cluster.ts';
import { Counter } from './counter.ts';
import { collectDefaultMetrics } from './default-metrics.ts';
import { Gauge } from './gauge.ts';
import { Histogram } from './histogram.ts';
import { validateMetricName } from './metric.ts';
import { Pushgateway } from './pushgateway.ts';
import { Registry, globalRegistry as register } from './registry.ts';
import { Summary } from './summary.ts';
import type * as types from './types.ts';
import {
  OPENMETRICS_CONTENT_TYPE as openMetricsContentType,
  PROMETHEUS_CONTENT_TYPE as prometheusContentType,
} from './types.ts';

export const client = {
  register,
  Registry,
  get contentType(): types.RegistryContentType {
    return register.contentType;
  },
  set contentType(value: types.RegistryContentType) {
    (register as Registry<types.RegistryContentType>).setContentType(value);
  },
  prometheusContentType,
  openMetricsContentType,
  validateMetricName,
  Counter,
  Gauge,
  Histogram,
  Summary,
  Pushgateway,
  linearBuckets,
  exponentialBuckets,
  collectDefaultMetrics,
  aggregators,
  AggregatorRegistry,
};

/** The types alone: what they are of is in the object. */
export declare namespace client {
  type AggregatorRegistry<T extends types.RegistryContentType> = import('./cluster.ts').AggregatorRegistry<T>;
  type Counter<T extends string = string> = import('./counter.ts').Counter<T>;
  type Gauge<T extends string = string> = import('./gauge.ts').Gauge<T>;
  type Histogram<T extends string = string> = import('./histogram.ts').Histogram<T>;
  type Pushgateway<T extends types.RegistryContentType> = import('./pushgateway.ts').Pushgateway<T>;
  type Registry<T extends types.RegistryContentType = types.PrometheusContentType> =
    import('./registry.ts').Registry<T>;
  type Summary<T extends string = string> = import('./summary.ts').Summary<T>;
  type Metric<T extends string = string> = types.Metric<T>;

  type CounterConfiguration<T extends string> = types.CounterConfiguration<T>;
  type GaugeConfiguration<T extends string> = types.GaugeConfiguration<T>;
  type HistogramConfiguration<T extends string> = types.HistogramConfiguration<T>;
  type SummaryConfiguration<T extends string> = types.SummaryConfiguration<T>;
  type MetricConfiguration<T extends string> = types.MetricConfiguration<T>;
  type DefaultMetricsCollectorConfiguration<T extends types.RegistryContentType> =
    import('./default-metrics.ts').DefaultMetricsCollectorConfiguration<T>;

  type Aggregator = types.Aggregator;
  type CollectFunction<M> = types.CollectFunction<M>;
  type Collector = types.Collector;
  type IncreaseDataWithExemplar<T extends string> = types.IncreaseDataWithExemplar<T>;
  type LabelValues<T extends string> = types.LabelValues<T>;
  type MetricObject = types.MetricObject;
  type MetricObjectWithValues<V extends types.MetricValue<string>> = types.MetricObjectWithValues<V>;
  type MetricType = types.MetricType;
  type MetricValue<T extends string> = types.MetricValue<T>;
  type MetricValueWithName<T extends string> = types.MetricValueWithName<T>;
  type ObserveDataWithExemplar<T extends string> = types.ObserveDataWithExemplar<T>;
  type OpenMetricsContentType = types.OpenMetricsContentType;
  type PrometheusContentType = types.PrometheusContentType;
  type RegistryContentType = types.RegistryContentType;
}
