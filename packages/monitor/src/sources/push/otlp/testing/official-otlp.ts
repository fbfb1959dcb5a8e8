// OTLP requests by the official definitions. A request is written as OTLP's JSON has it, which is also what goes out as JSON.

import { join } from 'node:path';
import protobuf from 'protobufjs';

const FOLDER = join(import.meta.dirname, '../../../../../../instrument/src/push/testdata/proto');

export type OtlpObject = Readonly<Record<string, unknown>>;

const REQUEST = lookUp();

/** The bytes of a request in protobuf; ids are hexadecimal in the object. */
export function encodeOtlp(request: OtlpObject): Uint8Array {
  return REQUEST.encode(REQUEST.fromObject(withBytes(request) as OtlpObject)).finish();
}

export function encodeOtlpJson(request: OtlpObject): Uint8Array {
  return Buffer.from(JSON.stringify(withTexts(request)));
}

function lookUp(): protobuf.Type {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => (target.startsWith(FOLDER) ? target : join(FOLDER, target));
  const file = join(FOLDER, 'opentelemetry/proto/collector/metrics/v1/metrics_service.proto');
  return root.loadSync(file).lookupType('opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest');
}

function withBytes(value: unknown, key = ''): unknown {
  if (key === 'traceId' || key === 'spanId') return Buffer.from(value as string, 'hex');
  if (key === 'bytesValue') return Buffer.from(value as string, 'base64');
  return mapped(value, withBytes);
}

/** JSON has no NaN and no infinities. */
function withTexts(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  // JSON.stringify would write 0.
  if (Object.is(value, -0)) return '-0';
  return mapped(value, withTexts);
}

function mapped(value: unknown, map: (inner: unknown, key: string) => unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => map(item, ''));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, map(inner, name)]));
}
