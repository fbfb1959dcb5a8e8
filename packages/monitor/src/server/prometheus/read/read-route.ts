// POST /api/v1/read: samples as they are stored, for Prometheus and whatever else reads from one over its remote read protocol.
// Answers are a message with all samples, or a stream of chunks, as the asker takes them; errors are text, as in Prometheus.
// Source: prometheus.io/docs/prometheus/latest/querying/remote_read_api

import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { MalformedBytes, OversizedBytes } from '../../../encoding/malformed-bytes.ts';
import type { Engine } from '../../../engine/interface.ts';
import type { SeriesSamples } from '../../../storage/interface.ts';
import type { ServerLimits } from '../../limits.ts';
import type { RouteTable } from '../../route-table.ts';
import { ApiError, apiErrorOf, needsLog, statusOf } from '../error.ts';
import { QueryGate } from '../query-gate.ts';
import { ChunkedResult } from './chunks-answer.ts';
import { ReadBudget } from './read-budget.ts';
import { type ReadQuery, type ReadRequest, readRequestOf } from './read-request.ts';
import { packedAnswer, ResultMessage } from './samples-answer.ts';

const SAMPLES_TYPE = 'application/x-protobuf';
const CHUNKS_TYPE = 'application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse';

/** `app` is a context of its own: bodies are bytes here, whatever type they have. */
export function addReadRoute(app: FastifyInstance, routes: RouteTable, engine: Engine, limits: ServerLimits): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  const { maxConcurrentReads, maxWaitingReads } = limits;
  const gate = new QueryGate({ maxConcurrentQueries: maxConcurrentReads, maxWaitingQueries: maxWaitingReads });
  routes.add({
    path: '/api/v1/read',
    methods: ['POST'],
    scope: 'read',
    handler: (request, reply) => answerRead(request, reply, { engine, gate, limits }),
  });
}

interface ReadParts {
  readonly engine: Engine;
  readonly gate: QueryGate;
  readonly limits: ServerLimits;
}

async function answerRead(request: FastifyRequest, reply: FastifyReply, parts: ReadParts): Promise<FastifyReply> {
  const { gate, limits } = parts;
  try {
    const asked = decode(request.body, limits);
    const hungUp = new AbortController();
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) hungUp.abort();
    });
    const place = await gate.enter(limits.maxQueryTimeoutMs, hungUp.signal);
    const signal = AbortSignal.any([hungUp.signal, AbortSignal.timeout(limits.maxQueryTimeoutMs)]);
    const reading = resultsOf(request, asked, parts, signal);
    // Also when the client has gone: its read is open until the store has been told.
    place.leaveAfter(reading, closeOf(reply));
    const results = await reading;
    place.sends(() => reply.raw.destroy());
    return send(reply, asked.answerKind, results, limits);
  } catch (error) {
    const apiError = readErrorOf(error);
    if (needsLog(apiError)) request.log.error({ err: error }, 'a remote read failed');
    return sendText(reply, apiError);
  }
}

/** Fulfilled when the answer has been sent, or the client has gone. */
function closeOf({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    if (raw.destroyed) resolve();
    else raw.once('close', resolve);
  });
}

/** @throws {ApiError} */
function decode(body: unknown, { maxReadQueries }: ServerLimits): ReadRequest {
  const bytes = body instanceof Uint8Array ? body : new Uint8Array(0);
  try {
    const asked = readRequestOf(bytes);
    if (asked.queries.length <= maxReadQueries) return asked;
  } catch (error) {
    if (!(error instanceof MalformedBytes || error instanceof OversizedBytes)) throw error;
    throw badRequest(`the body ${error.message}`, error);
  }
  throw badRequest(`more than ${maxReadQueries} questions in one remote read`);
}

type Result = ResultMessage | ChunkedResult;

async function resultsOf(
  request: FastifyRequest,
  { queries, answerKind }: ReadRequest,
  { engine, limits }: ReadParts,
  signal: AbortSignal,
): Promise<readonly Result[]> {
  const budget = new ReadBudget(limits);
  const makeResult = () => (answerKind === 'samples' ? new ResultMessage(budget) : new ChunkedResult(budget));
  const results: Result[] = [];
  for (const query of queries) {
    const result = makeResult();
    for await (const series of seriesOf(query, engine, request, signal)) await result.add(series);
    results.push(result);
  }
  return results;
}

function send(
  reply: FastifyReply,
  answerKind: ReadRequest['answerKind'],
  results: readonly Result[],
  { maxSendMs }: ServerLimits,
): FastifyReply {
  // A client that has hung up already closes no more.
  if (reply.raw.destroyed) return reply.hijack();
  const deadline = setTimeout(() => reply.raw.destroy(), maxSendMs);
  deadline.unref();
  reply.raw.once('close', () => clearTimeout(deadline));
  if (answerKind === 'samples') {
    reply.type(SAMPLES_TYPE).header('content-encoding', 'snappy');
    return reply.send(Readable.from(packedAnswer(results as ResultMessage[]), { objectMode: false }));
  }
  reply.type(CHUNKS_TYPE);
  return reply.send(Readable.from(framesOf(results as ChunkedResult[]), { objectMode: false }));
}

function seriesOf(
  { matchers, minTimeMs, maxTimeMs }: ReadQuery,
  engine: Engine,
  request: FastifyRequest,
  signal: AbortSignal,
): AsyncIterable<SeriesSamples> {
  const warn = (message: string) => request.log.warn(`a remote read lacks something: ${message}`);
  return engine.select({ matchers, minTimeMs, maxTimeMs, warn }, { signal });
}

async function* framesOf(results: readonly ChunkedResult[]): AsyncGenerator<Buffer> {
  for (const [index, result] of results.entries()) yield* result.frames(index);
}

/** What ended a read from outside is no failure of the monitor. */
function readErrorOf(error: unknown): ApiError {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    return new ApiError('timeout', 'the read took too long: ask for less time or fewer series at once');
  }
  if (error instanceof DOMException) return new ApiError('canceled', 'the read was canceled');
  return apiErrorOf(error);
}

function badRequest(message: string, cause?: Error): ApiError {
  return new ApiError('bad_data', message, cause === undefined ? {} : { cause });
}

function sendText(reply: FastifyReply, { type, message }: ApiError): FastifyReply {
  return reply.code(statusOf(type)).type('text/plain; charset=utf-8').send(`${message}\n`);
}
