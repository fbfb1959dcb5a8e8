// POST /api/v1/otlp/v1/metrics: metrics of OpenTelemetry, in protobuf or JSON, packed with gzip or not. Answered in the
// format of the request: 200, with what was refused of it, or a status that tells whether to try again.
// Source: opentelemetry.io/docs/specs/otlp

import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PushAnswer, PushEncoding } from '../../sources/push/interface.ts';
import { readBody } from './body.ts';
import { exportResponse, type OtlpFormat, type PartialSuccess, rpcStatus } from './otlp-response.ts';
import { PushFailure } from './push-failure.ts';
import { type PushParts, runPush } from './push-run.ts';
import type { RefusalLog } from './refusal-log.ts';

const MEDIA_TYPES: Readonly<Record<OtlpFormat, string>> = {
  protobuf: 'application/x-protobuf',
  json: 'application/json',
};

export function answerOtlp(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: PushParts,
  log: RefusalLog,
): Promise<FastifyReply> {
  const { deps, limits } = parts;
  const format = formatOf(request.headers);
  /** What cannot be said in a format that is not known is said in the usual one. */
  const answerFormat = format ?? 'protobuf';
  return runPush({
    kind: 'otlp',
    request,
    reply,
    parts,
    fail: ({ status, message }) => send(reply.code(status), answerFormat, rpcStatus(answerFormat, status, message)),
    work: async ({ signal, count }) => {
      if (format === undefined) throw unsupportedType(request.headers['content-type'] ?? '');
      const encoding = encodingOf(request.headers);
      const body = await readBody(request.raw, limits);
      const bodyBytes = body.length;
      const push = { protocol: `otlp-${format}`, encoding, body, receivedMs: deps.clock.nowMs() } as const;
      const answer = await deps.engine.push(push, signal);
      count(answer, bodyBytes);
      log.note(request.log, 'otlp', answer);
      const text = textOf(answer);
      if (answer.outcome === 'malformed' || answer.outcome === 'too_large') {
        const status = answer.outcome === 'malformed' ? 400 : 413;
        return { outcome: 'invalid', send: () => send(reply.code(status), format, rpcStatus(format, status, text)) };
      }
      return {
        outcome: answer.outcome === 'stored' ? 'ok' : 'partial',
        send: () => send(reply.code(200), format, exportResponse(format, partialSuccessOf(answer))),
      };
    },
  });
}

function formatOf(headers: IncomingHttpHeaders): OtlpFormat | undefined {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  switch (mediaType.trim().toLowerCase()) {
    case 'application/x-protobuf':
      return 'protobuf';
    case 'application/json':
      return 'json';
    default:
      return undefined;
  }
}

function unsupportedType(contentType: string): PushFailure {
  return new PushFailure(
    415,
    'media_type_unsupported',
    `unsupported content type: ${contentType}, supported: [application/json, application/x-protobuf]`,
  );
}

/** @throws {PushFailure} 415 */
function encodingOf(headers: IncomingHttpHeaders): PushEncoding {
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return 'identity';
  if (encoding === 'gzip') return 'gzip';
  throw new PushFailure(
    415,
    'encoding_unsupported',
    `unsupported compression: ${encoding}. Only "gzip" or no compression supported`,
  );
}

/** Undefined when there is nothing to say. A warning is a partial success of which nothing was rejected. */
function partialSuccessOf(answer: PushAnswer): PartialSuccess | undefined {
  const { rejectedDataPoints = 0, warnings = [] } = answer.otlp ?? {};
  const texts = [textOf(answer), ...warnings].filter((text) => text !== '');
  if (rejectedDataPoints === 0 && texts.length === 0) return undefined;
  return { rejectedDataPoints, errorMessage: texts.join('; ') };
}

function textOf({ errors, errorsLeftOut }: PushAnswer): string {
  return errorsLeftOut === 0 ? errors.join('; ') : `${errors.join('; ')}; and ${errorsLeftOut} more`;
}

function send(reply: FastifyReply, format: OtlpFormat, body: Buffer): FastifyReply {
  return reply.type(MEDIA_TYPES[format]).send(body);
}
