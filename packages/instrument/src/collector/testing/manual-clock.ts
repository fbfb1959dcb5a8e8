// Time that passes when a test says so, and chance that comes from a seed.

import type { CollectorClock } from '../collector-clock.ts';

export class ManualClock implements CollectorClock {
  readonly random: () => number;
  #nowMs = 0;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  constructor(random: () => number = seededRandom(1)) {
    this.random = random;
  }

  get pending(): number {
    return this.#timers.size;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    for (const timer of Array.from(this.#timers)) {
      if (timer.dueMs > this.#nowMs || !this.#timers.delete(timer)) continue;
      timer.callback();
    }
  }
}

/** Numerical Recipes' linear congruential generator. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
