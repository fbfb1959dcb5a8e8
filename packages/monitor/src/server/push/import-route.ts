// POST /api/v1/import: Prometheus text or OpenMetrics with timestamps of any age, of any size, packed or not. It is taken in
// pieces of whole lines, each stored before the next is read, so memory stays flat and the sender is held back where the
// store is slower. A line that cannot be read ends it; what came before is kept, and the answer says how much that is.

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { unpackZstd } from '../../encoding/unpack-zstd.ts';
import type { PushAnswer, PushRejectReason } from '../../sources/push/interface.ts';
import { type LinePiece, linePieces } from './body.ts';
import { failureOf, PushFailure } from './push-failure.ts';
import { type PushAnswered, type PushParts, type PushWork, runPush } from './push-run.ts';
import type { RefusalLog } from './refusal-log.ts';

const ERRORS_LISTED_MAX = 10;

/** The answer: what was kept, also when the rest could not be. */
interface ImportResult {
  readonly samples: number;
  readonly exemplars: number;
  /** Lines that were read. */
  readonly lines: number;
  readonly rejected: Readonly<Partial<Record<PushRejectReason, number>>>;
  readonly errors: readonly string[];
  readonly errorsLeftOut: number;
}

export function answerImport(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: PushParts,
  log: RefusalLog,
): Promise<FastifyReply> {
  const imported = new Imported();
  return runPush({
    kind: 'import',
    request,
    reply,
    parts,
    fail: ({ status, message }) => sendError(reply, status, message, imported.result()),
    work: async (work) => {
      try {
        return await importText(request, reply, parts, work, imported);
      } finally {
        log.note(request.log, 'import', imported.totals());
      }
    },
  });
}

async function importText(
  request: FastifyRequest,
  reply: FastifyReply,
  { deps, limits }: PushParts,
  { signal, count }: PushWork,
  imported: Imported,
): Promise<PushAnswered> {
  const protocol = formatOf(request.headers);
  const receivedMs = deps.clock.nowMs();
  let hasEnded = false;
  const idle = new IdleTimer(limits.importIdleMs);
  const pieces = linePieces(unpacked(request.raw), limits.importPieceBytes, () => idle.heard());
  for (;;) {
    const next = await nextPiece(pieces, idle);
    if (next === undefined) break;
    const bodyBytes = next.bytes.length;
    const piece = { linesBefore: imported.lines, isLast: next.isLast, hasEnded };
    const push = { protocol, encoding: 'identity', body: next.bytes, receivedMs, piece } as const;
    const answer = await deps.engine.push(push, signal);
    count(answer, bodyBytes);
    imported.add(answer);
    hasEnded = answer.text?.hasEnded ?? false;
    if (answer.outcome === 'malformed') {
      const [problem = 'the text cannot be read'] = answer.errors;
      throw new PushFailure(400, 'text_malformed', problem);
    }
  }
  const result = imported.result();
  const outcome = result.errors.length > 0 ? 'partial' : 'ok';
  return { outcome, send: () => sendJson(reply, { status: 'success', ...result }) };
}

/** @throws {PushFailure} 415 */
function formatOf(headers: IncomingHttpHeaders): 'text' | 'openmetrics' {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  switch (mediaType.trim().toLowerCase()) {
    case 'application/openmetrics-text':
      return 'openmetrics';
    case '':
    case 'text/plain':
    // What curl says unless it is told: nobody means a form.
    case 'application/x-www-form-urlencoded':
    case 'application/octet-stream':
      return 'text';
    default:
      throw new PushFailure(
        415,
        'media_type_unsupported',
        `Content-Type ${mediaType.trim()} is not taken: send text/plain or application/openmetrics-text`,
      );
  }
}

/** @throws {PushFailure} 415 */
function unpacked(request: IncomingMessage): Readable {
  const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
  switch (encoding) {
    case '':
    case 'identity':
      return request;
    case 'gzip':
      return pipeline(request, createGunzip(), () => {});
    case 'zstd':
      // Of any number of frames, as several packed files one after the other have.
      return Readable.from(unpackZstd(chunksOf(request)), { objectMode: false });
    default:
      throw new PushFailure(
        415,
        'encoding_unsupported',
        `Content-Encoding ${encoding} is not taken: send gzip, zstd or none`,
      );
  }
}

async function* chunksOf(request: IncomingMessage): AsyncGenerator<Buffer> {
  yield* request as AsyncIterable<Buffer>;
}

/** The next piece, undefined behind the last. Time that the store takes is not the sender's: it runs in here alone. */
async function nextPiece(pieces: AsyncGenerator<LinePiece>, idle: IdleTimer): Promise<LinePiece | undefined> {
  try {
    const { value, done } = await Promise.race([pieces.next(), idle.start()]);
    return done === true ? undefined : value;
  } catch (error) {
    throw readFailure(error);
  } finally {
    idle.stop();
  }
}

/** Ends an import whose sender has become silent. */
class IdleTimer {
  readonly #afterMs: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(afterMs: number) {
    this.#afterMs = afterMs;
  }

  /** Rejected when nothing is heard for the time. */
  start(): Promise<never> {
    const { promise, reject } = Promise.withResolvers<never>();
    const seconds = this.#afterMs / 1000;
    const silent = () =>
      reject(new PushFailure(408, 'import_idle', `nothing came for ${seconds} s: send the rest again`));
    this.#timer = setTimeout(silent, this.#afterMs);
    return promise;
  }

  heard(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

function readFailure(error: unknown): PushFailure {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_') || code.startsWith('ZSTD_')) {
    const problem = `the body cannot be unpacked (${message}): it must be what Content-Encoding says`;
    return new PushFailure(400, 'body_malformed', problem);
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new PushFailure(400, 'aborted', 'the sender went away before the body was whole', { cause: error });
  }
  return failureOf(error);
}

/** What has been stored so far, over all pieces. */
class Imported {
  lines = 0;
  #samples = 0;
  #exemplars = 0;
  readonly #rejected: Partial<Record<PushRejectReason, number>> = {};
  readonly #errors: string[] = [];
  #errorsLeftOut = 0;

  add({ outcome, samples, exemplars, rejected, errors, errorsLeftOut, text }: PushAnswer): void {
    this.#samples += samples;
    this.#exemplars += exemplars;
    this.lines += text?.lines ?? 0;
    // What ends the import is said apart.
    const listed = outcome === 'malformed' ? errors.slice(1) : errors;
    for (const [reason, count] of Object.entries(rejected) as [PushRejectReason, number][]) {
      this.#rejected[reason] = (this.#rejected[reason] ?? 0) + count;
    }
    const room = ERRORS_LISTED_MAX - this.#errors.length;
    this.#errors.push(...listed.slice(0, room));
    this.#errorsLeftOut += errorsLeftOut + Math.max(0, listed.length - room);
  }

  result(): ImportResult {
    return {
      samples: this.#samples,
      exemplars: this.#exemplars,
      lines: this.lines,
      rejected: this.#rejected,
      errors: this.#errors,
      errorsLeftOut: this.#errorsLeftOut,
    };
  }

  totals() {
    return { ...this.result(), histograms: 0, newestTimeMs: undefined };
  }
}

/** As Prometheus's API says errors, with what was kept. */
function sendError(reply: FastifyReply, status: number, error: string, result: ImportResult): FastifyReply {
  const errorType = status >= 500 ? 'unavailable' : 'bad_data';
  const kept = `${error} (${result.samples} samples before it were kept)`;
  return sendJson(reply.code(status), { status: 'error', errorType, error: kept, ...result });
}

function sendJson(reply: FastifyReply, value: unknown): FastifyReply {
  return reply.type('application/json').send(Buffer.from(JSON.stringify(value)));
}
