// POST /api/v1/write: Prometheus remote write 1.0 and 2.0, answered with the codes and headers of Prometheus 3.
//
// Better than there on purpose: samples that come out of order are taken, and what is right in a request of 1.0 is kept when
// something else in it is refused (the answer is 400 all the same, and the specification allows both).
// Source: prometheus.io/docs/specs/prw/remote_write_spec and remote_write_spec_2_0

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { PushAnswer, PushProtocol } from '../../sources/push/interface.ts';
import { readBody } from './body.ts';
import { type PushParts, runPush } from './push-run.ts';
import type { RefusalLog } from './refusal-log.ts';
import { writeProtocolOf } from './write-headers.ts';

export function answerWrite(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: PushParts,
  log: RefusalLog,
): Promise<FastifyReply> {
  const { deps, limits } = parts;
  return runPush({
    kind: 'remote_write',
    request,
    reply,
    parts,
    fail: ({ status, message }) => sendText(reply.code(status), message),
    work: async ({ signal, count }) => {
      const protocol = writeProtocolOf(request.headers);
      const body = await readBody(request.raw, limits);
      const bodyBytes = body.length;
      const push = { protocol, encoding: 'snappy', body, receivedMs: deps.clock.nowMs() } as const;
      const answer = await deps.engine.push(push, signal);
      count(answer, bodyBytes);
      log.note(request.log, 'remote_write', answer);
      const isRefused = answer.outcome === 'malformed' || answer.outcome === 'too_large';
      const outcome = isRefused ? 'invalid' : answer.errors.length > 0 ? 'partial' : 'ok';
      return { outcome, send: () => send(reply, protocol, answer) };
    },
  });
}

function send(reply: FastifyReply, protocol: PushProtocol, answer: PushAnswer): FastifyReply {
  if (protocol === 'remote-write-2') {
    reply.headers({
      'x-prometheus-remote-write-samples-written': String(answer.samples),
      'x-prometheus-remote-write-histograms-written': String(answer.histograms),
      'x-prometheus-remote-write-exemplars-written': String(answer.exemplars),
    });
  }
  if (answer.outcome === 'stored') return reply.code(204).send();
  return sendText(reply.code(400), textOf(answer));
}

function textOf({ errors, errorsLeftOut }: PushAnswer): string {
  return errorsLeftOut === 0 ? errors.join('\n') : `${errors.join('\n')}\nand ${errorsLeftOut} more`;
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('text/plain; charset=utf-8').send(`${text}\n`);
}
