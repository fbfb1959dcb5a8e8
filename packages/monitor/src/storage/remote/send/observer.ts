// What a sender tells of itself: numbers for metrics, and words for the log.

import type { DropReason, RequestOutcome } from '../../sending.ts';

/**
 * What is worth a line in the log. Called once when a failure begins and once when it is over; of losses every 10 s, and once of
 * those that go on until somebody changes the configuration.
 */
export type SendNotice =
  | { readonly kind: 'failing'; readonly message: string }
  | { readonly kind: 'recovered'; readonly message: string }
  | { readonly kind: 'dropped'; readonly reason: DropReason; readonly samples: number; readonly message: string }
  | { readonly kind: 'queue_failing'; readonly message: string };

/** Losses of one reason are told at most so often, each time with all since the last. */
const NOTICE_EVERY_MS: Readonly<Record<DropReason, number>> = {
  refused: 10_000,
  unsupported: Number.POSITIVE_INFINITY,
  age: 10_000,
  size: 10_000,
  damaged: 10_000,
};

export class SendRecord {
  readonly #notify: (notice: SendNotice) => void;
  sentSamples = 0;
  retriedSamples = 0;
  readonly dropped: Record<DropReason, number> = { refused: 0, unsupported: 0, age: 0, size: 0, damaged: 0 };
  readonly requests: Record<RequestOutcome, number> = { sent: 0, failed: 0, refused: 0 };
  requestSeconds = 0;
  shards = 0;
  lastSuccessMs: number | undefined;
  lastError: string | undefined;
  #isFailing = false;
  /** Samples that were dropped since it was last said, by reason. */
  readonly #untold = {
    refused: { samples: 0, toldMs: Number.NEGATIVE_INFINITY },
    unsupported: { samples: 0, toldMs: Number.NEGATIVE_INFINITY },
    age: { samples: 0, toldMs: Number.NEGATIVE_INFINITY },
    size: { samples: 0, toldMs: Number.NEGATIVE_INFINITY },
    damaged: { samples: 0, toldMs: Number.NEGATIVE_INFINITY },
  };

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
    const untold = this.#untold[reason];
    untold.samples += samples;
    const nowMs = performance.now();
    if (nowMs - untold.toldMs < NOTICE_EVERY_MS[reason]) return;
    this.#notify({ kind: 'dropped', reason, samples: untold.samples, message });
    untold.samples = 0;
    untold.toldMs = nowMs;
  }

  /** The last request got no answer, or one that says to try again. */
  get isFailing(): boolean {
    return this.#isFailing;
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
