// The HTTP server of the monitor: one port for the Prometheus API, our own API, health, metrics and the page. It is
// made of what it is given and constructs nothing of the monitor itself. Every request passes the guard first.

import formbody from '@fastify/formbody';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { Engine } from '../engine/interface.ts';
import type { HealthJudge } from '../health/health-judge.ts';
import type { PacedClock } from '../model/clock.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { TargetStatus } from '../sources/interface.ts';
import type { Security } from './auth/security.ts';
import { bodyDeadline } from './body-deadline.ts';
import { addAlertRoutes } from './chain/alerts.ts';
import { EventStreams } from './chain/events.ts';
import { addHealthRoutes } from './chain/health.ts';
import type { LiveFeed } from './chain/live-feed.ts';
import { addMetricsRoutes } from './chain/metrics.ts';
import { addReadyRoutes } from './chain/ready.ts';
import { snapshotOf } from './chain/snapshot.ts';
import { SummaryReader } from './chain/summary.ts';
import { answerClientError } from './client-error.ts';
import { readForm } from './form.ts';
import { guardOf } from './guard.ts';
import type { HistoryLimits } from './history/limits.ts';
import { addHistoryRoutes } from './history/routes.ts';
import { DEFAULT_SERVER_LIMITS, type ServerLimits } from './limits.ts';
import { addPage } from './page.ts';
import { addReadRoute } from './prometheus/read/read-route.ts';
import { addPrometheusRoutes } from './prometheus/routes.ts';
import type { ServedSettings } from './prometheus/served-settings.ts';
import type { PushRouteLimits } from './push/limits.ts';
import type { PushObserver } from './push/push-observer.ts';
import { addPushRoutes, PUSH_PATHS } from './push/routes.ts';
import type { QueryObserver } from './query-observer.ts';
import { pathOf, type Refusal, refuse } from './refusal.ts';
import { RouteTable } from './route-table.ts';
import { addRuleRoutes } from './rule-routes.ts';
import { createTransport } from './transport.ts';

/** The longest label name, component or file name in an address. */
const MAX_PATH_PARAMETER_CHARACTERS = 1024;

export interface ServerDeps {
  readonly engine: Engine;
  readonly clock: PacedClock;
  readonly targets: () => readonly TargetStatus[];
  readonly feed: LiveFeed;
  readonly health: HealthJudge;
  /** The monitor's own metrics, text format 0.0.4 as UTF-8; the bytes are the server's. */
  readonly renderMetrics: () => Uint8Array;
  /** Samples that the store accepted since the start of the process. */
  readonly samplesIngestedTotal: () => number;
  /** Where the console's build lies; it need not exist. */
  readonly pageDirectory: string;
  readonly version: string;
  /** Unix milliseconds. */
  readonly startedMs: number;
  /** What the API tells of how the monitor was started. */
  readonly served: ServedSettings;
  readonly queryObserver: QueryObserver;
  readonly pushObserver: PushObserver;
  /** Who may ask, and over which transport. */
  readonly security: Security;
  readonly logger: FastifyBaseLogger;
  readonly limits?: Partial<ServerLimits>;
  readonly pushLimits?: Partial<PushRouteLimits>;
  readonly historyLimits?: Partial<HistoryLimits>;
  /** Reads the rules anew; what is wrong in them, a line each. */
  readonly reload: () => Promise<readonly string[]>;
  /** Where the runbooks of the shipped alerts lie; undefined where they were not packed along. */
  readonly runbooksDirectory: string | undefined;
  /** Where snapshots of the store go; given where the admin API is enabled. */
  readonly snapshotsDirectory?: string | undefined;
}

/** The server, not listening yet: `listen.ts` opens the port. Closing it ends the live streams and waits for answers. */
export function createServer(deps: ServerDeps): FastifyInstance {
  const limits = { ...DEFAULT_SERVER_LIMITS, ...deps.limits };
  const app = fastify({
    loggerInstance: deps.logger,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    bodyLimit: limits.maxBodyBytes,
    routerOptions: { maxParamLength: MAX_PATH_PARAMETER_CHARACTERS, querystringParser: readForm },
    serverFactory: (handler) => createTransport(handler, deps.security, limits),
    frameworkErrors: (_error, request, reply) =>
      refuse(request, reply, { status: 400, code: 'address_invalid', message: 'The address cannot be decoded.' }),
    clientErrorHandler: answerClientError,
  });
  boundConnections(app, limits);
  app.removeAllContentTypeParsers();
  app.register(formbody, { parser: readForm });
  app.addHook('onRequest', guardOf(deps.security));
  app.addHook('onRequest', bodyDeadline(limits.requestTimeoutMs, PUSH_PATHS));

  const routes = new RouteTable(app);
  addRoutes(app, routes, deps, limits);
  app.setNotFoundHandler((request, reply) => refuse(request, reply, notFound(request, routes)));
  app.setErrorHandler((error, request, reply) => answerError(error, request, reply));
  return app;
}

function addRoutes(app: FastifyInstance, routes: RouteTable, deps: ServerDeps, limits: ServerLimits): void {
  const snapshot = () => snapshotOf(deps);
  const streams = new EventStreams({ ...limits, feed: deps.feed, snapshot });
  app.addHook('preClose', () => streams.close());
  // Bodies can be read once the form parser is there, so the routes come after it.
  app.register(async () => {
    addPrometheusRoutes(routes, deps, limits);
    addHistoryRoutes(routes, deps, limits.maxSelectors);
    addHealthRoutes(routes, deps.health);
    addReadyRoutes(routes, deps, limits.maxStoreAnswerMs);
    addRuleRoutes(routes, deps);
    addAlertRoutes(routes, deps);
    addMetricsRoutes(routes, deps.renderMetrics, new SummaryReader(deps, limits.maxSummaryAgeMs));
    routes.add({ path: '/api/chain/v1/snapshot', methods: ['GET'], scope: 'read', handler: snapshot });
    routes.add({ path: '/api/chain/v1/events', methods: ['GET'], scope: 'read', handler: streams.handle });
  });
  app.register(async (own) => addReadRoute(own, routes.within(own), deps.engine, limits));
  app.register(async (own) => addPushRoutes(own, routes.within(own), deps, deps.pushLimits));
  addPage(app, deps.pageDirectory);
}

function boundConnections(app: FastifyInstance, { maxConnections, closeGraceMs }: ServerLimits): void {
  app.server.maxConnections = maxConnections;
  app.server.on('drop', () => app.log.warn(`a connection was closed: ${maxConnections} are open, which is the limit`));
  // A connection without a request, or with a reader that does not read, would hold the closing up.
  app.addHook('preClose', () => {
    const grace = setTimeout(() => app.server.closeAllConnections(), closeGraceMs);
    app.server.once('close', () => clearTimeout(grace));
  });
}

function notFound(request: FastifyRequest, routes: RouteTable): Refusal {
  return {
    status: 404,
    code: 'not_found',
    message: `Nothing is at ${JSON.stringify(pathOf(request))}. There are: /, ${routes.paths.join(', ')}.`,
  };
}

function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { code = '', statusCode = 500 } = error as { code?: string; statusCode?: number };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return refuse(request, reply, { status: 413, code: 'body_too_large', message: 'The body is too large.' });
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const message = 'A body must be a form: Content-Type application/x-www-form-urlencoded.';
    return refuse(request, reply, { status: 415, code: 'body_not_form', message });
  }
  if (statusCode >= 400 && statusCode < 500) {
    return refuse(request, reply, {
      status: statusCode,
      code: 'request_invalid',
      message: 'The request is malformed.',
    });
  }
  request.log.error({ err: error }, 'a request failed');
  const known = error instanceof ChainpulseError && error.code !== 'internal';
  return refuse(request, reply, {
    status: known ? 503 : 500,
    code: known ? error.code : 'internal',
    message: known ? error.message : 'The request failed; the log of the monitor says more.',
  });
}
