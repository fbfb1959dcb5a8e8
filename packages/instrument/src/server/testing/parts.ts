// The server's bounds made small, and its time: the machine's, or one that passes when a test says so.

import { DEFAULT_SERVER_PARTS, type ServerLimits, type ServerParts } from '../server-limits.ts';

export function withLimits(limits: Partial<ServerLimits>): ServerParts {
  return { ...DEFAULT_SERVER_PARTS, limits: { ...DEFAULT_SERVER_PARTS.limits, ...limits } };
}

export class ManualTime {
  readonly parts: ServerParts;
  #nowMs = 0;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  constructor(limits: Partial<ServerLimits> = {}) {
    this.parts = {
      ...withLimits(limits),
      monotonicMs: () => this.#nowMs,
      after: (delayMs, callback) => {
        const timer = { dueMs: this.#nowMs + delayMs, callback };
        this.#timers.add(timer);
        return () => {
          this.#timers.delete(timer);
        };
      },
    };
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  advance(durationMs: number): void {
    this.#nowMs += durationMs;
    for (const timer of Array.from(this.#timers)) {
      if (timer.dueMs > this.#nowMs) continue;
      this.#timers.delete(timer);
      timer.callback();
    }
  }
}
