// The first thing that every request meets: what a browser must be told of every answer, and whether the request may be
// answered at all (`loopback.ts` says why not).

import type { FastifyReply, FastifyRequest } from 'fastify';
import { isFromOtherSite, isLoopbackHost, isSameOrigin } from './loopback.ts';
import { pathOf, type Refusal, refuse } from './refusal.ts';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cache-control': 'no-store',
};

export async function guard(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
  reply.headers(HEADERS);
  const refusal = refusalOf(request);
  return refusal === undefined ? undefined : refuse(request, reply, refusal);
}

function refusalOf(request: FastifyRequest): Refusal | undefined {
  const { headers, method } = request;
  // An address with a scheme and a host names its server itself, whatever the Host header says.
  if (!request.url.startsWith('/')) {
    return { status: 400, code: 'address_invalid', message: 'The request line must hold a path that begins with /.' };
  }
  const hosts = request.raw.headersDistinct['host'] ?? [];
  const [host = ''] = hosts;
  if (hosts.length !== 1 || !isLoopbackHost(host)) {
    return {
      status: 421,
      code: 'host_not_local',
      message: 'The Host header must name this machine (127.0.0.1, [::1] or localhost): the monitor serves it only.',
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
