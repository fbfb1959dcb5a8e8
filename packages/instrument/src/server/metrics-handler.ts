// The routes of a node's metrics as one function for a server of node:http or an app in the manner of Express: `/metrics`,
// `/metrics/summary`, `/health`. Nothing that a client sends can make it throw, and no error of the node's own is repeated.

import type { IncomingMessage, ServerResponse } from 'node:http';
import { checkRegistry } from '../check-registry.ts';
import { PROFILE_NAMES, type ProfileName } from '../domains/metric-definition.ts';
import { InstrumentError } from '../errors.ts';
import { createProfile, type Profile, type ProfileOptions } from '../profiles/profile.ts';
import type { Registry } from '../registry.ts';
import { type Answer, jsonAnswer, limitAnswerTime, send, textAnswer } from './answer.ts';
import { type Authorization, type Guard, guardOf } from './authorization.ts';
import { acceptedFormat, FORMAT_NAMES, type FormatName, isFormatName } from './formats.ts';
import { Health, type HealthCheck } from './health.ts';
import { acceptsGzip } from './negotiation.ts';
import { ownInstruments } from './own-instruments.ts';
import { Pages } from './pages.ts';
import { DEFAULT_SERVER_PARTS, type ServerParts } from './server-limits.ts';
import { Summaries } from './summary.ts';

export interface MetricsHandlerOptions {
  readonly registry: Registry;
  /** Shows the metrics under another system's names; canonical ones by default. `/metrics/summary` needs none. */
  readonly profile?: ProfileName | (ProfileOptions & { readonly name: ProfileName });
  /** By name, at most 64; each has 2 s, and its result is shared for 1 s. Without any, `/health` says that the process answers. */
  readonly healthChecks?: Readonly<Record<string, HealthCheck>> | undefined;
  /** What every route demands; nothing by default. */
  readonly authorization?: Authorization | undefined;
  /** Shows the registry's own metrics, and how long rendering takes, with the others; true by default. */
  readonly exposeOwn?: boolean | undefined;
  /** Told of errors behind an answer with status 500, which says nothing of them. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/**
 * Answers the requests for its routes. Any other one is handed on to `next`, or answered 404 without it. Paths are matched
 * against `request.url`, so an app mounts it at its root: `app.use(metricsHandler({ registry }))`.
 */
export type MetricsHandler = (request: IncomingMessage, response: ServerResponse, next?: () => void) => void;

const ROUTES = ['/metrics', '/metrics/summary', '/health'] as const;
type Route = (typeof ROUTES)[number];

const ROUTE_LIST = `There is ${ROUTES.slice(0, -1).join(', ')} and ${ROUTES.at(-1)}.`;
const FORMAT_LIST = `The formats are ${FORMAT_NAMES.join(', ')}.`;

/** @throws {InstrumentError} `option_invalid`; `series_limit` when the registry has no room for its own metrics */
export function metricsHandler(options: MetricsHandlerOptions): MetricsHandler {
  return handlerWith(options, DEFAULT_SERVER_PARTS);
}

export function handlerWith(options: MetricsHandlerOptions, parts: ServerParts): MetricsHandler {
  const routes = new Routes(options, parts);
  const { onError } = options;
  return (request, response, next) => {
    const target = parseTarget(request.url);
    if (target.route === undefined && next !== undefined) {
      next();
      return;
    }
    limitAnswerTime(request, response, parts);
    routes.answer(request, target).then(
      (answer) => send(response, answer),
      (error: unknown) => {
        send(response, textAnswer(500, 'The answer could not be made: the log of the node may say why.'));
        tell(onError, error);
      },
    );
  };
}

interface Target {
  readonly route: Route | undefined;
  readonly query: URLSearchParams;
}

class Routes {
  readonly #guard: Guard | undefined;
  readonly #health: Health;
  readonly #pages: Pages;
  readonly #summaries: Summaries;
  readonly #parts: ServerParts;

  constructor(options: MetricsHandlerOptions, parts: ServerParts) {
    checkRegistry(options?.registry, 'the metrics server');
    const { registry, authorization, healthChecks = {}, exposeOwn = true } = options;
    const profile = profileOf(options.profile);
    this.#guard = authorization === undefined ? undefined : guardOf(authorization);
    this.#health = new Health(healthChecks, parts);
    this.#summaries = new Summaries(registry);
    // Last of what may throw: it leaves something in the registry.
    const onRendered = exposeOwn ? ownInstruments(registry) : () => {};
    this.#pages = new Pages({ registry, profile, onRendered }, parts);
    this.#parts = parts;
  }

  async answer(request: IncomingMessage, { route, query }: Target): Promise<Answer> {
    if (this.#guard?.allows(request.headers.authorization) === false) {
      return textAnswer(401, 'This needs authorization.', { 'www-authenticate': this.#guard.challenge });
    }
    if (route === undefined) return textAnswer(404, `Nothing is here. ${ROUTE_LIST}`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return textAnswer(405, 'This can be read only: send GET or HEAD.', { allow: 'GET, HEAD' });
    }
    switch (route) {
      case '/metrics':
        return await this.#metrics(request, query);
      case '/metrics/summary':
        return jsonAnswer(200, this.#summaries.summarize(await this.#pages.snapshot()));
      case '/health': {
        const report = await this.#health.report();
        return jsonAnswer(report.status === 'ok' ? 200 : 503, report);
      }
    }
  }

  async #metrics({ headers }: IncomingMessage, query: URLSearchParams): Promise<Answer> {
    const wanted = query.get('format') ?? undefined;
    if (wanted !== undefined && !isFormatName(wanted)) {
      return textAnswer(400, `This format is not known. ${FORMAT_LIST}`);
    }
    const names = query.getAll('name[]');
    const { maxNames } = this.#parts.limits;
    if (names.length > maxNames) return textAnswer(400, `These are too many name[]: give at most ${maxNames}.`);
    const format: FormatName = wanted ?? acceptedFormat(headers.accept);
    const page = await this.#pages.page({
      format,
      names: names.length === 0 ? undefined : names,
      isGzipWelcome: acceptsGzip(joined(headers['accept-encoding'])),
    });
    if (page === undefined) {
      return textAnswer(503, 'Too many different pages are being made: try again in a second.', { 'retry-after': '1' });
    }
    const { contentType, body, isGzip } = page;
    const encoding: Readonly<Record<string, string>> = isGzip ? { 'content-encoding': 'gzip' } : {};
    return { status: 200, contentType, body, headers: { vary: 'accept, accept-encoding', ...encoding } };
  }
}

function parseTarget(url = '/'): Target {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  return {
    route: ROUTES.find((route) => route === path),
    query: new URLSearchParams(at === -1 ? '' : url.slice(at + 1)),
  };
}

function joined(header: string | readonly string[] | undefined): string | undefined {
  return typeof header === 'object' ? header.join(',') : header;
}

function profileOf(given: MetricsHandlerOptions['profile']): Profile | undefined {
  if (given === undefined) return undefined;
  const { name, ...options } = typeof given === 'string' ? { name: given } : given;
  if (!PROFILE_NAMES.includes(name)) {
    throw new InstrumentError(
      'option_invalid',
      `There is no profile ${JSON.stringify(name)}: give one of ${PROFILE_NAMES.join(', ')}.`,
    );
  }
  return createProfile(name, options);
}

function tell(onError: MetricsHandlerOptions['onError'], error: unknown): void {
  try {
    onError?.(error);
  } catch {
    // Its own matter: the answer was sent.
  }
}
