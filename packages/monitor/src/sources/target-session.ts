// One target while it is watched: records each collection's end, tells the observer, and keeps the status that people see.
// Whoever decides when to collect stands above it: `TargetLoop` by the interval, a replay by what was recorded.

import type { Clock } from '../model/clock.ts';
import type { Labels } from '../model/labels.ts';
import type { Appender } from '../storage/interface.ts';
import {
  CollectionError,
  type CollectionObserver,
  type SampleSink,
  type SeriesRenaming,
  type SourceType,
  type TargetStatus,
} from './interface.ts';
import { type RecordOutcome, type Report, TargetRecorder } from './target-recorder.ts';

export interface TargetSessionOptions {
  /** Unique among the targets. */
  readonly id: string;
  readonly type: SourceType;
  /** Without credentials: it is shown. */
  readonly address: string;
  /** The target labels: `job`, `instance`, and where known `chain` and `node`. */
  readonly labels: Labels;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Default all; a replay leaves out the duration, which was not recorded. */
  readonly reports?: readonly Report[];
  /** Default none: series are stored as they are shown. */
  readonly renaming?: SeriesRenaming | undefined;
  readonly appender: Appender;
  readonly clock: Clock;
  readonly observer: CollectionObserver;
  /** Called when health or reason have changed. */
  readonly onStatusChange: (status: TargetStatus) => void;
}

export interface SessionCollectionEnd {
  /** Unix milliseconds when the collection began. */
  readonly timestampMs: number;
  readonly durationSeconds: number;
  /** `undefined` when the collection succeeded. */
  readonly failure: CollectionError | undefined;
}

const LONGEST_REASON = 500;

export class TargetSession {
  readonly #options: TargetSessionOptions;
  readonly #recorder: TargetRecorder;
  #status: TargetStatus;

  constructor(options: TargetSessionOptions) {
    this.#options = options;
    this.#recorder = new TargetRecorder(options.labels, options.appender, options.reports, options.renaming);
    this.#status = {
      id: options.id,
      type: options.type,
      address: options.address,
      labels: options.labels,
      health: 'unknown',
      reason: '',
      lastCollectionMs: undefined,
      lastDurationMs: undefined,
      lastSampleCount: undefined,
      sinceMs: options.clock.nowMs(),
      intervalMs: options.intervalMs,
      timeoutMs: options.timeoutMs,
    };
  }

  status(): TargetStatus {
    return this.#status;
  }

  begin(): SampleSink {
    return this.#recorder.begin();
  }

  /** Ends the collection that has begun. Never rejects for what the store refuses: the status says it. */
  async end(end: SessionCollectionEnd): Promise<void> {
    const { failure, timestampMs, durationSeconds } = end;
    const samples = this.#recorder.samplesGiven;
    let recorded: RecordOutcome = { acceptedSamples: 0, rejectedSamples: {} };
    let storeProblem = '';
    try {
      if (failure === undefined) recorded = await this.#recorder.recordSuccess(end);
      else recorded = await this.#recorder.recordFailure(end);
    } catch (error) {
      storeProblem = `The samples of this target could not be stored; every collection tries again: ${messageOf(error)}`;
    }
    this.#options.observer.collectionEnded({
      type: this.#options.type,
      outcome: failure?.outcome ?? (storeProblem === '' ? 'ok' : 'other'),
      durationSeconds,
      acceptedSamples: recorded.acceptedSamples,
      // A body that was refused for its size held at least the samples read so far.
      rejectedSamples:
        failure?.outcome === 'too_large'
          ? { ...recorded.rejectedSamples, body_limit: Math.max(1, samples) }
          : recorded.rejectedSamples,
    });
    this.#setStatus({
      lastCollectionMs: timestampMs,
      lastDurationMs: durationSeconds * 1000,
      lastSampleCount: failure === undefined ? samples : 0,
      health: failure !== undefined ? 'down' : storeProblem === '' ? 'up' : 'unknown',
      reason: failure?.message ?? storeProblem,
    });
  }

  /** Writes stale markers for everything, `up` included. The reason says why the target is watched no longer. */
  async close(timestampMs: number, reason: string): Promise<void> {
    let storeProblem = '';
    try {
      await this.#recorder.recordEnd(timestampMs);
    } catch (error) {
      storeProblem = ` Its end could not be stored: ${messageOf(error)}`;
    }
    this.#setStatus({ health: 'unknown', reason: `${reason}${storeProblem}` });
  }

  #setStatus(change: Partial<TargetStatus> & Pick<TargetStatus, 'health' | 'reason'>): void {
    const before = this.#status;
    const reason = shortened(change.reason);
    const isOtherHealth = change.health !== before.health;
    const sinceMs = isOtherHealth ? this.#options.clock.nowMs() : before.sinceMs;
    this.#status = { ...before, ...change, reason, sinceMs };
    if (isOtherHealth || reason !== before.reason) this.#options.onStatusChange(this.#status);
  }
}

/** What any thrown thing is as a failed collection. */
export function collectionErrorOf(error: unknown): CollectionError {
  return error instanceof CollectionError ? error : new CollectionError('other', messageOf(error), { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function shortened(reason: string): string {
  return reason.length <= LONGEST_REASON ? reason : `${reason.slice(0, LONGEST_REASON - 1)}…`;
}
