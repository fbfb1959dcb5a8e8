// The time that the pusher goes by, so that tests can turn it.

export interface PushClock {
  /** Unix time in milliseconds. */
  nowMs(): number;
  /** Calls back once after a time, for which no process stays alive. Answers with a function that prevents it. */
  background(delayMs: number, callback: () => void): () => void;
  /** As `background`, but the process stays alive for it. */
  foreground(delayMs: number, callback: () => void): () => void;
}

/** The longest that a timer can wait, almost 25 days; one for longer would go off at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export const SYSTEM_CLOCK: PushClock = {
  nowMs: () => Date.now(),
  background(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS)).unref();
    return () => clearTimeout(timer);
  },
  foreground(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(delayMs, MAX_DELAY_MS));
    return () => clearTimeout(timer);
  },
};
