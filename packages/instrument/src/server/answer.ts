// What a route answers with, and how that is sent: with its length, never cached, and cut off when the client does not read
// it in time.

import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerParts } from './server-limits.ts';

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: Uint8Array | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export function textAnswer(status: number, text: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${text}\n`, headers };
}

export function jsonAnswer(status: number, value: unknown): Answer {
  return { status, contentType: 'application/json; charset=utf-8', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

/** To a HEAD, Node sends the headers alone. Nothing is sent to a client that has gone. */
export function send(response: ServerResponse, { status, contentType, body, headers }: Answer): void {
  if (response.destroyed || response.headersSent) return;
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.byteLength,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...headers,
  });
  response.end(bytes);
}

/** Cuts the connection when the answer is not read to its end in time. */
export function limitAnswerTime(request: IncomingMessage, response: ServerResponse, parts: ServerParts): void {
  const cancel = parts.after(parts.limits.maxAnswerMs, () => request.socket.destroy());
  response.once('close', cancel);
}
