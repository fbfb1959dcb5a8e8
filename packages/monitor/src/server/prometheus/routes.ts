// The Prometheus API under `/api/v1`: which question each path asks, its turn in the gate, its answer, its end when the
// client hangs up, and what is reported of it.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import { readExemplars } from '../history/exemplars.ts';
import type { ServerLimits } from '../limits.ts';
import type { QueryKind, QueryObserver, QueryOutcome } from '../query-observer.ts';
import type { RouteTable } from '../route-table.ts';
import { type ApiError, apiErrorOf, errorBody, needsLog, statusOf } from './error.ts';
import { readLabelNames, readLabelValues, readMetadata, readSeries } from './metadata.ts';
import { Parameters } from './parameters.ts';
import { type Question, readInstantQuery, readRangeQuery } from './queries.ts';
import { QueryGate } from './query-gate.ts';
import { type Answer, renderAnswer } from './render.ts';
import { sendJson } from './send-json.ts';
import { answerBuildInfo, answerTargets, readTsdbStatus } from './status.ts';

export interface PrometheusDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly version: string;
  readonly targets: () => readonly TargetStatus[];
  readonly queryObserver: QueryObserver;
}

type Reader = (parameters: Parameters, request: FastifyRequest) => Question;
type Responder = (parameters: Parameters) => Answer;

export function addPrometheusRoutes(routes: RouteTable, deps: PrometheusDeps, limits: ServerLimits): void {
  const { engine, clock } = deps;
  const gate = new QueryGate(limits);
  const { maxSelectors } = limits;

  const asks = (kind: QueryKind, path: string, methods: readonly ('GET' | 'POST')[], read: Reader) =>
    routes.add({
      path: `/api/v1/${path}`,
      methods,
      scope: 'read',
      handler: (request, reply) => answerQuestion({ request, reply, kind, read, gate, limits, deps }),
    });
  const tells = (path: string, respond: Responder) =>
    routes.add({
      path: `/api/v1/${path}`,
      methods: ['GET'],
      scope: 'read',
      handler: (request, reply) => sendJson(reply, renderAnswer(respond(new Parameters(request))), limits.maxSendMs),
    });

  asks('instant', 'query', ['GET', 'POST'], (parameters) => readInstantQuery(parameters, engine, clock));
  asks('range', 'query_range', ['GET', 'POST'], (parameters) => readRangeQuery(parameters, engine));
  asks('metadata', 'series', ['GET', 'POST'], (parameters) => readSeries(parameters, engine, maxSelectors));
  asks('metadata', 'labels', ['GET', 'POST'], (parameters) => readLabelNames(parameters, engine, maxSelectors));
  asks('metadata', 'label/:name/values', ['GET'], (parameters, request) =>
    readLabelValues(parameters, engine, maxSelectors, (request.params as { name: string }).name),
  );
  asks('metadata', 'metadata', ['GET'], (parameters) => readMetadata(parameters, engine));
  asks('metadata', 'query_exemplars', ['GET', 'POST'], (parameters) => readExemplars(parameters, engine));
  asks('metadata', 'status/tsdb', ['GET'], (parameters) => readTsdbStatus(parameters, engine));
  tells('targets', (parameters) => answerTargets(parameters, deps.targets()));
  tells('status/buildinfo', () => answerBuildInfo(deps.version));
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly kind: QueryKind;
  readonly read: Reader;
  readonly gate: QueryGate;
  readonly limits: ServerLimits;
  readonly deps: PrometheusDeps;
}

async function answerQuestion(asked: Asked): Promise<FastifyReply> {
  const { reply, kind, limits, deps } = asked;
  const startedMs = performance.now();
  const ended = (outcome: QueryOutcome) =>
    deps.queryObserver.queryEnded({ kind, outcome, durationSeconds: (performance.now() - startedMs) / 1000 });
  try {
    const answer = await runInTurn(asked);
    reply.raw.once('close', () => ended(reply.raw.writableFinished ? 'ok' : 'error'));
    return sendJson(reply, renderAnswer(answer), limits.maxSendMs);
  } catch (error) {
    const apiError = apiErrorOf(error, 'query');
    ended(outcomeOf(apiError));
    if (needsLog(apiError)) reply.log.error({ err: error }, 'a query failed for an internal reason');
    return reply
      .code(statusOf(apiError.type))
      .type('application/json')
      .send(Buffer.from(errorBody(apiError.type, apiError.message)));
  }
}

async function runInTurn({ request, reply, read, gate, limits }: Asked): Promise<Answer> {
  const parameters = new Parameters(request);
  const question = read(parameters, request);
  const timeoutMs = Math.min(parameters.optionalDurationMs('timeout') ?? Infinity, limits.maxQueryTimeoutMs);
  const hungUp = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) hungUp.abort();
  });
  const askedMs = performance.now();
  const leave = await gate.enter(timeoutMs, hungUp.signal);
  if (reply.raw.destroyed) leave();
  else reply.raw.once('close', leave);
  // Whole milliseconds: another engine is told them as text, and Prometheus reads no fractions.
  return question(Math.max(0, Math.ceil(timeoutMs - (performance.now() - askedMs))), hungUp.signal);
}

function outcomeOf({ type }: ApiError): QueryOutcome {
  if (type === 'timeout') return 'timeout';
  return type === 'unavailable' ? 'limit' : 'error';
}
