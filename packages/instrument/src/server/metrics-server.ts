// A server of its own for the metrics of a node, on the loopback unless told otherwise, with bounds on connections, headers
// and times, so that nobody who can reach it can hold more of the node than those.

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { InstrumentError } from '../errors.ts';
import { handlerWith, type MetricsHandlerOptions } from './metrics-handler.ts';
import { DEFAULT_SERVER_PARTS, type ServerParts, settlesWithin } from './server-limits.ts';

export interface MetricsServerOptions extends MetricsHandlerOptions {
  /** A name or an address; `127.0.0.1` by default, `0.0.0.0` or `::` for all. */
  readonly host?: string | undefined;
  /** 9464 by default; 0 for any that is free. */
  readonly port?: number | undefined;
  /** Answers HTTPS, and HTTP no more: `key` and `cert` at least, as node:tls takes them. */
  readonly tls?: TlsOptions | undefined;
}

export interface MetricsServer {
  /** Where it answers, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those under way end (for at most 2 s), and resolves when all connections are closed. */
  close(): Promise<void>;
}

/** What OpenTelemetry's exporters for Prometheus listen at. */
const DEFAULT_PORT = 9464;
const DEFAULT_HOST = '127.0.0.1';
const WILDCARD_HOSTS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/**
 * Starts to listen.
 *
 * ```ts
 * const server = await startMetricsServer({ registry, port: 9464 });
 * console.log(`${server.url}/metrics`);
 * ```
 * @throws {InstrumentError} (the promise rejects) `option_invalid`; `port_in_use`; `listen_failed` for a host that is not
 *   this machine's or a port that may not be taken; `series_limit` when the registry has no room for its own metrics
 */
export function startMetricsServer(options: MetricsServerOptions): Promise<MetricsServer> {
  return startServerWith(options, DEFAULT_SERVER_PARTS);
}

export async function startServerWith(options: MetricsServerOptions, parts: ServerParts): Promise<MetricsServer> {
  const { host = DEFAULT_HOST, port = DEFAULT_PORT, tls } = options;
  checkAddress(host, port);
  const server = makeServer(handlerWith(options, parts), tls, parts);
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenError(error, host, port);
  }
  // Of a connection alone, such as a handshake that fails; the server goes on.
  server.on('error', () => {});
  const answers = new AnswersUnderWay(server);
  const bound = (server.address() as AddressInfo).port;
  let closed: Promise<void> | undefined;
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${urlHost(host)}:${bound}`,
    port: bound,
    close: () => (closed ??= closeServer(server, answers, parts)),
  };
}

function makeServer(listener: RequestListener, tls: TlsOptions | undefined, { limits }: ServerParts): Server {
  const options = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.checkIntervalMs,
  };
  const server =
    tls === undefined ? createServer(options) : makeTlsServer({ ...tls, ...options }, limits.headersTimeoutMs);
  server.maxConnections = limits.maxConnections;
  return server.on('request', listener);
}

function makeTlsServer(options: TlsOptions, handshakeTimeout: number): Server {
  if (options.pfx === undefined && (options.key === undefined || options.cert === undefined)) {
    throw new InstrumentError('option_invalid', 'tls needs a key and its cert, as text or bytes.');
  }
  try {
    return createTlsServer({ handshakeTimeout, ...options });
  } catch (error) {
    throw new InstrumentError(
      'option_invalid',
      `tls cannot be used (${errorCode(error)}): give a key and the cert that belongs to it, in PEM.`,
    );
  }
}

/** Connections without a request are cut at once, also those that Node does not call idle because none was ever sent. */
async function closeServer(server: Server, answers: AnswersUnderWay, { after, limits }: ServerParts): Promise<void> {
  const isClosed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  await settlesWithin(after, limits.closeGraceMs, answers.ended());
  server.closeAllConnections();
  await isClosed;
}

class AnswersUnderWay {
  #count = 0;
  #tellEnd: (() => void) | undefined;

  constructor(server: Server) {
    server.on('request', (_request, response) => {
      this.#count++;
      response.once('close', () => {
        if (--this.#count === 0) this.#tellEnd?.();
      });
    });
  }

  /** When there are none; to be called once. */
  async ended(): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      this.#tellEnd = resolve;
    });
  }
}

function checkAddress(host: unknown, port: unknown): void {
  if (typeof host !== 'string' || host === '') {
    throw new InstrumentError('option_invalid', 'host must be a name or an address, such as 127.0.0.1.');
  }
  if (typeof port !== 'number' || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new InstrumentError('option_invalid', `port is ${String(port)}: give a whole number from 0 to 65535.`);
  }
}

function listenError(error: unknown, host: string, port: number): InstrumentError {
  const code = errorCode(error);
  if (code === 'EADDRINUSE') {
    return new InstrumentError(
      'port_in_use',
      `Another process listens at port ${port} of ${host}: end it, or give another port (0 takes any that is free).`,
    );
  }
  return new InstrumentError(
    'listen_failed',
    `The metrics cannot be served at port ${port} of ${host} (${code}): give a host of this machine and a port that may be taken.`,
  );
}

function errorCode(error: unknown): string {
  const code: unknown = (error as { readonly code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : 'no code';
}

function urlHost(host: string): string {
  const known = WILDCARD_HOSTS[host] ?? host;
  return known.includes(':') && !known.startsWith('[') ? `[${known}]` : known;
}
