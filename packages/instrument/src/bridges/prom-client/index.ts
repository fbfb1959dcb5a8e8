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

export { aggregators } from './aggregators.ts';
export { exponentialBuckets, linearBuckets } from './buckets.ts';
export { client as default } from './client.ts';
export { AggregatorRegistry } from './cluster.ts';
export { Counter } from './counter.ts';
export { collectDefaultMetrics, type DefaultMetricsCollectorConfiguration } from './default-metrics.ts';
export { Gauge } from './gauge.ts';
export { Histogram } from './histogram.ts';
export { validateMetricName } from './metric.ts';
export { Pushgateway } from './pushgateway.ts';
export { globalContentType as contentType, globalRegistry as register, Registry } from './registry.ts';
export type { RuntimeReadings } from './runtime-readings.ts';
export { toSnapshotSource } from './snapshot-source.ts';
export { Summary } from './summary.ts';
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
  OPENMETRICS_CONTENT_TYPE as openMetricsContentType,
  PROMETHEUS_CONTENT_TYPE as prometheusContentType,
} from './types.ts';
