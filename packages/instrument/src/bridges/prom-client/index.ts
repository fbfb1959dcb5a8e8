// `@chainpulse/instrument/prom-client`: prom-client 15's public interface on a store that is bounded and faster, so that a
// program changes its import and nothing else. What a registry shows is the same text, byte for byte, with these exceptions:
// - A metric holds 10,000 label sets (`maxSeries` in its configuration) with values up to 1,024 characters; records of others
//   go to one series whose labels are all `other`.
// - A counter that is given NaN stays as it is; prom-client's would be NaN for ever.
// - Label sets that prom-client confuses (values with `:` and `,`) are different series.
// - Label sets, and a counter's children, work with exemplars too; `inc(n)` adds n with them.
// - `get` and `getMetricsAsJSON` give copies, and never write default labels into series.
// - A label that was not declared is refused by `labels` already, not by the record after it.
// - Quantiles of summaries past 1,000 different values are those of a different sketch (see `summary.ts`).
// `toSnapshotSource` shows a registry with all others through this package's renderers, pushes and server.

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
import {
  OPENMETRICS_CONTENT_TYPE as openMetricsContentType,
  PROMETHEUS_CONTENT_TYPE as prometheusContentType,
  type RegistryContentType,
} from './types.ts';

export type { DefaultMetricsCollectorConfiguration } from './default-metrics.ts';
export { globalContentType as contentType } from './registry.ts';
export type { RuntimeReadings } from './runtime-readings.ts';
export { toSnapshotSource } from './snapshot-source.ts';
export type {
  Aggregator,
  Charset,
  CollectFunction,
  Collector,
  CounterConfiguration,
  GaugeConfiguration,
  HistogramConfiguration,
  IncreaseDataWithExemplar,
  LabelValues,
  Metric,
  MetricConfiguration,
  MetricObject,
  MetricObjectWithValues,
  MetricType,
  MetricValue,
  MetricValueWithName,
  ObserveDataWithExemplar,
  OpenMetricsContentType,
  OpenMetricsMIME,
  OpenMetricsVersion,
  PrometheusContentType,
  PrometheusMetricsVersion,
  PrometheusMIME,
  RegistryContentType,
  SummaryConfiguration,
} from './types.ts';
export {
  AggregatorRegistry,
  aggregators,
  Counter,
  collectDefaultMetrics,
  exponentialBuckets,
  Gauge,
  Histogram,
  linearBuckets,
  openMetricsContentType,
  Pushgateway,
  prometheusContentType,
  Registry,
  register,
  Summary,
  validateMetricName,
};

/** For `import client from …`. */
const client = {
  register,
  Registry,
  get contentType(): RegistryContentType {
    return register.contentType;
  },
  set contentType(value: RegistryContentType) {
    (register as Registry<RegistryContentType>).setContentType(value);
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

export default client;
