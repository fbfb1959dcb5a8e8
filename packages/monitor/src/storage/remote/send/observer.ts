// What a sender tells of itself: numbers for metrics, and words for the log.

import type { DropReason, RequestOutcome } from '../../sending.ts';

/** What is worth a line in the log. Called once when a failure begins and once when it is over; for every loss. */
export type SendNotice =
  | { readonly kind: 'failing'; readonly message: string }
  | { readonly kind: 'recovered'; readonly message: string }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly samples: number; readonly message: string }
  | { readonly kind: 'queue_failing'; readonly message: string };

export class SendRecord {
  readonly #notify: (notice: SendNotice) => void;
  sentSamples = 0;
  retriedSamples = 0;
  readonly dropped: Record<DropReason, number> = { refused: 0, age: 0, size: 0, damaged: 0 };
  readonly requests: Record<RequestOutcome, number> = { sent: 0, failed: 0, refused: 0 };
  requestSeconds = 0;
  shards = 0;
  lastSuccessMs: number | undefined;
  lastError: string | undefined;
  #isFailing = false;

  constructor(notify: (notice: SendNotice) => void) {
    this.#notify = notify;
  }

  requestEnded(outcome: RequestOutcome, durationMs: number): void {
    this.requests[outcome]++;
    this.requestSeconds += durationMs / 1000;
  }

  sent(samples: number, nowMs: number): void {
    this.sentSamples += samples;
    this.#worked(nowMs);
  }

  /** The server refused these samples for good. */
  refused(samples: number, message: string, nowMs: number): void {
    this.#worked(nowMs);
    this.lastError = message;
    this.drop('refused', samples, message);
  }

  failed(samples: number, message: string): void {
    this.retriedSamples += samples;
    this.lastError = message;
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#notify({ kind: 'failing', message });
  }

  drop(reason: DropReason, samples: number, message: string): void {
    this.dropped[reason] += samples;
    this.#notify({ kind: 'dropped', reason, samples, message });
  }

  queueFailed(message: string): void {
    this.lastError = message;
    this.#notify({ kind: 'queue_failing', message });
  }

  #worked(nowMs: number): void {
    this.lastSuccessMs = nowMs;
    this.lastError = undefined;
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#notify({ kind: 'recovered', message: 'the server takes samples again' });
  }
}
