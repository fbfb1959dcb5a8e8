// The bounds of what gives out or changes whole histories, each with its default and what happens there.

export interface HistoryLimits {
  /** Exports under way at once; the next one is answered 503 with Retry-After. */
  readonly maxConcurrentExports: number;
  /** How long the reader of an export may take nothing; then it is disconnected. */
  readonly maxExportStallMs: number;
}

export const DEFAULT_HISTORY_LIMITS: HistoryLimits = {
  maxConcurrentExports: 4,
  maxExportStallMs: 60_000,
};

/** What a client that comes at a bad time is told to wait. */
export const RETRY_AFTER_SECONDS = 5;
