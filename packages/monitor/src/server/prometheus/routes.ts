// The Prometheus API under `/api/v1`: which question each path asks, its turn in the gate, its answer, its end when the
// client hangs up, and what is reported of it.

import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { MEMORY_SHORT, QueryError } from '../../promql/interface.ts';
import type { TargetStatus } from '../../sources/interface.ts';
import { readExemplars } from '../history/exemplars.ts';
import type { ServerLimits } from '../limits.ts';
import type { QueryKind, QueryObserver, QueryOutcome } from '../query-observer.ts';
import { pathOf } from '../refusal.ts';
import type { RouteTable } from '../route-table.ts';
import { boundedNotes } from './bounded-notes.ts';
import { type ApiError, apiErrorOf, errorBody, needsLog, statusOf } from './error.ts';
import { answerFormatted, answerParsed } from './expressions.ts';
import { readLabelNames, readLabelValues, readMetadata, readSeries } from './metadata.ts';
import { Parameters } from './parameters.ts';
import {
  answerConfig,
  answerFeatures,
  answerFlags,
  NO_NOTIFICATIONS,
  readRuntimeInfo,
  WAL_REPLAYED,
} from './process-status.ts';
import { readExplanation, readInstantQuery, readRangeQuery } from './queries.ts';
import { QueryGate } from './query-gate.ts';
import { type LoggedQuery, QueryLog } from './query-log.ts';
import { answerQueryLog } from './query-log-answer.ts';
import type { Question } from './question.ts';
import { type Answer, renderAnswer } from './render.ts';
import { readAlerts, readRules } from './rules/read-rules.ts';
import { sendJson, VARY } from './send-json.ts';
import type { ServedSettings } from './served-settings.ts';
import { answerBuildInfo, readTsdbStatus } from './status.ts';
import { answerRelabelSteps, answerScrapePools, answerTargets, readTargetMetadata } from './targets.ts';

export interface PrometheusDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  readonly targets: () => readonly TargetStatus[];
  readonly queryObserver: QueryObserver;
  readonly served: ServedSettings;
}

type Reader = (parameters: Parameters, request: FastifyRequest) => Question;
type Responder = (parameters: Parameters) => Answer;
type Method = 'GET' | 'POST';

/** There are no channels in the monitor. */
const NO_ALERTMANAGERS: Answer = { data: ['{"activeAlertmanagers":[],"droppedAlertmanagers":[]}'] };

const GET: readonly Method[] = ['GET'];
const GET_OR_FORM: readonly Method[] = ['GET', 'POST'];

export function addPrometheusRoutes(routes: RouteTable, deps: PrometheusDeps, limits: ServerLimits): void {
  const { engine, clock, served, targets, startedMs } = deps;
  const gate = new QueryGate(limits);
  const log = new QueryLog(limits);
  const { maxSelectors } = limits;

  const asks = (kind: QueryKind, path: string, methods: readonly Method[], read: Reader) =>
    addRoute(routes, path, methods, (request, reply) =>
      answerQuestion({ request, reply, kind, read, gate, log, limits, deps }),
    );
  const tells = (path: string, methods: readonly Method[], respond: Responder) =>
    addRoute(routes, path, methods, (request, reply) => tell(request, reply, respond, limits));

  asks('instant', 'query', GET_OR_FORM, (parameters) => readInstantQuery(parameters, engine, clock));
  asks('range', 'query_range', GET_OR_FORM, (parameters) => readRangeQuery(parameters, engine));
  asks('instant', 'explain', GET_OR_FORM, (parameters) => readExplanation(parameters, engine, clock));
  asks('metadata', 'query_exemplars', GET_OR_FORM, (parameters) => readExemplars(parameters, engine));
  tells('format_query', GET_OR_FORM, (parameters) => answerFormatted(parameters, served.language));
  tells('parse_query', GET_OR_FORM, (parameters) => answerParsed(parameters, served.language));
  asks('metadata', 'series', GET_OR_FORM, (parameters) => readSeries(parameters, engine, maxSelectors));
  asks('metadata', 'labels', GET_OR_FORM, (parameters) => readLabelNames(parameters, engine, maxSelectors));
  asks('metadata', 'label/:name/values', GET, (parameters, request) =>
    readLabelValues(parameters, engine, maxSelectors, (request.params as { name: string }).name),
  );
  asks('metadata', 'metadata', GET, (parameters) => readMetadata(parameters, engine));
  asks('metadata', 'targets/metadata', GET, (parameters) =>
    readTargetMetadata(parameters, engine, targets(), clock.nowMs()),
  );
  tells('targets', GET, (parameters) => answerTargets(parameters, targets()));
  tells('targets/relabel_steps', GET, (parameters) => answerRelabelSteps(parameters, targets()));
  tells('scrape_pools', GET, () => answerScrapePools(targets()));
  asks('metadata', 'rules', GET, (parameters) => readRules(parameters, engine, maxSelectors));
  asks('metadata', 'alerts', GET, () => readAlerts(engine));
  tells('alertmanagers', GET, () => NO_ALERTMANAGERS);
  asks('metadata', 'status/tsdb', GET, (parameters) => readTsdbStatus(parameters, engine));
  asks('metadata', 'status/runtimeinfo', GET, () => readRuntimeInfo(served, engine, clock, startedMs));
  tells('status/buildinfo', GET, () => answerBuildInfo(deps.version));
  tells('status/config', GET, () => answerConfig(served, targets()));
  tells('status/flags', GET, () => answerFlags(served));
  tells('status/walreplay', GET, () => WAL_REPLAYED);
  addRoute(routes, 'status/queries', GET, async (request, reply) => {
    const held = await engine.held();
    return tell(request, reply, () => answerQueryLog(log, clock.nowMs(), held), limits);
  });
  tells('features', GET, () => answerFeatures(served));
  tells('notifications', GET, () => NO_NOTIFICATIONS);
}

type Handler = (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply> | FastifyReply;

/** `OPTIONS` is answered with nothing, as Prometheus does; no other origin is allowed anything by it. */
function addRoute(routes: RouteTable, path: string, methods: readonly Method[], handle: Handler): void {
  routes.add({
    path: `/api/v1/${path}`,
    methods: [...methods, 'OPTIONS'],
    scope: 'read',
    handler: (request, reply) =>
      request.method === 'OPTIONS' ? reply.code(204).header('vary', VARY).send() : handle(request, reply),
  });
}

function tell(
  request: FastifyRequest,
  reply: FastifyReply,
  respond: Responder,
  { maxSendMs }: ServerLimits,
): FastifyReply {
  try {
    return sendJson(reply, renderAnswer(respond(new Parameters(request))), maxSendMs);
  } catch (error) {
    return sendError(reply, apiErrorOf(error), error, maxSendMs);
  }
}

interface Asked {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly kind: QueryKind;
  readonly read: Reader;
  readonly gate: QueryGate;
  readonly log: QueryLog;
  readonly limits: ServerLimits;
  readonly deps: PrometheusDeps;
}

async function answerQuestion(asked: Asked): Promise<FastifyReply> {
  const { request, reply, kind, log, limits, deps } = asked;
  const startedMs = performance.now();
  const parameters = new Parameters(request);
  const logged = log.began(questionOf(asked, parameters), deps.clock.nowMs());
  deps.queryObserver.queryBegan?.();
  const ended = (outcome: QueryOutcome) => {
    const durationSeconds = (performance.now() - startedMs) / 1000;
    const slow = logged.ended(outcome, durationSeconds);
    if (slow !== undefined) request.log.warn({ slowQuery: slow }, `a query took ${durationSeconds.toFixed(3)} s`);
    deps.queryObserver.queryEnded({ kind, outcome, durationSeconds, isSlow: slow !== undefined });
  };
  try {
    const answer = await runInTurn(asked, parameters, logged);
    void closeOf(reply).then(() => ended(reply.raw.writableFinished ? 'ok' : 'error'));
    if (answer === undefined) return reply.code(204).header('vary', VARY).send();
    return sendJson(reply, renderAnswer(boundedNotes(answer)), limits.maxSendMs);
  } catch (error) {
    if (error instanceof QueryError && error.code === MEMORY_SHORT) asked.gate.makeRoom();
    const apiError = apiErrorOf(error, 'query');
    ended(outcomeOf(apiError));
    return sendError(reply, apiError, error, limits.maxSendMs);
  }
}

function questionOf({ request, kind }: Asked, parameters: Parameters) {
  const query = parameters.first('query') || parameters.all('match[]').join(' ');
  const [start, end, step] = ['start', 'end', 'step'].map((name) => parameters.first(name));
  return { kind, path: pathOf(request), query, start: start!, end: end!, step: step!, client: request.ip };
}

async function runInTurn(
  { request, reply, kind, read, gate, limits }: Asked,
  parameters: Parameters,
  logged: LoggedQuery,
): Promise<Answer | undefined> {
  const question = read(parameters, request);
  // As in Prometheus, whose other questions pass over the parameter.
  const wantedMs = kind === 'metadata' ? undefined : parameters.optionalDurationMs('timeout');
  const timeoutMs = Math.min(wantedMs ?? Infinity, limits.maxQueryTimeoutMs);
  const hungUp = new AbortController();
  const closed = closeOf(reply);
  void closed.then(() => {
    if (!reply.raw.writableFinished) hungUp.abort();
  });
  const askedMs = performance.now();
  const place = await gate.enter(timeoutMs, hungUp.signal);
  logged.admitted();
  const waitedMs = performance.now() - askedMs;
  // Whole milliseconds: another engine is told them as text, and Prometheus reads no fractions.
  const turn = {
    timeoutMs: Math.max(0, Math.ceil(timeoutMs - waitedMs)),
    signal: hungUp.signal,
    sent: closed,
    waitedMs,
  };
  const answer = question(turn);
  // Also when the client has gone: what is asked of the store goes on until the store has ended it.
  place.leaveAfter(answer, closed);
  await answer.finally(() => place.sends(() => reply.raw.destroy()));
  return answer;
}

/** Fulfilled when the answer has been sent, or the client has gone. */
function closeOf({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    if (raw.destroyed) resolve();
    else raw.once('close', resolve);
  });
}

function sendError(reply: FastifyReply, apiError: ApiError, cause: unknown, maxSendMs: number): FastifyReply {
  if (needsLog(apiError)) reply.log.error({ err: cause }, 'a query failed for an internal reason');
  const body = [errorBody(apiError.type, apiError.message)];
  return sendJson(reply.code(statusOf(apiError.type)), body.values(), maxSendMs);
}

function outcomeOf({ type }: ApiError): QueryOutcome {
  if (type === 'timeout') return 'timeout';
  return type === 'unavailable' ? 'limit' : 'error';
}
