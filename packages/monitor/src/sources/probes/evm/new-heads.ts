// The announcement of new blocks over WebSocket (`eth_subscribe` to `newHeads`), where a node offers it: a block shows at
// once, and a node that stops is noticed at once because its socket closes. Only a hint: what is announced is fetched by
// the next collection. There is no timer: `keepOpen` is called after every collection that succeeded, and connects when
// there is no connection and the back-off (1 s, doubled up to 5 min) has passed.
// Source: https://geth.ethereum.org/docs/interacting-with-geth/rpc/pubsub

import type { Clock } from '../../../model/clock.ts';
import { isRecord } from './json-rpc-client.ts';
import { parseNumber } from './quantity.ts';

export interface NewHeadsOptions {
  /** ws or wss. */
  readonly url: string;
  readonly readAuthorization?: (() => Promise<string | undefined>) | undefined;
  /** A connection that has not been subscribed after this time is given up, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** A block was announced, or the connection of a working subscription ended. */
  readonly onNews: () => void;
  /** Milliseconds since any fixed moment. */
  readonly monotonicMs: () => number;
}

const FIRST_BACKOFF_MS = 1000;
const LONGEST_BACKOFF_MS = 5 * 60_000;
/** Announced blocks whose time of arrival is remembered. */
const REMEMBERED_ARRIVALS = 256;
/** UTF-16 units; a header needs about 2,000. */
const LONGEST_MESSAGE = 256 * 1024;

export class NewHeads {
  readonly #options: NewHeadsOptions;
  readonly #arrivalsMs = new Map<string, number>();
  #socket: WebSocket | undefined;
  #isSubscribed = false;
  #isClosed = false;
  #backoffMs = FIRST_BACKOFF_MS;
  #nextAttemptMs = 0;
  #connectingSinceMs = 0;

  constructor(options: NewHeadsOptions) {
    this.#options = options;
  }

  /** Connects where it is due. @throws what reading the authorization throws */
  async keepOpen(): Promise<void> {
    const nowMs = this.#options.clock.nowMs();
    const { url, readAuthorization, timeoutMs } = this.#options;
    if (this.#socket !== undefined && !this.#isSubscribed && nowMs >= this.#connectingSinceMs + timeoutMs) {
      this.#giveUp(this.#socket);
    }
    if (this.#isClosed || this.#socket !== undefined || nowMs < this.#nextAttemptMs) return;
    const authorization = await readAuthorization?.();
    if (this.#isClosed) return;
    this.#connectingSinceMs = nowMs;
    const socket = new WebSocket(url, authorization === undefined ? {} : { headers: { authorization } });
    this.#socket = socket;
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_subscribe', params: ['newHeads'] }));
    });
    socket.addEventListener('message', ({ data }) => this.#take(socket, data));
    // An error without a close of its own: a connection that never came about.
    socket.addEventListener('error', () => this.#drop(socket));
    socket.addEventListener('close', () => this.#drop(socket));
  }

  /** Monotonic milliseconds at which a block was announced; `undefined` when it was not. */
  arrivalMs(hash: string): number | undefined {
    return this.#arrivalsMs.get(hash);
  }

  close(): void {
    this.#isClosed = true;
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#isSubscribed = false;
    this.#giveUp(socket);
  }

  #take(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return;
    const message = typeof data === 'string' && data.length <= LONGEST_MESSAGE ? parse(data) : undefined;
    if (message?.['id'] === 1 && typeof message['result'] === 'string') {
      this.#isSubscribed = true;
      this.#backoffMs = FIRST_BACKOFF_MS;
      return;
    }
    const params = message?.['params'];
    const head = isRecord(params) ? params['result'] : undefined;
    if (!isRecord(head) || typeof head['hash'] !== 'string' || parseNumber(head['number']) === undefined) {
      // Refused the subscription, or speaks something else: polling does.
      this.#giveUp(socket);
      return;
    }
    this.#remember(head['hash']);
    this.#options.onNews();
  }

  #remember(hash: string): void {
    this.#arrivalsMs.set(hash, this.#options.monotonicMs());
    for (const oldest of this.#arrivalsMs.keys()) {
      if (this.#arrivalsMs.size <= REMEMBERED_ARRIVALS) break;
      this.#arrivalsMs.delete(oldest);
    }
  }

  #giveUp(socket: WebSocket): void {
    this.#drop(socket);
    socket.close();
  }

  #drop(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    // A gap in the announcements: times of arrival before it say nothing of the blocks after it.
    this.#arrivalsMs.clear();
    const wasSubscribed = this.#isSubscribed;
    this.#isSubscribed = false;
    this.#nextAttemptMs = this.#options.clock.nowMs() + this.#backoffMs;
    this.#backoffMs = Math.min(2 * this.#backoffMs, LONGEST_BACKOFF_MS);
    if (wasSubscribed) this.#options.onNews();
  }
}

function parse(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
