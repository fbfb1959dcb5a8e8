// One GET of a metrics page: keep-alive, gzip, redirects, all within bounds. Invariant: never more than the body limit and
// one chunk is held, whatever the server sends; what is refused is refused while it streams. `node:http` and not `fetch`:
// measured on a body of 600 KB it needs a fifth less CPU, and it tells a connection that died unused from one that failed.

import http from 'node:http';
import https from 'node:https';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { withoutCredentials } from '../../model/errors.ts';
import { CollectionError } from '../interface.ts';

export interface HttpGetOptions {
  readonly headers: Readonly<Record<string, string>>;
  /** Sent to the origin of the first address alone, never to where it redirects. */
  readonly authorization: string | undefined;
  /** Of the body when it is unpacked. */
  readonly bodyLimitBytes: number;
  /** Counts for the origin of the first address alone. Another object than before closes the kept connection. */
  readonly tls?: ClientTls | undefined;
  readonly signal: AbortSignal;
}

export interface HttpBody {
  readonly body: Buffer;
  readonly contentType: string;
}

/** How an https target is trusted, and what is shown to it; PEM. */
export interface ClientTls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
  readonly servername?: string;
  readonly rejectUnauthorized?: boolean;
}

const MAX_REDIRECTS = 5;
const UNPACKED_CHUNK_BYTES = 128 * 1024;
const FIRST_BUFFER_BYTES = 64 * 1024;

/** Holds the connection to one target open between collections. */
export class HttpGetter {
  readonly #agents = {
    'http:': new http.Agent({ keepAlive: true, maxSockets: 1 }),
    'https:': new https.Agent({ keepAlive: true, maxSockets: 1 }),
  };
  /** For the origin of the first address, when it has a TLS of its own. */
  #ownAgent: { readonly tls: ClientTls; readonly agent: https.Agent } | undefined;
  /** What the last body needed, so that the next is received into one buffer of the right size. */
  #expectedBytes = FIRST_BUFFER_BYTES;

  /** @throws {CollectionError} `refused`, `http_error`, `too_large`, `other`; the signal's reason when it is aborted. */
  async get(url: URL, options: HttpGetOptions): Promise<HttpBody> {
    let target = url;
    for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
      const response = await this.#request(target, target.origin === url.origin, options);
      const location = redirectOf(response);
      if (location === undefined) return this.#receive(response, target, options);
      response.destroy();
      target = redirectTarget(location, target);
    }
    throw new CollectionError('http_error', `${shown(url)} redirects more than ${MAX_REDIRECTS} times.`);
  }

  close(): void {
    this.#agents['http:'].destroy();
    this.#agents['https:'].destroy();
    this.#ownAgent?.agent.destroy();
  }

  async #request(url: URL, isOwnOrigin: boolean, options: HttpGetOptions): Promise<http.IncomingMessage> {
    const headers = { ...options.headers };
    if (isOwnOrigin && options.authorization !== undefined) headers['Authorization'] = options.authorization;
    for (;;) {
      try {
        return await this.#requestOnce(
          url,
          headers,
          this.#agentFor(url, isOwnOrigin ? options.tls : undefined),
          options,
        );
      } catch (error) {
        options.signal.throwIfAborted();
        // The server closed the kept connection in the moment it was to be used again: another is made.
        if (error instanceof ReusedConnectionLost) continue;
        throw connectionError(error, url);
      }
    }
  }

  #requestOnce(
    url: URL,
    headers: Readonly<Record<string, string>>,
    agent: http.Agent,
    { signal }: HttpGetOptions,
  ): Promise<http.IncomingMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<http.IncomingMessage>();
    const client = url.protocol === 'https:' ? https : http;
    const request = client.request({ ...addressOf(url), method: 'GET', headers, agent, signal }, resolve);
    request.on('error', (error: NodeJS.ErrnoException) => {
      reject(request.reusedSocket && error.code === 'ECONNRESET' ? new ReusedConnectionLost() : error);
    });
    request.end();
    return promise;
  }

  #agentFor({ protocol }: URL, tls: ClientTls | undefined): http.Agent {
    if (protocol !== 'https:') return this.#agents['http:'];
    if (tls === undefined) return this.#agents['https:'];
    if (this.#ownAgent?.tls !== tls) {
      this.#ownAgent?.agent.destroy();
      this.#ownAgent = { tls, agent: new https.Agent({ keepAlive: true, maxSockets: 1, ...tls }) };
    }
    return this.#ownAgent.agent;
  }

  async #receive(response: http.IncomingMessage, url: URL, options: HttpGetOptions): Promise<HttpBody> {
    if (response.statusCode !== 200) {
      // Whatever an error page says, its size is the server's choice: the connection is not kept for it.
      response.destroy();
      throw statusError(response, url);
    }
    try {
      const body = await this.#readBody(unpacked(response), response, options.bodyLimitBytes);
      return { body, contentType: response.headers['content-type'] ?? '' };
    } catch (error) {
      response.destroy();
      options.signal.throwIfAborted();
      if (error instanceof CollectionError) throw error;
      throw bodyError(error, url);
    }
  }

  async #readBody(stream: Readable, response: http.IncomingMessage, limitBytes: number): Promise<Buffer> {
    const announcedBytes = stream === response ? Number(response.headers['content-length'] ?? 0) : 0;
    if (announcedBytes > limitBytes) throw tooLarge(limitBytes);
    let buffer = Buffer.allocUnsafeSlow(Math.min(limitBytes, Math.max(announcedBytes, this.#expectedBytes)));
    let lengthBytes = 0;
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      const neededBytes = lengthBytes + chunk.length;
      if (neededBytes > limitBytes) throw tooLarge(limitBytes);
      if (neededBytes > buffer.length) {
        const larger = Buffer.allocUnsafeSlow(Math.min(limitBytes, Math.max(neededBytes, 2 * buffer.length)));
        buffer.copy(larger, 0, 0, lengthBytes);
        buffer = larger;
      }
      chunk.copy(buffer, lengthBytes);
      lengthBytes = neededBytes;
    }
    this.#expectedBytes = Math.max(FIRST_BUFFER_BYTES, Math.ceil(lengthBytes * 1.1));
    return buffer.subarray(0, lengthBytes);
  }
}

class ReusedConnectionLost extends Error {}

function addressOf(url: URL): http.RequestOptions {
  return {
    // An IPv6 address stands in brackets in a URL and without them here.
    hostname: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port,
    path: `${url.pathname}${url.search}`,
  };
}

function redirectOf(response: http.IncomingMessage): string | undefined {
  const { statusCode = 0 } = response;
  return [301, 302, 303, 307, 308].includes(statusCode) ? response.headers.location : undefined;
}

function redirectTarget(location: string, from: URL): URL {
  const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
  if (target?.protocol === 'http:' || target?.protocol === 'https:') return target;
  throw new CollectionError('http_error', `${shown(from)} redirects to an address that is neither http nor https.`);
}

/** The failure of an unpacking stream ends the response too, and the other way round. */
function unpacked(response: http.IncomingMessage): Readable {
  const encoding = (response.headers['content-encoding'] ?? 'identity').toLowerCase();
  if (encoding === 'identity') return response;
  if (encoding !== 'gzip' && encoding !== 'x-gzip') {
    throw new CollectionError(
      'http_error',
      `The answer is packed as ${JSON.stringify(encoding.slice(0, 40))}; only gzip was asked for.`,
    );
  }
  const gunzip = createGunzip({ chunkSize: UNPACKED_CHUNK_BYTES });
  response.on('error', (error) => gunzip.destroy(error));
  gunzip.on('close', () => response.destroy());
  return response.pipe(gunzip);
}

function tooLarge(limitBytes: number): CollectionError {
  return new CollectionError(
    'too_large',
    `The answer is larger than ${limitBytes} bytes: raise the target's bodyLimit or let the target expose less.`,
  );
}

function statusError(response: http.IncomingMessage, url: URL): CollectionError {
  const { statusCode = 0, statusMessage = '' } = response;
  const status = `HTTP ${statusCode}${statusMessage === '' ? '' : ` ${statusMessage.slice(0, 80)}`}`;
  return new CollectionError('http_error', `${shown(url)} answered ${status}.${mendOfStatus(statusCode)}`);
}

function mendOfStatus(statusCode: number): string {
  if (statusCode === 401 || statusCode === 403) return ' Give the target the credentials that it asks for.';
  if (statusCode === 404) return ' Check the path: most nodes serve their metrics at /metrics.';
  return '';
}

/** What a failed connection is as a collection that failed: with what to look at first. */
export function connectionError(error: unknown, url: URL): CollectionError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const where = url.host;
  switch (code) {
    case 'ECONNREFUSED':
      return new CollectionError(
        'refused',
        `Connection refused by ${where}: is the node running, and does it listen there?`,
        { cause: error },
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new CollectionError(
        'other',
        `The name ${url.hostname} cannot be resolved: check its spelling and the DNS.`,
        {
          cause: error,
        },
      );
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return new CollectionError('other', `There is no route to ${where}: check the network and firewalls.`, {
        cause: error,
      });
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return new CollectionError(
        'other',
        `The certificate of ${where} is signed by nobody that is trusted here: name the file of its signer, tls.caFile.`,
        { cause: error },
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return new CollectionError(
        'other',
        `The certificate of ${where} is for another name: ask the target by that name, or give it as tls.serverName.`,
        { cause: error },
      );
    case 'CERT_HAS_EXPIRED':
      return new CollectionError('other', `The certificate of ${where} has expired: renew it.`, { cause: error });
    case 'ECONNRESET':
      return new CollectionError('other', `${where} closed the connection without an answer.`, { cause: error });
    default:
      return new CollectionError('other', `The request to ${where} failed: ${message}`, { cause: error });
  }
}

function bodyError(error: unknown, url: URL): CollectionError {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('Z_')) {
    return new CollectionError('http_error', `The answer of ${shown(url)} is damaged gzip: ${message}.`, {
      cause: error,
    });
  }
  return new CollectionError('other', `${url.host} closed the connection in the middle of its answer.`, {
    cause: error,
  });
}

function shown(url: URL): string {
  return withoutCredentials(url.href);
}
