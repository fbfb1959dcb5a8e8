// Questions to a Prometheus-compatible API: forms out, JSON back, and what its errors mean.
// Source: prometheus.io/docs/prometheus/latest/querying/api

import type { Readable } from 'node:stream';
import { ChainpulseError, withoutCredentials } from '../../../model/errors.ts';
import { addressUnder, type RemoteEndpoint } from '../endpoint.ts';
import { type HttpAnswer, HttpClient, Unreachable, wordsOf } from '../http-client.ts';
import type { RemoteLimits } from '../limits.ts';
import { CHECK_THE_ADDRESS, refusalText } from '../refusal.ts';

/** Requests to read under way at once; more wait for a connection. */
const CONNECTIONS_MAX = 16;
const ERROR_WORDS_BYTES = 4096;

/** An answer that is no success. */
export class ApiError extends ChainpulseError {
  readonly status: number;
  /** Prometheus' `errorType`; '' when the server gave none. */
  readonly errorType: string;
  /** The server's own words. */
  readonly detail: string;
  /** The API itself spoke, of the question: not a gateway, and not of who may ask. */
  readonly isOfQuestion: boolean;

  constructor(
    message: string,
    answer: {
      readonly status: number;
      readonly errorType: string;
      readonly detail: string;
      readonly isOfQuestion: boolean;
    },
  ) {
    super('remote_refused', message);
    this.name = 'ApiError';
    this.status = answer.status;
    this.errorType = answer.errorType;
    this.detail = answer.detail;
    this.isOfQuestion = answer.isOfQuestion;
  }
}

/** More than may be held; a shorter range may do. */
export class TooLarge extends ChainpulseError {
  constructor(message: string) {
    super('remote_too_large', message);
    this.name = 'TooLarge';
  }
}

/** Fields of a form, in order; a name may come twice. */
export type Form = readonly (readonly [name: string, value: string])[];

export interface AskOptions {
  readonly method?: 'GET' | 'POST';
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiAnswer {
  readonly data: unknown;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

/** Of who asks, and of the address: never of the question. */
const NOT_OF_QUESTION: readonly number[] = [401, 403, 404, 405];

/** What a server says when one question asks for more than it gives at once. */
const OVER_A_LIMIT = /sample limit|too many (?:samples|points|series)|exceed|limit|maxSamples|maxPoints/i;

export class ApiClient {
  readonly #endpoint: RemoteEndpoint;
  readonly #http: HttpClient;
  readonly #limits: RemoteLimits;

  constructor(endpoint: RemoteEndpoint, limits: RemoteLimits) {
    this.#endpoint = endpoint;
    this.#http = new HttpClient(endpoint, CONNECTIONS_MAX);
    this.#limits = limits;
  }

  /**
   * Asks with a form, or in the address where the API takes nothing else (`GET`).
   * @throws {ApiError} {TooLarge} {ChainpulseError} `remote_unreachable`, `remote_malformed`
   */
  async ask(path: string, form: Form, options: AskOptions = {}): Promise<ApiAnswer> {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const answer = await this.#send(path, headers, formText(form), options);
    return parsed(this.#shown(path), answer);
  }

  /** For an answer that has the form of the API and not its content. */
  malformed(path: string): ChainpulseError {
    return malformed(this.#shown(path));
  }

  /** @throws as `ask` */
  async bytes(path: string, headers: Readonly<Record<string, string>>, body: Uint8Array): Promise<Buffer> {
    const answer = await this.#send(path, headers, body, {});
    if (answer.status >= 300) throw errorOf(this.#shown(path), answer);
    return answer.body;
  }

  /** Hands a streamed answer over; it is read within the time for reads. @throws as `ask` */
  async stream<T>(path: string, form: Form, take: (body: Readable) => Promise<T>): Promise<T> {
    const body = formText(form);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const request = { url: addressUnder(this.#endpoint, path), headers, body, timeoutMs: this.#limits.readTimeoutMs };
    try {
      return await this.#http.stream(request, async (status, answer) => {
        if (status < 300) return take(answer);
        throw errorOf(this.#shown(path), { status, headers: {}, body: await startOf(answer) });
      });
    } catch (error) {
      throw this.#failure(path, error);
    }
  }

  close(): void {
    this.#http.close();
  }

  async #send(
    path: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array | string,
    { method = 'POST', timeoutMs = this.#limits.readTimeoutMs, signal }: AskOptions,
  ): Promise<HttpAnswer> {
    const url = addressUnder(this.#endpoint, path);
    if (method === 'GET') url.search = String(body);
    const request = { method, url, headers, body: method === 'GET' ? '' : body, timeoutMs, signal };
    try {
      return await this.#http.send(request, this.#limits.answerMaxBytes);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failure(path, error);
    }
  }

  #failure(path: string, error: unknown): unknown {
    if (!(error instanceof Unreachable)) return error;
    if (error.isTooLarge) return new TooLarge(`${this.#shown(path)}: ${error.message}`);
    return new ChainpulseError('remote_unreachable', error.message, { cause: error });
  }

  #shown(path: string): string {
    return withoutCredentials(addressUnder(this.#endpoint, path).href);
  }
}

/** Whether the server would answer a question about less. */
export function asksForLess(error: unknown): boolean {
  if (error instanceof TooLarge) return true;
  return error instanceof ApiError && (error.status === 400 || error.status === 422) && OVER_A_LIMIT.test(error.detail);
}

function parsed(where: string, answer: HttpAnswer): ApiAnswer {
  const body = jsonOf(answer.body);
  if (answer.status >= 300 || body?.['status'] === 'error') throw errorOf(where, answer);
  if (body?.['status'] !== 'success' || !('data' in body)) {
    throw malformed(where);
  }
  return { data: body['data'], warnings: texts(body['warnings']), infos: texts(body['infos']) };
}

function malformed(where: string): ChainpulseError {
  return new ChainpulseError(
    'remote_malformed',
    `${where} did not answer as Prometheus' API does: ${CHECK_THE_ADDRESS}`,
  );
}

function errorOf(where: string, { status, body }: HttpAnswer): ApiError {
  const json = jsonOf(body);
  const said = typeof json?.['error'] === 'string' ? json['error'] : undefined;
  const errorType = typeof json?.['errorType'] === 'string' ? json['errorType'] : '';
  const isOfQuestion = said !== undefined && json?.['status'] === 'error' && !NOT_OF_QUESTION.includes(status);
  const detail = said ?? wordsOf(body);
  const message = refusalText(where, status, said === undefined ? body : Buffer.from(said));
  return new ApiError(message, { status, errorType, detail, isOfQuestion });
}

function jsonOf(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function formText(form: Form): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of form) parameters.append(name, value);
  return parameters.toString();
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

async function startOf(stream: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    size += part.length;
    if (size >= ERROR_WORDS_BYTES) break;
  }
  return Buffer.concat(parts);
}
