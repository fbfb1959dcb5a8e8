// Time that starts anywhere and runs at any speed: what a whole run of the monitor stands on while it replays a recording,
// so that rates, lookback and the `for` of a rule keep their meaning at ten times the speed. It follows a monotonic
// source alone, so that a change of the system's clock does not touch it, and it never steps back.

import type { Clock } from './clock.ts';

export interface VirtualClockOptions {
  /** What the clock says when it is made: Unix milliseconds, a whole number. */
  readonly startMs: number;
  /** Milliseconds of this clock in a real millisecond; above 0. */
  readonly speed: number;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: () => number;
}

export class VirtualClock implements Clock {
  readonly speed: number;
  readonly #startMs: number;
  readonly #monotonicMs: () => number;
  readonly #monotonicStartMs: number;

  constructor(options: VirtualClockOptions) {
    if (!Number.isFinite(options.startMs)) throw new RangeError(`startMs must be a number, not ${options.startMs}`);
    if (!(options.speed > 0 && options.speed < Infinity)) {
      throw new RangeError(`speed must be above 0, not ${options.speed}`);
    }
    this.speed = options.speed;
    this.#startMs = options.startMs;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#monotonicStartMs = this.#monotonicMs();
  }

  nowMs(): number {
    return Math.floor(this.#startMs + (this.#monotonicMs() - this.#monotonicStartMs) * this.speed);
  }
}
