// How many queries are under way at once. The rest wait in the order in which they came, up to a bound; a query that
// waits gives up when its time is over or its client has gone. A place is held until the answer has been sent, so the
// results in memory are bounded too.

import { ApiError } from './error.ts';

export interface GateLimits {
  readonly maxConcurrentQueries: number;
  readonly maxWaitingQueries: number;
}

export class QueryGate {
  readonly #limits: GateLimits;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /**
   * Fulfilled when it is the query's turn, with what gives the place back (once; further calls do nothing).
   * @throws {ApiError} `unavailable` when too many wait, `timeout` and `canceled` while waiting.
   */
  async enter(timeoutMs: number, signal: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#limits.maxConcurrentQueries) await this.#turn(timeoutMs, signal);
    else this.#running++;
    let held = true;
    return () => {
      if (held) this.#leave();
      held = false;
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
    const onAbort = () => settle(() => reject(new ApiError('canceled', 'query was canceled in query queue')));
    const onTimeout = () => settle(() => reject(new ApiError('timeout', 'query timed out in query queue')));
    const timer = setTimeout(onTimeout, timeoutMs);
    signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(onTurn);
    return promise;
  }
}
