// The target that takes OTLP over HTTP: OpenTelemetry collectors, and Prometheus 3 with its OTLP receiver. By the protocol
// only 429, 502, 503 and 504 are worth another try. Source: opentelemetry.io/docs/specs/otlp/#otlphttp

import { InstrumentError } from '../errors.ts';
import { OTLP_JSON_CONTENT_TYPE, renderOtlpJson } from '../exposition/otlp-json.ts';
import type { OtlpOptions } from '../exposition/otlp-model.ts';
import { OTLP_PROTOBUF_CONTENT_TYPE, renderOtlpProtobuf } from '../exposition/otlp-protobuf.ts';
import { type EndpointOptions, endpointOf } from './endpoint.ts';
import { type Compression, checkedCompression, compressedRequest } from './gzip.ts';
import { readPartialSuccess } from './otlp-response.ts';
import { type PushTarget, type Verdict, verdictOfStatus } from './push-target.ts';

export interface OtlpHttpOptions extends EndpointOptions, OtlpOptions {
  /** The whole address, such as `http://127.0.0.1:4318/v1/metrics` or Prometheus's `…/api/v1/otlp/v1/metrics`. */
  readonly url: string;
  /** Default `protobuf`. */
  readonly encoding?: 'protobuf' | 'json';
  /** Default `gzip`. */
  readonly compression?: Compression;
}

const RETRIED = new Set([429, 502, 503, 504]);

/** @throws {InstrumentError} `option_invalid` */
export function otlpHttp(options: OtlpHttpOptions): PushTarget {
  const { encoding = 'protobuf', compression, resource, scope, ...endpoint } = options;
  if (encoding !== 'protobuf' && encoding !== 'json') {
    throw new InstrumentError(
      'option_invalid',
      `The encoding is ${JSON.stringify(encoding)}: give "protobuf" or "json".`,
    );
  }
  const described: OtlpOptions = {
    ...(resource === undefined ? {} : { resource }),
    ...(scope === undefined ? {} : { scope }),
  };
  const compress = checkedCompression(compression);
  const contentType = encoding === 'json' ? OTLP_JSON_CONTENT_TYPE : OTLP_PROTOBUF_CONTENT_TYPE;
  return {
    protocol: 'otlp',
    endpoint: endpointOf(endpoint),
    takesParts: true,
    dialect: encoding,
    prepare: (snapshot) => snapshot,
    encode(snapshot) {
      const body =
        encoding === 'json'
          ? new TextEncoder().encode(renderOtlpJson(snapshot, described))
          : renderOtlpProtobuf(snapshot, described);
      return compressedRequest({ method: 'POST', headers: { 'content-type': contentType }, body }, compress);
    },
    judge({ status, headers, body }, samples): Verdict {
      const verdict = verdictOfStatus(status);
      if (verdict.kind === 'retry' && !RETRIED.has(status)) return { kind: 'rejected', writtenSamples: 0 };
      if (verdict.kind !== 'ok') return verdict;
      const { rejected, message } = readPartialSuccess(body, headers.get('content-type') ?? '');
      const rejectedSamples = Math.min(rejected, samples);
      return { kind: 'ok', rejectedSamples, reason: `${rejected} data points were refused: ${message}` };
    },
  };
}
