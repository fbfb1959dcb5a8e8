// How many pushes are under way at once. The rest wait in the order in which they came, their bodies unread, up to a bound;
// beyond it a sender is told to come again.

import type { PushRouteLimits } from './limits.ts';
import { PushFailure } from './push-failure.ts';

export class PushGate {
  readonly #limits: PushRouteLimits;
  readonly #waiting = new Set<() => void>();
  #running = 0;

  constructor(limits: PushRouteLimits) {
    this.#limits = limits;
  }

  /** Fulfilled when it is the push's turn, with what gives the place back. @throws {PushFailure} `busy`, `aborted` */
  async enter(signal: AbortSignal): Promise<() => void> {
    if (this.#running >= this.#limits.maxConcurrentPushes) await this.#turn(signal);
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
    const { maxConcurrentPushes, maxWaitingPushes } = this.#limits;
    if (this.#waiting.size >= maxWaitingPushes) {
      throw new PushFailure(
        503,
        'busy',
        `${maxConcurrentPushes} pushes are under way and ${maxWaitingPushes} waiting, which is the limit: try again later`,
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
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    this.#waiting.add(onTurn);
    return promise;
  }
}
