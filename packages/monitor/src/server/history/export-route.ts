// GET or POST /api/v1/export: samples as they are stored, as text of one of four formats, of any size. It is made while it is
// sent, as fast as it is read. What the answer lacks, and how many samples it has, is said behind it, in trailers: an answer that
// ends before them is cut off. Format page: docs/formats/history.md.

import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import { exportHistory } from '../../export/export-history.ts';
import {
  CONTENT_TYPES,
  EXPORT_FORMATS,
  type ExportFormat,
  type ExportRequest,
  type HistorySource,
  newTotals,
} from '../../export/interface.ts';
import { takesGzip } from '../chain/metrics.ts';
import { ApiError, apiErrorOf, errorBody, invalidParameter, statusOf } from '../prometheus/error.ts';
import { Parameters } from '../prometheus/parameters.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../prometheus/time-text.ts';
import { type HistoryLimits, RETRY_AFTER_SECONDS } from './limits.ts';
import { disconnectWhenStalled } from './stall-guard.ts';

/** Quick rather than small. */
const GZIP_LEVEL = 3;
/** Longer than any reader may stall (`maxExportStallMs`), however large the piece that it is at. */
const READ_IDLE_MS = 3_600_000;
const WARNINGS_MAX = 10;

export class ExportRoute {
  readonly #engine: Engine;
  readonly #limits: HistoryLimits;
  readonly #maxSelectors: number;
  #running = 0;

  constructor(engine: Engine, limits: HistoryLimits, maxSelectors: number) {
    this.#engine = engine;
    this.#limits = limits;
    this.#maxSelectors = maxSelectors;
  }

  readonly handle = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    try {
      const wanted = readRequest(new Parameters(request), this.#maxSelectors);
      this.#enter(reply);
      return await this.#send(request, reply, wanted);
    } catch (error) {
      const { type, message } = apiErrorOf(error, 'match[]');
      if (type === 'internal') request.log.error({ err: error }, 'an export failed');
      if (type === 'unavailable') reply.header('retry-after', String(RETRY_AFTER_SECONDS));
      return reply
        .code(statusOf(type))
        .type('application/json')
        .send(Buffer.from(errorBody(type, message)));
    }
  };

  /** @throws {ApiError} */
  #enter(reply: FastifyReply): void {
    const { maxConcurrentExports } = this.#limits;
    if (this.#running >= maxConcurrentExports) {
      throw new ApiError(
        'unavailable',
        `${maxConcurrentExports} exports are under way, which is the limit: try again later`,
      );
    }
    this.#running++;
    if (reply.raw.destroyed) this.#running--;
    else reply.raw.once('close', () => this.#running--);
  }

  async #send(request: FastifyRequest, reply: FastifyReply, wanted: ExportRequest): Promise<FastifyReply> {
    const hungUp = new AbortController();
    reply.raw.once('close', () => hungUp.abort());
    const totals = newTotals();
    const pieces = exportHistory(sourceOf(this.#engine, hungUp.signal), wanted, totals);
    // What cannot be begun is refused in the words of the API.
    const first = await pieces.next();
    reply.type(CONTENT_TYPES[wanted.format]).header('vary', 'Accept-Encoding');
    reply.trailer('x-chainpulse-samples', async () => String(totals.samples));
    reply.trailer('x-chainpulse-left-out', async () => String(totals.leftOut));
    reply.trailer('x-chainpulse-warnings', async () => JSON.stringify([...totals.warnings].slice(0, WARNINGS_MAX)));
    disconnectWhenStalled(reply.raw, this.#limits.maxExportStallMs);
    const text = Readable.from(following(first, pieces), { objectMode: false });
    if (!takesGzip(request.headers['accept-encoding'] ?? '')) return reply.send(text);
    const packed = pipeline(text, createGzip({ level: GZIP_LEVEL }), () => {});
    return reply.header('content-encoding', 'gzip').send(packed);
  }
}

/** @throws {ApiError} */
function readRequest(parameters: Parameters, maxSelectors: number): ExportRequest {
  const format = parameters.first('format') || 'json';
  if (!isFormat(format)) {
    throw invalidParameter('format', `${JSON.stringify(format)} is none of ${EXPORT_FORMATS.join(', ')}`);
  }
  const minTimeMs = parameters.timeMs('start', MIN_TIME_MS);
  const maxTimeMs = parameters.timeMs('end', MAX_TIME_MS);
  if (maxTimeMs < minTimeMs) throw invalidParameter('end', 'end timestamp must not be before start time');
  const columns = parameters.all('column[]');
  return {
    format,
    minTimeMs,
    maxTimeMs,
    matcherSets: parameters.selectors(maxSelectors, 'match[]'),
    columns: columns.length === 0 ? undefined : columns,
    isFragment: parameters.first('fragment') === 'true',
  };
}

function isFormat(text: string): text is ExportFormat {
  return (EXPORT_FORMATS as readonly string[]).includes(text);
}

function sourceOf(engine: Engine, signal: AbortSignal): HistorySource {
  return {
    select: (request) => engine.select(request, { signal, idleMs: READ_IDLE_MS }),
    labelNames: (request) => engine.labelNames(request),
    labelValues: (name, request) => engine.labelValues(name, request),
    metadata: (name, limit) => engine.metadata(name, limit),
  };
}

async function* following(first: IteratorResult<Buffer>, pieces: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  if (first.done === true) return;
  yield first.value;
  yield* pieces;
}
