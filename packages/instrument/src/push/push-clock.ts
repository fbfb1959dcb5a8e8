// The time that the pusher goes by, so that tests can turn it.

export interface PushClock {
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** Calls back once after a time, for which no process stays alive. Answers with a function that prevents it. */
  background(delayMs: number, callback: () => void): () => void;
  /** As `background`, but the process stays alive for it. */
  foreground(delayMs: number, callback: () => void): () => void;
}

export const SYSTEM_CLOCK: PushClock = {
  nowMs: () => Date.now(),
  background(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
  foreground(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
