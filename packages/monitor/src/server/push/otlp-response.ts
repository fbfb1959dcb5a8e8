// What an OTLP exporter is answered, in the format it asked in: ExportMetricsServiceResponse, empty or with what was refused
// (`partial_success`), and google.rpc.Status for what failed as a whole.
// Source: opentelemetry.io/docs/specs/otlp (OTLP/HTTP response), opentelemetry/proto/collector/metrics/v1, google/rpc/status.proto

export type OtlpFormat = 'protobuf' | 'json';

export interface PartialSuccess {
  readonly rejectedDataPoints: number;
  readonly errorMessage: string;
}

export function exportResponse(format: OtlpFormat, partial: PartialSuccess | undefined): Buffer {
  if (format === 'json') {
    return Buffer.from(
      JSON.stringify(
        partial === undefined
          ? {}
          : {
              partialSuccess: {
                // 64-bit numbers are strings in protobuf's JSON.
                rejectedDataPoints: String(partial.rejectedDataPoints),
                errorMessage: partial.errorMessage,
              },
            },
      ),
    );
  }
  if (partial === undefined) return Buffer.alloc(0);
  const { rejectedDataPoints, errorMessage } = partial;
  return field(1, Buffer.concat([number(1, rejectedDataPoints), field(2, Buffer.from(errorMessage))]));
}

/** The codes of google.rpc.Code that are used here. */
const RPC_CODES: Readonly<Record<number, number>> = { 400: 3, 413: 8, 415: 3, 503: 14, 500: 13 };

export function rpcStatus(format: OtlpFormat, httpStatus: number, message: string): Buffer {
  const code = RPC_CODES[httpStatus] ?? 2;
  if (format === 'json') return Buffer.from(JSON.stringify({ code, message }));
  return Buffer.concat([number(1, code), field(2, Buffer.from(message))]);
}

/** A varint, left out when it is 0, as proto3 does. */
function number(fieldNumber: number, value: number): Buffer {
  return value === 0 ? Buffer.alloc(0) : Buffer.from([fieldNumber << 3, ...varint(value)]);
}

function field(fieldNumber: number, bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(fieldNumber << 3) | 2, ...varint(bytes.length)]), bytes]);
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value % 128) | 0x80);
  return [...bytes, value];
}
