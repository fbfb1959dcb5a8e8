// How many pushes are under way at once. The rest wait in the order in which they came, their bodies unread, up to a bound;
// beyond it a sender is told to come again.

import { PushFailure } from './push-failure.ts';

export interface PushGateLimits {
  readonly maxRunning: number;
  readonly maxWaiting: number;
}

export class PushGate {
  readonly #limits: PushGateLimits;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: PushGateLimits) {
    this.#limits = limits;
  }

  /** Fulfilled when it is the push's turn, with what gives the place back. @throws {PushFailure} `busy`, `aborted` */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#limits.maxRunning) await this.#turn(signal);
    else this.#running++;
    return () => this.#leave();
  }

  /** Whoever leaves hands the place on, so the count of those running does not change. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) this.#running--;
    else next();
  }

  #turn(signal: AbortSignal): Promise<void> {
    const { maxRunning, maxWaiting } = this.#limits;
    if (this.#waiting.size >= maxWaiting) {
      throw new PushFailure(
        503,
        'busy',
        `${maxRunning} pushes are under way and ${maxWaiting} waiting, which is the limit: try again later`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const settle = (end: () => void) => {
      signal.removeEventListener('abort', onAbort);
      this.#waiting.delete(onTurn);
      end();
    };
    const onTurn = () => settle(resolve);
    const onAbort = () => settle(() => reject(new PushFailure(400, 'aborted', 'the sender went away while it waited')));
    this.#waiting.add(onTurn);
    // Whoever has gone already leaves the queue at once: a place that is handed to it would be lost.
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return promise;
  }
}
