// Told of every push that ended: the monitor's own metrics, its health and the live stream listen here.

import type { PushRejectReason } from '../../sources/push/interface.ts';

export type PushKind = 'remote_write' | 'otlp' | 'import';

/**
 * `ok`: everything was stored; `partial`: some samples were refused; `invalid`: it could not be read, or is over a bound;
 * `busy`: too many were under way; `failed`: the store could not take it; `aborted`: the sender went away.
 */
export type PushEndedAs = 'ok' | 'partial' | 'invalid' | 'busy' | 'failed' | 'aborted';

export interface PushEnded {
  readonly kind: PushKind;
  readonly outcome: PushEndedAs;
  /** From the request to the last byte of the answer handed over, waiting included. */
  readonly durationSeconds: number;
  /** As they came, packed. */
  readonly bodyBytes: number;
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
  readonly rejected: Readonly<Partial<Record<PushRejectReason, number>>>;
  /** The time of the latest sample stored; undefined when there was none. */
  readonly newestTimeMs: number | undefined;
}

export interface PushObserver {
  pushEnded(event: PushEnded): void;
  /** The store could not take a push. */
  appendFailed(error: Error): void;
}
