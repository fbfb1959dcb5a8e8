// How a request is refused, in the words of the API it was meant for: Prometheus' error JSON under `/api/v1`, ours
// elsewhere. No answer carries a stack trace or anything of an error that was not written for the client.

import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, errorTypeOfStatus } from './prometheus/error.ts';
import type { WireError } from './wire.ts';

export interface Refusal extends WireError {
  readonly status: number;
}

/** The path of a request without its parameters. */
export function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

export function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, code, message } = refusal;
  const isPrometheus = /^\/api\/v1(\/|$)/.test(pathOf(request));
  const body = isPrometheus
    ? errorBody(errorTypeOfStatus(status), message)
    : JSON.stringify({ code, message } satisfies WireError);
  return reply.code(status).type('application/json').send(Buffer.from(body));
}
