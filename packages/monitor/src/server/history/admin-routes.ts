// /api/v1/admin/tsdb/…: deletion of series, snapshots, and the cleaning up after deletions, as Prometheus has them: where the
// monitor was not told to allow them, the answer is Prometheus' too, 500 `admin APIs disabled`. One works at a time.
// Source: "TSDB Admin APIs" of prometheus.io/docs/prometheus/latest/querying/api

import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Engine } from '../../engine/interface.ts';
import type { Clock } from '../../model/clock.ts';
import { ApiError, apiErrorOf, errorBody, invalidParameter, statusOf } from '../prometheus/error.ts';
import { Parameters } from '../prometheus/parameters.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../prometheus/time-text.ts';
import type { RouteTable } from '../route-table.ts';
import { RETRY_AFTER_SECONDS } from './limits.ts';

export interface AdminDeps {
  readonly engine: Engine;
  readonly clock: Clock;
  /** Where snapshots go; undefined where the admin API is not enabled. */
  readonly snapshotsDirectory: string | undefined;
}

/** What Go's ParseBool takes. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'T', 'TRUE', 'true', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'F', 'FALSE', 'false', 'False'].map((text) => [text, false] as const),
]);

/** Gives what the answer holds; undefined for an answer without content. */
type Operation = (parameters: Parameters, snapshotsDirectory: string) => Promise<object | undefined>;

/** Begins with Prometheus' words, for those who look for them. */
const DISABLED = 'admin APIs disabled: start with --enable-admin-api, or set server.adminApi: true';

export function addAdminRoutes(routes: RouteTable, deps: AdminDeps, maxSelectors: number): void {
  const turn = { isTaken: false };
  const does = (name: string, operation: Operation) =>
    routes.add({
      path: `/api/v1/admin/tsdb/${name}`,
      methods: ['POST', 'PUT'],
      scope: 'admin',
      handler: (request, reply) => answer(request, reply, deps.snapshotsDirectory, turn, operation),
    });
  does('delete_series', (parameters) => deleteSeries(parameters, deps.engine, maxSelectors));
  does('clean_tombstones', async () => {
    await deps.engine.cleanTombstones();
    return undefined;
  });
  does('snapshot', (parameters, directory) => takeSnapshot(parameters, deps, directory));
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  snapshotsDirectory: string | undefined,
  turn: { isTaken: boolean },
  operation: Operation,
): Promise<FastifyReply> {
  // Prometheus says `unavailable` and 500 here, though 503 everywhere else.
  if (snapshotsDirectory === undefined) return sendError(reply, 500, new ApiError('unavailable', DISABLED));
  if (turn.isTaken) {
    reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    return sendError(reply, 503, new ApiError('unavailable', 'another admin operation is under way: try again later'));
  }
  turn.isTaken = true;
  try {
    const data = await operation(new Parameters(request), snapshotsDirectory);
    if (data === undefined) return reply.code(204).send();
    return reply.type('application/json').send(Buffer.from(JSON.stringify({ status: 'success', data })));
  } catch (error) {
    const apiError = apiErrorOf(error, 'match[]');
    if (apiError.type === 'internal') request.log.error({ err: error }, 'an admin operation failed');
    return sendError(reply, statusOf(apiError.type), apiError);
  } finally {
    turn.isTaken = false;
  }
}

function sendError(reply: FastifyReply, status: number, { type, message }: ApiError): FastifyReply {
  return reply
    .code(status)
    .type('application/json')
    .send(Buffer.from(errorBody(type, message)));
}

async function deleteSeries(parameters: Parameters, engine: Engine, maxSelectors: number): Promise<undefined> {
  if (parameters.all('match[]').length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
  const startMs = parameters.timeMs('start', MIN_TIME_MS);
  const endMs = parameters.timeMs('end', MAX_TIME_MS);
  const matcherSets = parameters.selectors(maxSelectors, 'match[]');
  // An end that is not given is no end: then the series themselves go.
  const minTimeMs = startMs <= MIN_TIME_MS ? Number.NEGATIVE_INFINITY : startMs;
  const maxTimeMs = endMs >= MAX_TIME_MS ? Number.POSITIVE_INFINITY : endMs;
  if (minTimeMs <= maxTimeMs) await engine.deleteSeries({ matcherSets, minTimeMs, maxTimeMs });
  return undefined;
}

async function takeSnapshot(parameters: Parameters, { engine, clock }: AdminDeps, directory: string): Promise<object> {
  const skipsHead = parameters.first('skip_head');
  // What is in memory is in the file too, so there is nothing to skip.
  if (skipsHead !== '' && !BOOLEANS.has(skipsHead)) {
    const problem = `strconv.ParseBool: parsing ${JSON.stringify(skipsHead)}: invalid syntax`;
    throw invalidParameter('skip_head', `unable to parse boolean: ${problem}`);
  }
  const name = `${compactTime(clock.nowMs())}-${randomBytes(8).toString('hex')}`;
  await engine.copyTo(join(directory, name));
  return { name };
}

/** `20261120T224745Z` */
function compactTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
}
