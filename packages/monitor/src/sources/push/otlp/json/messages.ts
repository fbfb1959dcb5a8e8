// The messages of an ExportMetricsServiceRequest as JSON names their fields, and as protobuf numbers them. Fields that say
// nothing to the receiver are left out, and passed over as unknown ones are.
// Source: opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding, opentelemetry/proto/metrics/v1/metrics.proto

/** How a value is written in JSON and in protobuf. */
export type ScalarKind =
  | 'string'
  | 'bool'
  | 'double'
  /** `fixed64` and `sfixed64`; a string or a number in JSON. */
  | 'fixed64'
  | 'sfixed64'
  | 'uint64'
  | 'int64'
  | 'uint32'
  | 'sint32'
  | 'temporality'
  /** Bytes in hexadecimal, as OTLP writes ids. */
  | 'hex'
  | 'base64';

export interface JsonField {
  readonly number: number;
  readonly kind: ScalarKind | 'message';
  readonly isRepeated: boolean;
  /** Of a message. */
  readonly message?: () => JsonMessage;
}

/** By the names in JSON: in lower camel case and as the definitions have them, as JSON of protobuf allows both. */
export type JsonMessage = ReadonlyMap<string, JsonField>;

type Row = readonly [name: string, number: number, kind: ScalarKind | (() => JsonMessage), repeated?: 'repeated'];

function message(...rows: readonly Row[]): JsonMessage {
  const fields = new Map<string, JsonField>();
  for (const [name, number, kind, repeated] of rows) {
    const isRepeated = repeated === 'repeated';
    const field: JsonField =
      typeof kind === 'function'
        ? { number, kind: 'message', isRepeated, message: kind }
        : { number, kind, isRepeated };
    fields.set(name, field);
    fields.set(
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      field,
    );
  }
  return fields;
}

const ANY_VALUE: JsonMessage = message(
  ['stringValue', 1, 'string'],
  ['boolValue', 2, 'bool'],
  ['intValue', 3, 'int64'],
  ['doubleValue', 4, 'double'],
  ['arrayValue', 5, () => ARRAY_VALUE],
  ['kvlistValue', 6, () => KEY_VALUE_LIST],
  ['bytesValue', 7, 'base64'],
);
const ARRAY_VALUE: JsonMessage = message(['values', 1, () => ANY_VALUE, 'repeated']);
const KEY_VALUE: JsonMessage = message(['key', 1, 'string'], ['value', 2, () => ANY_VALUE]);
const KEY_VALUE_LIST: JsonMessage = message(['values', 1, () => KEY_VALUE, 'repeated']);

const EXEMPLAR: JsonMessage = message(
  ['timeUnixNano', 2, 'fixed64'],
  ['asDouble', 3, 'double'],
  ['spanId', 4, 'hex'],
  ['traceId', 5, 'hex'],
  ['asInt', 6, 'sfixed64'],
  ['filteredAttributes', 7, () => KEY_VALUE, 'repeated'],
);

const NUMBER_POINT: JsonMessage = message(
  ['startTimeUnixNano', 2, 'fixed64'],
  ['timeUnixNano', 3, 'fixed64'],
  ['asDouble', 4, 'double'],
  ['exemplars', 5, () => EXEMPLAR, 'repeated'],
  ['asInt', 6, 'sfixed64'],
  ['attributes', 7, () => KEY_VALUE, 'repeated'],
  ['flags', 8, 'uint32'],
);

const HISTOGRAM_POINT: JsonMessage = message(
  ['startTimeUnixNano', 2, 'fixed64'],
  ['timeUnixNano', 3, 'fixed64'],
  ['count', 4, 'fixed64'],
  ['sum', 5, 'double'],
  ['bucketCounts', 6, 'fixed64', 'repeated'],
  ['explicitBounds', 7, 'double', 'repeated'],
  ['exemplars', 8, () => EXEMPLAR, 'repeated'],
  ['attributes', 9, () => KEY_VALUE, 'repeated'],
  ['flags', 10, 'uint32'],
);

const BUCKETS: JsonMessage = message(['offset', 1, 'sint32'], ['bucketCounts', 2, 'uint64', 'repeated']);

const EXPONENTIAL_POINT: JsonMessage = message(
  ['attributes', 1, () => KEY_VALUE, 'repeated'],
  ['startTimeUnixNano', 2, 'fixed64'],
  ['timeUnixNano', 3, 'fixed64'],
  ['count', 4, 'fixed64'],
  ['sum', 5, 'double'],
  ['scale', 6, 'sint32'],
  ['zeroCount', 7, 'fixed64'],
  ['positive', 8, () => BUCKETS],
  ['negative', 9, () => BUCKETS],
  ['flags', 10, 'uint32'],
  ['exemplars', 11, () => EXEMPLAR, 'repeated'],
  ['zeroThreshold', 14, 'double'],
);

const QUANTILE: JsonMessage = message(['quantile', 1, 'double'], ['value', 2, 'double']);

const SUMMARY_POINT: JsonMessage = message(
  ['startTimeUnixNano', 2, 'fixed64'],
  ['timeUnixNano', 3, 'fixed64'],
  ['count', 4, 'fixed64'],
  ['sum', 5, 'double'],
  ['quantileValues', 6, () => QUANTILE, 'repeated'],
  ['attributes', 7, () => KEY_VALUE, 'repeated'],
  ['flags', 8, 'uint32'],
);

const GAUGE: JsonMessage = message(['dataPoints', 1, () => NUMBER_POINT, 'repeated']);
const SUM: JsonMessage = message(
  ['dataPoints', 1, () => NUMBER_POINT, 'repeated'],
  ['aggregationTemporality', 2, 'temporality'],
  ['isMonotonic', 3, 'bool'],
);
const HISTOGRAM: JsonMessage = message(
  ['dataPoints', 1, () => HISTOGRAM_POINT, 'repeated'],
  ['aggregationTemporality', 2, 'temporality'],
);
const EXPONENTIAL_HISTOGRAM: JsonMessage = message(
  ['dataPoints', 1, () => EXPONENTIAL_POINT, 'repeated'],
  ['aggregationTemporality', 2, 'temporality'],
);
const SUMMARY: JsonMessage = message(['dataPoints', 1, () => SUMMARY_POINT, 'repeated']);

const METRIC: JsonMessage = message(
  ['name', 1, 'string'],
  ['description', 2, 'string'],
  ['unit', 3, 'string'],
  ['gauge', 5, () => GAUGE],
  ['sum', 7, () => SUM],
  ['histogram', 9, () => HISTOGRAM],
  ['exponentialHistogram', 10, () => EXPONENTIAL_HISTOGRAM],
  ['summary', 11, () => SUMMARY],
);

const SCOPE: JsonMessage = message(
  ['name', 1, 'string'],
  ['version', 2, 'string'],
  ['attributes', 3, () => KEY_VALUE, 'repeated'],
);
const SCOPE_METRICS: JsonMessage = message(
  ['scope', 1, () => SCOPE],
  ['metrics', 2, () => METRIC, 'repeated'],
  ['schemaUrl', 3, 'string'],
);
const RESOURCE: JsonMessage = message(['attributes', 1, () => KEY_VALUE, 'repeated']);
const RESOURCE_METRICS: JsonMessage = message(
  ['resource', 1, () => RESOURCE],
  ['scopeMetrics', 2, () => SCOPE_METRICS, 'repeated'],
  ['schemaUrl', 3, 'string'],
);

export const EXPORT_METRICS_REQUEST: JsonMessage = message(['resourceMetrics', 1, () => RESOURCE_METRICS, 'repeated']);

/** The names that JSON may have instead of the numbers. */
export const TEMPORALITIES: ReadonlyMap<string, number> = new Map([
  ['AGGREGATION_TEMPORALITY_UNSPECIFIED', 0],
  ['AGGREGATION_TEMPORALITY_DELTA', 1],
  ['AGGREGATION_TEMPORALITY_CUMULATIVE', 2],
]);
