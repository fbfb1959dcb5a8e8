// `@chainpulse/instrument/foreign`: what another library measures, shown by a registry of ours.

export { type OpenTelemetrySource, type OpenTelemetrySourceOptions, openTelemetrySource } from './opentelemetry.ts';
export type { OtelCollection, OtelCollector } from './opentelemetry-data.ts';
export {
  type PromClientRegistry,
  type PromClientSource,
  type PromClientSourceOptions,
  promClientSource,
} from './prom-client-registry.ts';
