// The official definitions of what is pushed, as protobufjs reads them.

import { join } from 'node:path';
import protobuf from 'protobufjs';

const FOLDER = join(import.meta.dirname, '../testdata/proto');

export type Decoded = Readonly<Record<string, unknown>>;

/** Decodes `bytes` as plain data: 64-bit numbers as strings, enums by name, bytes as hexadecimal, defaults not shown. */
export type Decode = (bytes: Uint8Array) => Decoded;

/** OTLP's `ExportMetricsServiceRequest`. */
export const decodeOtlp = decoderOf(
  'opentelemetry/proto/collector/metrics/v1/metrics_service.proto',
  'opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest',
);

/** Remote write 1.0. */
export const decodeRemoteWriteV1 = decoderOf('prometheus/remote.proto', 'prometheus.WriteRequest');

/** Remote write 2.0. */
export const decodeRemoteWriteV2 = decoderOf(
  'prometheus/io/prometheus/write/v2/types.proto',
  'io.prometheus.write.v2.Request',
);

function decoderOf(file: string, typeName: string): Decode {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => {
    // Only the options for Go come from there.
    if (target.startsWith('gogoproto/')) return null;
    const known = target.startsWith(FOLDER) || target.startsWith('opentelemetry/');
    return join(target.startsWith(FOLDER) ? '' : FOLDER, known ? '' : 'prometheus', target);
  };
  const type = root.loadSync(join(FOLDER, file)).lookupType(typeName);
  return (bytes) => {
    const object = type.toObject(type.decode(bytes), { longs: String, enums: String, bytes: Array });
    return hexadecimal(object) as Decoded;
  };
}

const BYTES_FIELDS = new Set(['traceId', 'spanId']);

function hexadecimal(value: unknown, key = ''): unknown {
  if (BYTES_FIELDS.has(key)) return Buffer.from(value as number[]).toString('hex');
  if (Array.isArray(value)) return value.map((item) => hexadecimal(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, hexadecimal(inner, name)]));
}
