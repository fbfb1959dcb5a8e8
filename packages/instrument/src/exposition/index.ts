// Everything that a snapshot can be rendered to, and the fast text of a registry.

export { type ClassicBuckets, classicBuckets, classicHistogram } from './classic-buckets.ts';
export { CSV_CONTENT_TYPE, renderCsv } from './csv.ts';
export { INFLUX_CONTENT_TYPE, renderInflux } from './influx.ts';
export { JSON_CONTENT_TYPE, renderJson } from './json.ts';
export { OPENMETRICS_CONTENT_TYPE, renderOpenMetrics } from './openmetrics.ts';
export { OTLP_JSON_CONTENT_TYPE, renderOtlpJson } from './otlp-json.ts';
export type { OtlpOptions, OtlpScope } from './otlp-model.ts';
export { OTLP_PROTOBUF_CONTENT_TYPE, renderOtlpProtobuf } from './otlp-protobuf.ts';
export { PROTOBUF_CONTENT_TYPE, renderProtobuf } from './protobuf.ts';
export { renderSnapshotText } from './snapshot-text.ts';
export { renderText, renderTextBytes, TEXT_CONTENT_TYPE } from './text.ts';
