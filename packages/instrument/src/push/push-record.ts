// What a push has done so far: for `statistics()`, for `onError`, and as metrics in the registry that is pushed.

import {
  DROPPED_SAMPLES_REASONS,
  type DroppedSamplesReason,
  REQUEST_OUTCOMES,
  type RequestOutcome,
} from '../domains/table/push.ts';
import { type PushInstruments, pushInstruments } from './push-instruments.ts';
import type { CheckedPushOptions, PushFailure } from './push-options.ts';
import type { PushProtocol } from './push-target.ts';

export interface PushStatistics {
  /** By how they ended; every request that was sent counts once, so a repeated one several times. */
  readonly requests: Readonly<Record<RequestOutcome, number>>;
  readonly droppedSamples: Readonly<Record<DroppedSamplesReason, number>>;
  /** How snapshots are encoded now, such as `remote write 2.0`. */
  readonly dialect: string;
  /** Waiting now. */
  readonly queuedRequests: number;
  readonly queuedBytes: number;
  /** Unix time in milliseconds at which the receiver last took a request. */
  readonly lastSuccessMs?: number;
  readonly lastError?: PushFailure;
}

export class PushRecord {
  readonly #requests = Object.fromEntries(REQUEST_OUTCOMES.map((outcome) => [outcome, 0])) as Record<
    RequestOutcome,
    number
  >;
  readonly #droppedSamples = Object.fromEntries(DROPPED_SAMPLES_REASONS.map((reason) => [reason, 0])) as Record<
    DroppedSamplesReason,
    number
  >;
  readonly #instruments: PushInstruments;
  readonly #protocol: PushProtocol;
  readonly #options: CheckedPushOptions;
  #lastSuccessMs: number | undefined;
  #lastError: PushFailure | undefined;

  /** @throws {InstrumentError} when the registry has other metrics of these names */
  constructor(options: CheckedPushOptions) {
    this.#options = options;
    this.#protocol = options.to.protocol;
    this.#instruments = pushInstruments(options.registry, this.#protocol);
  }

  ended(outcome: RequestOutcome): void {
    const protocol = this.#protocol;
    this.#requests[outcome]++;
    this.#instruments.pushRequests.inc({ protocol, outcome });
    if (outcome !== 'ok') return;
    this.#lastSuccessMs = this.#options.clock.nowMs();
    this.#instruments.pushLastSuccess.set({ protocol }, this.#lastSuccessMs / 1000);
  }

  dropped(reason: DroppedSamplesReason, samples: number): void {
    this.#droppedSamples[reason] += samples;
    this.#instruments.pushDroppedSamples.inc({ protocol: this.#protocol, reason }, samples);
  }

  /** @param message without any credential */
  failed(message: string, droppedSamples: number): void {
    const failure = { atMs: this.#options.clock.nowMs(), message, droppedSamples };
    this.#lastError = failure;
    try {
      this.#options.onError?.(failure);
    } catch {
      // Its own matter: the push goes on.
    }
  }

  statistics(queue: { readonly length: number; readonly sizeBytes: number }): PushStatistics {
    return {
      requests: { ...this.#requests },
      droppedSamples: { ...this.#droppedSamples },
      dialect: this.#options.to.dialect,
      queuedRequests: queue.length,
      queuedBytes: queue.sizeBytes,
      ...(this.#lastSuccessMs === undefined ? {} : { lastSuccessMs: this.#lastSuccessMs }),
      ...(this.#lastError === undefined ? {} : { lastError: this.#lastError }),
    };
  }
}
