// The time and the chance that a collector goes by, so that tests can turn them.

export interface CollectorClock {
  /** Milliseconds since some moment, never going back. */
  monotonicMs(): number;
  /** Calls back once after a time, for which no process stays alive. Answers with a function that prevents it. */
  after(delayMs: number, callback: () => void): () => void;
  /** From 0 up to and without 1. */
  random(): number;
}

/** Of the platform, whichever that is; the compiler is told of no platform here. */
declare const performance: { now(): number };
declare const setTimeout: (callback: () => void, delayMs: number) => unknown;
declare const clearTimeout: (timer: never) => void;

export const PLATFORM_CLOCK: CollectorClock = {
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    // Where timers keep a process alive, this one must not.
    if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function')
      timer.unref();
    return () => clearTimeout(timer as never);
  },
  random: () => Math.random(),
};
