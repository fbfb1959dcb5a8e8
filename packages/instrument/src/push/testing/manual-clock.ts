// Time that passes when a test says so.

import type { PushClock } from '../push-clock.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

export class ManualClock implements PushClock {
  #nowMs = 1_795_181_530_000;
  readonly #timers = new Set<Timer>();

  nowMs(): number {
    return this.#nowMs;
  }

  background(delayMs: number, callback: () => void): () => void {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
    };
  }

  foreground(delayMs: number, callback: () => void): () => void {
    return this.background(delayMs, callback);
  }

  /** Milliseconds until each timer that is set, ascending. */
  pendingMs(): readonly number[] {
    return Array.from(this.#timers, ({ dueMs }) => dueMs - this.#nowMs).sort((a, b) => a - b);
  }

  /** Lets so much time pass: what comes due is called, in order, what it sets meanwhile included. */
  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs;
    for (;;) {
      const [next] = [...this.#timers].filter(({ dueMs }) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs);
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.dueMs);
      next.callback();
    }
    this.#nowMs = endMs;
  }
}
