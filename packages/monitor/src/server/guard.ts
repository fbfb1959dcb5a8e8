// The first thing that every request meets: what a browser must be told of every answer, whether the request may have come from
// where it says (`loopback.ts`, `own-hosts.ts`), and whether whoever sent it may ask this (`auth/security.ts`).

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteScope } from './auth/scopes.ts';
import type { Security } from './auth/security.ts';
import { isFromOtherSite, isSameOrigin } from './loopback.ts';
import type { OwnHosts } from './own-hosts.ts';
import { pathOf, type Refusal, refuse } from './refusal.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What a caller must be allowed to do. The page has none of its own and is `read`. */
    readonly scope?: RouteScope;
  }
}

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

/** The scope of the page. */
const DEFAULT_SCOPE: RouteScope = 'read';

export function guardOf(security: Security) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    reply.headers(HEADERS);
    const origin = originRefusalOf(request, security.hosts);
    if (origin !== undefined) return refuse(request, reply, origin);
    const access = await security.refusalOf({
      authorization: request.headers.authorization,
      remoteAddress: request.ip,
      // That nothing is there is told to whoever may ask anything.
      scope: request.is404 ? 'health' : (request.routeOptions.config.scope ?? DEFAULT_SCOPE),
    });
    // Whoever went away while a password was compared closes nothing any more: the routes would wait for it in vain, and
    // hold their places (pushes, queries, event streams) meanwhile.
    if (reply.raw.destroyed) return reply.hijack();
    return access === undefined ? undefined : refuse(request, reply.headers(access.headers), access);
  };
}

function originRefusalOf(request: FastifyRequest, own: OwnHosts): Refusal | undefined {
  const { headers, method } = request;
  // An address with a scheme and a host names its server itself, whatever the Host header says.
  if (!request.url.startsWith('/')) {
    return { status: 400, code: 'address_invalid', message: 'The request line must hold a path that begins with /.' };
  }
  const hosts = request.raw.headersDistinct['host'] ?? [];
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !own.includes(host)) {
    return {
      status: 421,
      code: 'host_not_local',
      message:
        'The Host header must name this machine (127.0.0.1, [::1] or localhost; where the monitor listens for others, its address or name): ' +
        'add further names to server.hosts.',
    };
  }
  const { origin } = headers;
  if (origin !== undefined && !isSameOrigin(origin, host)) {
    return { status: 403, code: 'origin_not_own', message: 'Only pages of the monitor itself may ask it.' };
  }
  const context = {
    method,
    path: pathOf(request),
    site: headerOf(request, 'sec-fetch-site'),
    mode: headerOf(request, 'sec-fetch-mode'),
    destination: headerOf(request, 'sec-fetch-dest'),
  };
  if (isFromOtherSite(context)) {
    return { status: 403, code: 'site_not_own', message: 'Pages of other sites may not ask the monitor.' };
  }
  return undefined;
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}
