// `/metrics`: the monitor's own registry in Prometheus' text format, compressed for whoever takes it so; and
// `/metrics/summary`.

import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { TEXT_CONTENT_TYPE } from '@chainpulse/instrument';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { RouteTable } from '../route-table.ts';
import type { SummaryReader } from './summary.ts';

const compress = promisify(gzip);

export function addMetricsRoutes(routes: RouteTable, renderMetrics: () => Uint8Array, summary: SummaryReader): void {
  routes.add({
    path: '/metrics',
    methods: ['GET', 'HEAD'],
    scope: 'read',
    handler: (request, reply) => answerMetrics(request, reply, renderMetrics()),
  });
  routes.add({ path: '/metrics/summary', methods: ['GET', 'HEAD'], scope: 'read', handler: () => summary.read() });
}

async function answerMetrics(request: FastifyRequest, reply: FastifyReply, page: Uint8Array): Promise<FastifyReply> {
  reply.type(TEXT_CONTENT_TYPE).header('vary', 'Accept-Encoding');
  if (!takesGzip(request.headers['accept-encoding'] ?? '')) return reply.send(page);
  const compressed = await compress(page);
  return reply.header('content-encoding', 'gzip').send(compressed);
}

/** Whether an `Accept-Encoding` header names gzip, or everything, without refusing it by `q=0`. */
export function takesGzip(acceptEncoding: string): boolean {
  const weights = new Map<string, number>();
  for (const entry of acceptEncoding.toLowerCase().split(',')) {
    const [coding = '', ...parameters] = entry.split(';').map((part) => part.trim());
    const weight = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    weights.set(coding, weight === undefined ? 1 : Number(weight));
  }
  return (weights.get('gzip') ?? weights.get('*') ?? 0) > 0;
}
