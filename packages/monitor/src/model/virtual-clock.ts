// Time that starts anywhere and runs at any speed: what a whole run of the monitor stands on while it replays a recording,
// so that rates, lookback and the `for` of a rule keep their meaning at ten times the speed. It follows a monotonic
// source alone, so that a change of the system's clock does not touch it, and it never steps back.

import type { PacedClock } from './clock.ts';

export interface VirtualClockOptions {
  /** What the clock says when it is made: Unix milliseconds, a whole number. */
  readonly startMs: number;
  /** Milliseconds of this clock in a real millisecond; above 0. */
  readonly speed: number;
  /** Milliseconds since any fixed moment; default `performance.now`. */
  readonly monotonicMs?: () => number;
}

export class VirtualClock implements PacedClock {
  readonly #runningSpeed: number;
  readonly #monotonicMs: () => number;
  #startMs: number;
  #monotonicStartMs: number;
  #stoppedAtMs: number | undefined;

  constructor(options: VirtualClockOptions) {
    if (!Number.isFinite(options.startMs)) throw new RangeError(`startMs must be a number, not ${options.startMs}`);
    if (!(options.speed > 0 && options.speed < Infinity)) {
      throw new RangeError(`speed must be above 0, not ${options.speed}`);
    }
    this.#runningSpeed = options.speed;
    this.#startMs = options.startMs;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
    this.#monotonicStartMs = this.#monotonicMs();
  }

  get speed(): number {
    return this.#stoppedAtMs === undefined ? this.#runningSpeed : 0;
  }

  nowMs(): number {
    if (this.#stoppedAtMs !== undefined) return this.#stoppedAtMs;
    return Math.floor(this.#startMs + (this.#monotonicMs() - this.#monotonicStartMs) * this.#runningSpeed);
  }

  continueFrom(timeMs: number): void {
    this.#startMs = Math.max(this.nowMs(), timeMs);
    this.#monotonicStartMs = this.#monotonicMs();
  }

  /** Stands still from here on: the last recording has ended, and nothing can follow it. */
  stop(): void {
    this.#stoppedAtMs = this.nowMs();
  }
}
