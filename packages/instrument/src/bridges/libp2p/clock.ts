// The time that the bridge measures and waits by, as far as the language's library does not have it: timers are
// there in every JavaScript runtime, but not in ECMAScript.

export interface BridgeClock {
  /** Milliseconds since some moment; never goes back. */
  nowMs(): number;
  /** Unix time in milliseconds, as libp2p notes the times of a connection. */
  unixMs(): number;
  /** Calls back once after `delayMs`; the returned function prevents that. A wait keeps no process alive. */
  after(delayMs: number, callback: () => void): () => void;
}

interface Runtime {
  readonly performance: { now(): number };
  setTimeout(callback: () => void, delayMs: number): unknown;
  clearTimeout(timer: unknown): void;
}

export const RUNTIME_CLOCK: BridgeClock = {
  nowMs: () => runtime().performance.now(),
  unixMs: () => Date.now(),
  after(delayMs, callback) {
    const timer = runtime().setTimeout(callback, delayMs);
    if (hasUnref(timer)) timer.unref();
    return () => runtime().clearTimeout(timer);
  },
};

function runtime(): Runtime {
  return globalThis as unknown as Runtime;
}

function hasUnref(timer: unknown): timer is { unref(): void } {
  return typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function';
}
