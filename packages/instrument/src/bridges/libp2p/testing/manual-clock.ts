// A clock of tests: time passes when it is told to.

import type { BridgeClock } from '../clock.ts';

export class ManualClock implements BridgeClock {
  #elapsedMs = 0;
  readonly #waits = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  nowMs(): number {
    return this.#elapsedMs;
  }

  unixMs(): number {
    return 1_700_000_000_000 + this.#elapsedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const wait = { atMs: this.#elapsedMs + delayMs, callback };
    this.#waits.add(wait);
    return () => {
      this.#waits.delete(wait);
    };
  }

  /** Waits that are not over yet. */
  get pendingCount(): number {
    return this.#waits.size;
  }

  advance(ms: number): void {
    this.#elapsedMs += ms;
    for (const wait of this.#waits) {
      if (wait.atMs > this.#elapsedMs) continue;
      this.#waits.delete(wait);
      wait.callback();
    }
  }
}
