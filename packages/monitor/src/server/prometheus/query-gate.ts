// How many queries are under way at once. The rest wait in the order in which they came, up to a bound; a query that
// waits gives up when its time is over or its client has gone. A place is held until the answer has been sent and nothing works
// for it any more, so the work and the results in memory are bounded too, also when clients hang up. While others wait, or lack the
// memory that it holds, an answer whose client reads it too slowly gives way.

import { ApiError } from './error.ts';

export interface GateLimits {
  readonly maxConcurrentQueries: number;
  readonly maxWaitingQueries: number;
  /** Default: `MAX_SEND_MS_WHILE_OTHERS_WAIT`. */
  readonly maxSendMsWhileOthersWait?: number;
}

/** How long an answer may be on its way while others wait for a place; then the one that began first is disconnected. */
const MAX_SEND_MS_WHILE_OTHERS_WAIT = 10_000;

/** What a query holds while it is under way. */
export interface Place {
  /** The answer is on its way. `disconnect` ends that. */
  sends(disconnect: () => void): void;
  /** Gives the place back when all of these have ended, however they end. */
  leaveAfter(...ends: readonly Promise<unknown>[]): void;
  /** Once; further calls do nothing. */
  leave(): void;
}

interface Sending {
  readonly untilMs: number;
  readonly disconnect: () => void;
}

export class QueryGate {
  readonly #limits: GateLimits;
  readonly #waiting = new Set<() => void>();
  /** Those that began first come first. */
  readonly #sending = new Set<Sending>();
  #slowest: NodeJS.Timeout | undefined;
  #running = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /**
   * Fulfilled when it is the query's turn.
   * @throws {ApiError} `unavailable` when too many wait, `timeout` and `canceled` while waiting.
   */
  async enter(timeoutMs: number, signal: AbortSignal): Promise<Place> {
    if (signal.aborted) throw canceled();
    if (this.#running >= this.#limits.maxConcurrentQueries) await this.#turn(timeoutMs, signal);
    else this.#running++;
    return this.#place();
  }

  /** Memory is short: the answer that has been on its way for too long gives way as if others waited for its place. */
  makeRoom(): void {
    const [first] = this.#sending;
    if (first === undefined || performance.now() < first.untilMs) return;
    this.#sending.delete(first);
    first.disconnect();
  }

  #place(): Place {
    const { maxSendMsWhileOthersWait = MAX_SEND_MS_WHILE_OTHERS_WAIT } = this.#limits;
    let sending: Sending | undefined;
    let held = true;
    const leave = () => {
      if (sending !== undefined) this.#sending.delete(sending);
      if (held) this.#leave();
      held = false;
    };
    return {
      sends: (disconnect) => {
        sending = { untilMs: performance.now() + maxSendMsWhileOthersWait, disconnect };
        if (held) this.#sending.add(sending);
        this.#watchTheSlowest();
      },
      leaveAfter: (...ends) => void Promise.allSettled(ends).then(leave),
      leave,
    };
  }

  /** Whoever leaves hands the place on, so the count of those running does not change. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next();
  }

  #turn(timeoutMs: number, signal: AbortSignal): Promise<void> {
    if (this.#waiting.size >= this.#limits.maxWaitingQueries) {
      const { maxConcurrentQueries, maxWaitingQueries } = this.#limits;
      throw new ApiError(
        'unavailable',
        `${maxConcurrentQueries} queries are running and ${maxWaitingQueries} waiting, which is the limit: try again later`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (end: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(onTurn);
      end();
    };
    const onTurn = () => settle(resolve);
    const onAbort = () => settle(() => reject(canceled()));
    const onTimeout = () => settle(() => reject(new ApiError('timeout', 'query timed out in query queue')));
    const timer = setTimeout(onTimeout, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(onTurn);
    this.#watchTheSlowest();
    return promise;
  }

  #watchTheSlowest(): void {
    const [first] = this.#sending;
    if (first === undefined || this.#waiting.size === 0 || this.#slowest !== undefined) return;
    const giveWay = () => {
      this.#slowest = undefined;
      if (this.#waiting.size > 0 && this.#sending.delete(first)) first.disconnect();
      this.#watchTheSlowest();
    };
    this.#slowest = setTimeout(giveWay, Math.max(0, first.untilMs - performance.now()));
    this.#slowest.unref();
  }
}

function canceled(): ApiError {
  return new ApiError('canceled', 'query was canceled in query queue');
}
