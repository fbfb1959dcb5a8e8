// The bounds of the push routes, each with its default and what happens there. `docs/reference/limits.md` lists them.

export interface PushRouteLimits {
  /** Body of a write or an OTLP request as it comes, packed; more is answered 413. Prometheus 3 takes as much. */
  readonly maxPushBodyBytes: number;
  /** How long such a body may take to arrive, once it is its turn; longer is answered 408. */
  readonly bodyTimeoutMs: number;
  /** Writes and OTLP requests that are read or stored at once; the next one waits. */
  readonly maxConcurrentPushes: number;
  /** Imports under way at once; the next one waits. They may take hours, so none of them takes a place of the others. */
  readonly maxConcurrentImports: number;
  /** Pushes waiting for their turn, and as many imports; the next one is answered 503 with Retry-After. */
  readonly maxWaitingPushes: number;
  /** Lines of an import that go to the store at once, bytes. */
  readonly importPieceBytes: number;
  /** How long an import may be silent; then it ends, and what came is kept. */
  readonly importIdleMs: number;
}

export const DEFAULT_PUSH_ROUTE_LIMITS: PushRouteLimits = {
  maxPushBodyBytes: 32 * 1024 * 1024,
  bodyTimeoutMs: 30_000,
  maxConcurrentPushes: 16,
  maxConcurrentImports: 4,
  maxWaitingPushes: 256,
  importPieceBytes: 1024 * 1024,
  importIdleMs: 30_000,
};

/** What a sender that comes at a bad time is told to wait. */
export const RETRY_AFTER_SECONDS = 5;
