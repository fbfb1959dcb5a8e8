// Requests to one server over kept connections, answers within bounds. `node:http` and not `fetch`, for the certificates of a
// private authority. Redirects are not followed: they would take the credentials elsewhere. Invariant: what goes wrong before
// there is an answer is an `Unreachable`, in words without a credential; an answer of any status is an answer.

import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { withoutCredentials } from '../../model/errors.ts';
import type { RemoteEndpoint } from './endpoint.ts';

/** Of an answer that is shown: longer ones are cut. */
const SHOWN_MAX_CHARACTERS = 300;
const ERROR_BODY_MAX_BYTES = 16 * 1024;

export interface HttpRequest {
  /** Default POST. */
  readonly method?: 'GET' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

/** No answer, or none to its end. */
export class Unreachable extends Error {
  /** The answer was longer than allowed. */
  readonly isTooLarge: boolean;
  /** Nobody listens there. */
  readonly isRefused: boolean;

  constructor(
    message: string,
    options?: ErrorOptions & { readonly isTooLarge?: boolean; readonly isRefused?: boolean },
  ) {
    super(message, options);
    this.name = 'Unreachable';
    this.isTooLarge = options?.isTooLarge === true;
    this.isRefused = options?.isRefused === true;
  }
}

export class HttpClient {
  readonly #endpoint: RemoteEndpoint;
  readonly #agent: http.Agent;

  constructor(endpoint: RemoteEndpoint, connectionsMax: number) {
    this.#endpoint = endpoint;
    const options = { keepAlive: true, maxSockets: connectionsMax };
    const { ca, cert, key, serverName, insecureSkipVerify } = endpoint.tls ?? {};
    this.#agent =
      endpoint.url.protocol === 'https:'
        ? new https.Agent({
            ...options,
            ...(ca === undefined ? {} : { ca: asBuffer(ca) }),
            ...(cert === undefined ? {} : { cert: asBuffer(cert) }),
            ...(key === undefined ? {} : { key: asBuffer(key) }),
            ...(serverName === undefined ? {} : { servername: serverName }),
            rejectUnauthorized: insecureSkipVerify !== true,
          })
        : new http.Agent(options);
  }

  /** Sends a request and gives the whole answer. @throws {Unreachable}; the signal's reason when it is aborted. */
  async send(request: HttpRequest, answerMaxBytes: number): Promise<HttpAnswer> {
    return this.#exchange(request, async (response) => {
      const isError = (response.statusCode ?? 0) >= 400;
      const body = await readAll(unpacked(response), isError ? ERROR_BODY_MAX_BYTES : answerMaxBytes, isError);
      return { status: response.statusCode ?? 0, headers: response.headers, body };
    });
  }

  /** Sends a request and hands the answer over as it comes. @throws as `send`. */
  /**
   * Sends a request and hands the answer over as it comes. What `take` leaves unread is not read.
   * @throws as `send`
   */
  async stream<T>(request: HttpRequest, take: (status: number, body: Readable) => Promise<T>): Promise<T> {
    return this.#exchange(request, async (response) => {
      const body = unpacked(response);
      // Whoever reads is told by the reading; an answer that nobody reads, or not to its end, fails nobody.
      body.on('error', () => undefined);
      try {
        return await take(response.statusCode ?? 0, body);
      } finally {
        body.destroy();
      }
    });
  }

  close(): void {
    this.#agent.destroy();
  }

  async #exchange<T>(request: HttpRequest, receive: (response: http.IncomingMessage) => Promise<T>): Promise<T> {
    const authorization = await this.#endpoint.authorize();
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(), request.timeoutMs);
    const signals = request.signal === undefined ? [timeout.signal] : [timeout.signal, request.signal];
    const signal = AbortSignal.any(signals);
    let response: http.IncomingMessage | undefined;
    try {
      response = await this.#request(request, authorization, signal);
      return await receive(response);
    } catch (error) {
      response?.destroy();
      request.signal?.throwIfAborted();
      if (timeout.signal.aborted) {
        throw new Unreachable(`${shown(request.url)} had not answered after ${request.timeoutMs} ms`, { cause: error });
      }
      throw isConnectionError(error) ? unreachable(request.url, error) : error;
    } finally {
      clearTimeout(timer);
    }
  }

  async #request(
    request: HttpRequest,
    authorization: string | undefined,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const headers: Record<string, string | number> = {
      'accept-encoding': 'gzip',
      ...this.#endpoint.headers,
      ...(authorization === undefined ? {} : { authorization }),
      ...request.headers,
      'content-length': Buffer.byteLength(request.body),
    };
    for (;;) {
      try {
        return await this.#requestOnce(request, headers, signal);
      } catch (error) {
        signal.throwIfAborted();
        // The server closed the kept connection in the moment it was to be used again: another is made.
        if (!(error instanceof ReusedConnectionLost)) throw error;
      }
    }
  }

  #requestOnce(
    { method = 'POST', url, body }: HttpRequest,
    headers: Record<string, string | number>,
    signal: AbortSignal,
  ): Promise<http.IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const client = url.protocol === 'https:' ? https : http;
    const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const options = { hostname, port: url.port, path: url.pathname + url.search, method };
    const request = client.request({ ...options, headers, agent: this.#agent, signal }, resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(request.reusedSocket && error.code === 'ECONNRESET' ? new ReusedConnectionLost() : error);
    });
    request.end(body);
    return promise;
  }
}

class ReusedConnectionLost extends Error {}

/** The words of a server that refused, on one line and short. */
export function wordsOf(body: Buffer): string {
  const text = body.subarray(0, 4 * SHOWN_MAX_CHARACTERS).toString('utf8');
  const line = text.replace(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= SHOWN_MAX_CHARACTERS ? line : `${line.slice(0, SHOWN_MAX_CHARACTERS).toWellFormed()}…`;
}

/** Reads a body to its end. What is beyond the limit fails, or is cut off for an error's words. */
async function readAll(stream: Readable, maxBytes: number, isCut: boolean): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size <= maxBytes) continue;
    if (isCut) break;
    throw new Unreachable(`its answer is longer than ${maxBytes} bytes`, { isTooLarge: true });
  }
  return Buffer.concat(parts).subarray(0, maxBytes);
}

function unpacked(response: http.IncomingMessage): Readable {
  // Prometheus says of an answer without a body (204) that it is packed.
  if (response.statusCode === 204 || response.headers['content-encoding'] !== 'gzip') return response;
  const gunzip = createGunzip();
  response.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => response.destroy());
  return response.pipe(gunzip);
}

function isConnectionError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && !('status' in error);
}

function unreachable(url: URL, error: unknown): Unreachable {
  const { code } = error as NodeJS.ErrnoException;
  const isRefused = code === 'ECONNREFUSED';
  const mend = isRefused ? ': is it running, and does it listen there?' : '';
  return new Unreachable(`${shown(url)} did not answer (${code})${mend}`, { cause: error, isRefused });
}

function shown(url: URL): string {
  return withoutCredentials(url.href);
}

function asBuffer(given: string | Uint8Array): string | Buffer {
  return typeof given === 'string' ? given : Buffer.from(given);
}
