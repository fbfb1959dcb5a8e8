// The bounds of the HTTP server, each with its default and what happens there. `docs/reference/limits.md` lists them.

export interface ServerLimits {
  /** Request line and headers together, bytes; more is answered 431. */
  readonly maxHeaderBytes: number;
  /** Body of a request, bytes; more is answered 413. */
  readonly maxBodyBytes: number;
  /** Open connections; the next one is closed at once and counted in the log. */
  readonly maxConnections: number;
  /** From the first byte of a request to the end of its headers; longer is answered 408. */
  readonly headersTimeoutMs: number;
  /** From the first byte of a request to its last; longer is answered 408. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept for another request. */
  readonly keepAliveTimeoutMs: number;
  /** How long answers under way may take when the server closes; then their connections are cut. */
  readonly closeGraceMs: number;
  /** Queries evaluated or being sent at once; the next one waits. */
  readonly maxConcurrentQueries: number;
  /** Queries waiting for their turn; the next one is answered 503. */
  readonly maxWaitingQueries: number;
  /** The longest a query may take with its waiting, and what it may take when the client names no timeout. */
  readonly maxQueryTimeoutMs: number;
  /** A query that takes longer is logged and listed. */
  readonly slowQueryMs: number;
  /** Slow queries that are listed; the oldest is forgotten. */
  readonly maxSlowQueriesListed: number;
  /** Characters of an expression that are kept of it for lists and the log. */
  readonly maxListedExpressionCharacters: number;
  /** Remote reads under way at once; the next one waits. */
  readonly maxConcurrentReads: number;
  /** Remote reads that wait for their turn; the next one is answered 503. */
  readonly maxWaitingReads: number;
  /** Questions in one remote read; more is answered 400. */
  readonly maxReadQueries: number;
  /** Samples in an answer of remote read; more is answered 400. */
  readonly maxReadSamples: number;
  /** Bytes that an answer of remote read may take in memory before it is sent; more is answered 400. */
  readonly maxReadBytes: number;
  /** Values of `match[]` in one request; more is answered 400. */
  readonly maxSelectors: number;
  /** From the first byte of an answer to its last; a client that reads slower is disconnected. */
  readonly maxSendMs: number;
  /** Bytes that wait for a reader of the event stream; one that is further behind is disconnected and counted. */
  readonly maxEventBacklogBytes: number;
  /** Between two heartbeats of the event stream. */
  readonly heartbeatMs: number;
  /** How old a summary may be. */
  readonly maxSummaryAgeMs: number;
  /** How long the store may take to answer before `/ready` says that it does not. */
  readonly maxStoreAnswerMs: number;
}

export const DEFAULT_SERVER_LIMITS: ServerLimits = {
  maxHeaderBytes: 65_536,
  maxBodyBytes: 1_048_576,
  maxConnections: 512,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 72_000,
  closeGraceMs: 2_000,
  maxConcurrentQueries: 20,
  maxWaitingQueries: 200,
  maxQueryTimeoutMs: 120_000,
  slowQueryMs: 1_000,
  maxSlowQueriesListed: 100,
  maxListedExpressionCharacters: 4_096,
  maxConcurrentReads: 4,
  maxWaitingReads: 64,
  maxReadQueries: 64,
  maxReadSamples: 50_000_000,
  maxReadBytes: 134_217_728,
  maxSelectors: 64,
  maxSendMs: 120_000,
  maxEventBacklogBytes: 1_048_576,
  heartbeatMs: 15_000,
  maxSummaryAgeMs: 1_000,
  maxStoreAnswerMs: 2_000,
};
