// Told of every question to the Prometheus API that ended: the monitor's own metrics listen here.

export interface QueryObserver {
  /** Waiting for its turn included; `queryEnded` follows in any case. */
  queryBegan?(): void;
  queryEnded(event: QueryEnded): void;
}

export interface QueryEnded {
  readonly kind: QueryKind;
  readonly outcome: QueryOutcome;
  /** From the request to the last byte of the answer handed over, waiting included. */
  readonly durationSeconds: number;
  /** It took longer than queries should (`query.slowerThan`). */
  readonly isSlow: boolean;
}

export type QueryKind = 'instant' | 'range' | 'metadata';

/** `limit`: refused because too many queries wait already. */
export type QueryOutcome = 'ok' | 'error' | 'timeout' | 'limit';
