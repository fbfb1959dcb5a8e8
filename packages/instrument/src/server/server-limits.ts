// The bounds of the HTTP server, each with its default and what happens there, and the time that it goes by.
// `docs/reference/limits.md` lists them.

export interface ServerLimits {
  /** Request line and headers together, bytes; more is answered 431. */
  readonly maxHeaderBytes: number;
  /** Open connections; the next one is closed at once. */
  readonly maxConnections: number;
  /** From the first byte of a request to the end of its headers; longer is answered 408. A TLS handshake may take as long. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to its last; longer is answered 408. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept for another request. */
  readonly keepAliveTimeoutMs: number;
  /** How often the three times before are looked at. */
  readonly checkIntervalMs: number;
  /** From the request to the last byte of its answer; a client that reads slower is disconnected. */
  readonly maxAnswerMs: number;
  /** How long answers under way may take when the server closes; then their connections are cut. */
  readonly closeGraceMs: number;
  /** Different pages that are made at once; the next one is answered 503. Requests for the same page share it. */
  readonly maxRenders: number;
  /** How long attached sources may take to tell what they know; then the page shows what is there. */
  readonly refreshTimeoutMs: number;
  /** Pages of at least so many bytes are compressed. */
  readonly minGzipBytes: number;
  /** Names of `name[]` in one request; more is answered 400. */
  readonly maxNames: number;
  /** Health checks; more are refused when the server is made. */
  readonly maxHealthChecks: number;
  /** How long a health check may take; then it counts as failing, and it is not begun anew before it has ended. */
  readonly healthCheckTimeoutMs: number;
  /** How old the results of health checks may be. */
  readonly maxHealthAgeMs: number;
  /** UTF-16 units of what a health check says; the rest is cut off. */
  readonly maxHealthMessageLength: number;
}

const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxHeaderBytes: 16_384,
  maxConnections: 256,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 15_000,
  keepAliveTimeoutMs: 72_000,
  checkIntervalMs: 1000,
  maxAnswerMs: 30_000,
  closeGraceMs: 2000,
  maxRenders: 16,
  refreshTimeoutMs: 5000,
  minGzipBytes: 1024,
  maxNames: 256,
  maxHealthChecks: 64,
  healthCheckTimeoutMs: 2000,
  maxHealthAgeMs: 1000,
  maxHealthMessageLength: 256,
};

/** What the server is made with besides its options; tests give their own. */
export interface ServerParts {
  readonly limits: ServerLimits;
  /** Milliseconds since some moment, never going back. */
  readonly monotonicMs: () => number;
  /** Calls back once after a time, for which no process stays alive; answers with a function that prevents it. */
  readonly after: (delayMs: number, callback: () => void) => () => void;
}

export const DEFAULT_SERVER_PARTS: ServerParts = {
  limits: DEFAULT_SERVER_LIMITS,
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, delayMs).unref();
    return () => clearTimeout(timer);
  },
};

/** Waits for `work`, but not longer than the time; false when that was over first. Rejects as `work` does. */
export function settlesWithin(after: ServerParts['after'], delayMs: number, work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const cancel = after(delayMs, () => resolve(false));
    work.then(
      () => {
        cancel();
        resolve(true);
      },
      (error: unknown) => {
        cancel();
        reject(error);
      },
    );
  });
}
