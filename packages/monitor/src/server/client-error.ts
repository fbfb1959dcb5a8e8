// Answers to what is no HTTP request, or one over a bound: there is no request to speak of yet, only a socket.

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { ConnectionError } from 'fastify';
import type { WireError } from './wire.ts';

interface Answer extends WireError {
  readonly status: number;
}

export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const { status, code, message } = answerTo(error.code);
  const body = JSON.stringify({ code, message } satisfies WireError);
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

function answerTo(code: string): Answer {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { status: 431, code: 'headers_too_large', message: 'The address and headers are too large: use POST.' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, code: 'request_timeout', message: 'The request took too long to arrive.' };
    default:
      return { status: 400, code: 'request_invalid', message: 'This is no HTTP/1.1 request.' };
  }
}
