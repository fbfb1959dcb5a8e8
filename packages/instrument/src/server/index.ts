// The public surface of @chainpulse/instrument/server.

export type { Authorization } from './authorization.ts';
export type { FormatName } from './formats.ts';
export type { CheckResult, HealthCheck, HealthReport } from './health.ts';
export { type MetricsHandler, type MetricsHandlerOptions, metricsHandler } from './metrics-handler.ts';
export { type MetricsServer, type MetricsServerOptions, startMetricsServer } from './metrics-server.ts';
export type { MetricsSummary, SummaryValue } from './summary.ts';
