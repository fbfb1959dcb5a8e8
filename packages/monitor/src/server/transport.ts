// The server beneath fastify: HTTP, or HTTPS where there is a certificate, with the same bounds.

import http from 'node:http';
import type { Security } from './auth/security.ts';
import type { ServerLimits } from './limits.ts';

export function createTransport(handler: http.RequestListener, security: Security, limits: ServerLimits): http.Server {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    // An import may take hours: body-deadline.ts bounds the rest.
    requestTimeout: 0,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
  };
  // A client has as long to agree on TLS as to send its headers.
  const encrypted = security.createServer({ ...options, handshakeTimeout: limits.headersTimeoutMs }, handler);
  return encrypted ?? http.createServer(options, handler);
}
