// The routes that take samples: remote write, import and OTLP. Their bodies are not fastify's to read: each route reads its
// own when it has its turn.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteTable } from '../route-table.ts';
import { answerImport } from './import-route.ts';
import { DEFAULT_PUSH_ROUTE_LIMITS, type PushRouteLimits } from './limits.ts';
import { answerOtlp } from './otlp-route.ts';
import { PushGate } from './push-gate.ts';
import type { PushDeps, PushParts } from './push-run.ts';
import { RefusalLog } from './refusal-log.ts';
import { answerWrite } from './write-route.ts';

/** They bound the time of their bodies themselves: it does not run while a push waits for its turn. */
export const PUSH_PATHS: ReadonlySet<string> = new Set(['/api/v1/write', '/api/v1/import', '/api/v1/otlp/v1/metrics']);

type Answer = (
  request: FastifyRequest,
  reply: FastifyReply,
  parts: PushParts,
  log: RefusalLog,
) => Promise<FastifyReply>;

/** `app` is a context of its own: the parsers of bodies elsewhere do not hold here. */
export function addPushRoutes(
  app: FastifyInstance,
  routes: RouteTable,
  deps: PushDeps,
  limits: Partial<PushRouteLimits> = {},
): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _body, done) => done(null));
  const pushLimits = { ...DEFAULT_PUSH_ROUTE_LIMITS, ...limits };
  const { maxConcurrentPushes, maxConcurrentImports, maxWaitingPushes } = pushLimits;
  const gateOf = (maxRunning: number) => new PushGate({ maxRunning, maxWaiting: maxWaitingPushes });
  const parts: PushParts = { deps, gate: gateOf(maxConcurrentPushes), limits: pushLimits };
  const importParts: PushParts = { ...parts, gate: gateOf(maxConcurrentImports) };
  const log = new RefusalLog();
  const takes = (path: string, answer: Answer, given = parts) =>
    routes.add({
      path,
      methods: ['POST'],
      scope: 'push',
      handler: (request, reply) => answer(request, reply, given, log),
    });
  takes('/api/v1/write', answerWrite);
  takes('/api/v1/import', answerImport, importParts);
  takes('/api/v1/otlp/v1/metrics', answerOtlp);
}
