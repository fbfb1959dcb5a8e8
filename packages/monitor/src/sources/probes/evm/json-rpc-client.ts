// JSON-RPC 2.0 over HTTP: many calls in one POST. Invariant: one answer a call, in the order of the calls, whatever order
// the node chose; a node that is not there, does not speak JSON-RPC or says too much is a `CollectionError`. Some nodes
// and gateways refuse batches: they are asked call by call from then on, and offered a batch again after some time.
// Source: https://www.jsonrpc.org/specification

import type { Clock } from '../../../model/clock.ts';
import { CollectionError } from '../../interface.ts';
import { connectionError } from '../../scrape/http-get.ts';

export interface RpcCall {
  readonly method: string;
  readonly params: readonly unknown[];
}

/** What the node said to one call: its result, or why there is none. */
export type RpcAnswer = { readonly result: unknown } | { readonly error: RpcFailure };

export interface RpcFailure {
  readonly code: number;
  readonly message: string;
}

export interface JsonRpcClientOptions {
  /** http or https. User and password in it are left out: `readAuthorization` has them. */
  readonly url: URL;
  /** The value of the Authorization header, read anew for every request. */
  readonly readAuthorization?: (() => Promise<string | undefined>) | undefined;
  /** Of one answer when it is unpacked (default 32 MiB); a larger one is refused while it streams. */
  readonly bodyLimitBytes?: number | undefined;
  readonly clock: Clock;
}

const DEFAULT_BODY_LIMIT_BYTES = 32 * 1024 * 1024;
const BATCH_RETRY_AFTER_MS = 10 * 60_000;
/** Calls in flight at a time where a node refuses batches. */
const PARALLEL_CALLS = 8;
const LONGEST_QUOTE = 120;

export class JsonRpcClient {
  /** Host and port: how errors call the node. */
  readonly where: string;
  readonly #url: URL;
  readonly #readAuthorization: () => Promise<string | undefined>;
  readonly #bodyLimitBytes: number;
  readonly #clock: Clock;
  #batchesRefusedUntilMs = 0;

  constructor(options: JsonRpcClientOptions) {
    this.#url = new URL(options.url);
    this.#url.username = '';
    this.#url.password = '';
    this.where = this.#url.host;
    this.#readAuthorization = options.readAuthorization ?? (() => Promise.resolve(undefined));
    this.#bodyLimitBytes = options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES;
    this.#clock = options.clock;
  }

  /** @throws {CollectionError} and the signal's reason when it is aborted. */
  async request(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly RpcAnswer[]> {
    if (this.#clock.nowMs() < this.#batchesRefusedUntilMs) return this.#oneByOne(calls, signal);
    const body = await this.#post(calls.map(requestOf), signal, 'batch');
    const inOrder = Array.isArray(body?.json) ? answersInOrder(body.json, calls.length) : undefined;
    if (inOrder !== undefined) return inOrder;
    // Either the node takes no batches, or not of this size, or it is no node: the calls by themselves will tell.
    const answers = await this.#oneByOne(calls, signal);
    this.#batchesRefusedUntilMs = this.#clock.nowMs() + BATCH_RETRY_AFTER_MS;
    return answers;
  }

  async #oneByOne(calls: readonly RpcCall[], signal: AbortSignal): Promise<readonly RpcAnswer[]> {
    const answers: RpcAnswer[] = [];
    for (let first = 0; first < calls.length; first += PARALLEL_CALLS) {
      const group = calls.slice(first, first + PARALLEL_CALLS);
      answers.push(...(await Promise.all(group.map((call) => this.#single(call, signal)))));
    }
    return answers;
  }

  async #single(call: RpcCall, signal: AbortSignal): Promise<RpcAnswer> {
    const body = await this.#post(requestOf(call, 0), signal, 'single');
    const answer = answerOf(body?.json);
    if (answer === undefined) throw this.#notJsonRpc(body?.text ?? '');
    return answer;
  }

  /**
   * A batch that is answered with an HTTP error or something that is no JSON is `undefined`: it may be the batch that is
   * not understood. A single call is the last word.
   */
  async #post(
    request: unknown,
    signal: AbortSignal,
    shape: 'batch' | 'single',
  ): Promise<{ readonly json: unknown; readonly text: string } | undefined> {
    const response = await this.#fetch(JSON.stringify(request), signal);
    const text = await this.#read(response, signal);
    const json = parseJson(text);
    // Many nodes say what was wrong in JSON-RPC under an HTTP error: that is an answer.
    if (response.ok ? json !== undefined : answerOf(json) !== undefined) return { json, text };
    if (shape === 'batch') return undefined;
    throw response.ok ? this.#notJsonRpc(text) : this.#httpError(response);
  }

  async #fetch(body: string, signal: AbortSignal): Promise<Response> {
    const authorization = await this.#readAuthorization();
    const headers = { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) };
    const options = { method: 'POST', headers, body, signal, redirect: 'manual' } as const;
    try {
      try {
        return await fetch(this.#url, options);
      } catch (error) {
        // The node closed the kept connection in the moment it was used again. Every call only reads: ask once more.
        if (!isConnectionLost(error)) throw error;
        return await fetch(this.#url, options);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw connectionError(error instanceof Error ? (error.cause ?? error) : error, this.#url);
    }
  }

  async #read(response: Response, signal: AbortSignal): Promise<string> {
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    try {
      for await (const chunk of response.body ?? []) {
        sizeBytes += chunk.length;
        if (sizeBytes > this.#bodyLimitBytes) throw this.#tooLarge();
        chunks.push(chunk);
      }
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CollectionError) throw error;
      throw new CollectionError('other', `${this.where} closed the connection in the middle of its answer.`, {
        cause: error,
      });
    }
    return Buffer.concat(chunks).toString();
  }

  #tooLarge(): CollectionError {
    return new CollectionError(
      'too_large',
      `The answer of ${this.where} is larger than ${this.#bodyLimitBytes} bytes: raise the target's body limit.`,
    );
  }

  #httpError({ status, headers }: Response): CollectionError {
    const where = `${this.where} answered HTTP ${status}`;
    const location = headers.get('location');
    if (status >= 300 && status < 400 && location !== null) {
      return new CollectionError('http_error', `${where}, a redirect: give the address that it leads to.`);
    }
    const mends: Readonly<Record<number, string>> = {
      401: ': give the target the credentials that it asks for.',
      403: ': the node does not let this monitor in; check its allowed hosts and the credentials.',
      404: ': check the path; most nodes serve JSON-RPC at /.',
      405: ': it takes no POST there, so this is probably not its JSON-RPC port.',
      429: ': it limits how often it may be asked; raise the interval of the target.',
    };
    return new CollectionError('http_error', `${where}${mends[status] ?? ': look into the log of the node.'}`);
  }

  #notJsonRpc(text: string): CollectionError {
    const begin = text.trim();
    const quote = begin === '' ? 'nothing' : JSON.stringify(begin.slice(0, LONGEST_QUOTE));
    return new CollectionError(
      'parse_error',
      `${this.where} did not answer with JSON-RPC but with ${quote}: is this the JSON-RPC port of the node?`,
    );
  }
}

function requestOf({ method, params }: RpcCall, id: number): object {
  return { jsonrpc: '2.0', id, method, params };
}

/** `undefined` unless every call has its answer. */
function answersInOrder(entries: readonly unknown[], count: number): readonly RpcAnswer[] | undefined {
  const answers = new Map<unknown, RpcAnswer>();
  for (const entry of entries) {
    const answer = answerOf(entry);
    if (answer !== undefined && isRecord(entry)) answers.set(entry['id'], answer);
  }
  const ordered: RpcAnswer[] = [];
  for (let id = 0; id < count; id++) {
    const answer = answers.get(id);
    if (answer === undefined) return undefined;
    ordered.push(answer);
  }
  return ordered;
}

function answerOf(value: unknown): RpcAnswer | undefined {
  if (!isRecord(value)) return undefined;
  const { error } = value as { error?: unknown };
  if (isRecord(error)) {
    const { code, message } = error as { code?: unknown; message?: unknown };
    const text = typeof message === 'string' ? message.slice(0, LONGEST_QUOTE) : '';
    return { error: { code: typeof code === 'number' ? code : 0, message: text } };
  }
  return 'result' in value ? { result: value['result'] } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isConnectionLost(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = isRecord(cause) ? cause['code'] : undefined;
  return code === 'UND_ERR_SOCKET' || code === 'ECONNRESET';
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
