// The tags of the messages of Prometheus' protobuf format: `field << 3 | wire type`.
// Source: prometheus/client_model, io/prometheus/client/metrics.proto

import { knownFields } from '../../../encoding/protobuf-reader.ts';
import { WIRE_BYTES, WIRE_FIXED64, WIRE_VARINT } from '../../../encoding/wire-types.ts';

export const FAMILY = {
  name: (1 << 3) | WIRE_BYTES,
  help: (2 << 3) | WIRE_BYTES,
  type: (3 << 3) | WIRE_VARINT,
  metric: (4 << 3) | WIRE_BYTES,
  unit: (5 << 3) | WIRE_BYTES,
} as const;

export const METRIC = {
  label: (1 << 3) | WIRE_BYTES,
  gauge: (2 << 3) | WIRE_BYTES,
  counter: (3 << 3) | WIRE_BYTES,
  summary: (4 << 3) | WIRE_BYTES,
  untyped: (5 << 3) | WIRE_BYTES,
  timestampMs: (6 << 3) | WIRE_VARINT,
  histogram: (7 << 3) | WIRE_BYTES,
} as const;

export const LABEL = { name: (1 << 3) | WIRE_BYTES, value: (2 << 3) | WIRE_BYTES } as const;

/** Of a counter, a gauge and an untyped metric alike; only counters have more than a value. */
export const SCALAR = {
  value: (1 << 3) | WIRE_FIXED64,
  exemplar: (2 << 3) | WIRE_BYTES,
  createdTimestamp: (3 << 3) | WIRE_BYTES,
} as const;

export const SUMMARY = {
  count: (1 << 3) | WIRE_VARINT,
  sum: (2 << 3) | WIRE_FIXED64,
  quantile: (3 << 3) | WIRE_BYTES,
  createdTimestamp: (4 << 3) | WIRE_BYTES,
} as const;

export const QUANTILE = { quantile: (1 << 3) | WIRE_FIXED64, value: (2 << 3) | WIRE_FIXED64 } as const;

export const HISTOGRAM = {
  count: (1 << 3) | WIRE_VARINT,
  sum: (2 << 3) | WIRE_FIXED64,
  bucket: (3 << 3) | WIRE_BYTES,
  countFloat: (4 << 3) | WIRE_FIXED64,
  schema: (5 << 3) | WIRE_VARINT,
  zeroThreshold: (6 << 3) | WIRE_FIXED64,
  zeroCount: (7 << 3) | WIRE_VARINT,
  zeroCountFloat: (8 << 3) | WIRE_FIXED64,
  negativeSpan: (9 << 3) | WIRE_BYTES,
  positiveSpan: (12 << 3) | WIRE_BYTES,
  createdTimestamp: (15 << 3) | WIRE_BYTES,
  exemplar: (16 << 3) | WIRE_BYTES,
} as const;

/** Repeated numbers come packed or one by one: these are fields and no tags. */
export const HISTOGRAM_NUMBERS = {
  negativeDelta: 10,
  negativeCount: 11,
  positiveDelta: 13,
  positiveCount: 14,
} as const;

export const BUCKET = {
  count: (1 << 3) | WIRE_VARINT,
  upperBound: (2 << 3) | WIRE_FIXED64,
  exemplar: (3 << 3) | WIRE_BYTES,
  countFloat: (4 << 3) | WIRE_FIXED64,
} as const;

export const SPAN = { offset: (1 << 3) | WIRE_VARINT, length: (2 << 3) | WIRE_VARINT } as const;

export const EXEMPLAR = {
  label: (1 << 3) | WIRE_BYTES,
  value: (2 << 3) | WIRE_FIXED64,
  timestamp: (3 << 3) | WIRE_BYTES,
} as const;

export const TIMESTAMP = { seconds: (1 << 3) | WIRE_VARINT, nanoseconds: (2 << 3) | WIRE_VARINT } as const;

/** What of each message has a type of its own: a field of another one is an error, also where nobody reads it. */
export const FAMILY_FIELDS = knownFields(...Object.values(FAMILY));
export const METRIC_FIELDS = knownFields(...Object.values(METRIC));
export const LABEL_FIELDS = knownFields(...Object.values(LABEL));
export const COUNTER_FIELDS = knownFields(...Object.values(SCALAR));
export const VALUE_FIELDS = knownFields(SCALAR.value);
export const SUMMARY_FIELDS = knownFields(...Object.values(SUMMARY));
export const QUANTILE_FIELDS = knownFields(...Object.values(QUANTILE));
export const HISTOGRAM_FIELDS = knownFields(...Object.values(HISTOGRAM));
export const BUCKET_FIELDS = knownFields(...Object.values(BUCKET));
export const SPAN_FIELDS = knownFields(...Object.values(SPAN));
export const EXEMPLAR_FIELDS = knownFields(...Object.values(EXEMPLAR));
export const TIMESTAMP_FIELDS = knownFields(...Object.values(TIMESTAMP));
