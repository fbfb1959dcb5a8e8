// How long a request may take to arrive. Node's own deadline holds for every request of a server, and an import may take
// hours; so the deadline is kept here, for all routes but those that bound their bodies themselves.

import type { Socket } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { answerClientError } from './client-error.ts';

export function bodyDeadline(timeoutMs: number, ownDeadline: ReadonlySet<string>) {
  return async (request: FastifyRequest): Promise<void> => {
    const { headers } = request;
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
    if (!hasBody || ownDeadline.has(request.routeOptions.url ?? '')) return;
    const timer = setTimeout(() => {
      if (!request.raw.complete) answerTooSlow(request.raw.socket);
    }, timeoutMs);
    request.raw.once('close', () => clearTimeout(timer));
  };
}

function answerTooSlow(socket: Socket): void {
  answerClientError(Object.assign(new Error('too slow'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }) as never, socket);
}
