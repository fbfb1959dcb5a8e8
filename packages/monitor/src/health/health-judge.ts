// The monitor's judgement of what it watches and of itself, made anew each time from what is known now. Invariant: what
// is down is critical at once, and what has not been tried yet, or has ended as it should (a recording), is not. The
// summary's first sentence names the worst there is, with its node, its reason and what to do.

import type { Clock } from '../model/clock.ts';
import { formatDuration, formatSize } from '../model/duration.ts';
import { labelValue } from '../model/labels.ts';
import type { HealthState, WireComponentHealth, WireHealth } from '../server/wire.ts';
import type { TargetStatus } from '../sources/interface.ts';
import type { StoreStats } from '../storage/interface.ts';
import type { SendStatistics } from '../storage/sending.ts';
import { RecentCount } from './recent-count.ts';

export interface HealthJudgeOptions {
  readonly clock: Clock;
  readonly targets: () => readonly TargetStatus[];
  /** The storage began to fail or works again. Targets change their state elsewhere. */
  readonly onStorageChange?: () => void;
}

/** How long the oldest sample waits before that is told, where a store beside the queue answers meanwhile. */
const SENDING_STUCK_AFTER_MS = 300_000;
/** The same where the server alone keeps the samples: what waits is seen by nobody. A server that starts again is back before. */
const ONLY_STORE_STUCK_AFTER_MS = 10_000;

type ErrorCounts = StoreStats['errorsTotal'];

export class HealthJudge {
  readonly #options: HealthJudgeOptions;
  #appendFailure: string | undefined;
  #errorCounts: ErrorCounts | undefined;
  #sending: StoreStats['sending'];
  #newErrors: readonly string[] = [];
  readonly #pushed = new RecentCount();
  #told: string;

  constructor(options: HealthJudgeOptions) {
    this.#options = options;
    this.#told = this.#storageTold();
  }

  /** So many pushed samples were stored. */
  samplesPushed(samples: number): void {
    this.#change(() => this.#pushed.add(samples, this.#options.clock.nowMs()));
  }

  get pushedLastMinute(): number {
    return this.#pushed.at(this.#options.clock.nowMs());
  }

  /** An append failed: the storage is critical until one succeeds. The message must be fit for people. */
  appendFailed(error: Error): void {
    this.#change(() => {
      this.#appendFailure = error.message;
    });
  }

  appendSucceeded(): void {
    if (this.#appendFailure === undefined) return;
    this.#change(() => {
      this.#appendFailure = undefined;
    });
  }

  /** Errors that the store has counted since the reading before make it critical until a reading without new ones. */
  observeStorage({ errorsTotal, sending }: Pick<StoreStats, 'errorsTotal' | 'sending'>): void {
    this.#change(() => {
      this.#sending = sending;
      this.#newErrors = newErrors(this.#errorCounts, errorsTotal);
      this.#errorCounts = errorsTotal;
    });
  }

  judge(): WireHealth {
    const timeMs = this.#options.clock.nowMs();
    const targets = this.#options.targets();
    const storage = componentOf(this.#storageReasons());
    // What happened last is told first, here as on the page.
    const down = targets.filter(({ health }) => health === 'down').toSorted((a, b) => b.sinceMs - a.sinceMs);
    const targetReasons = down.map((target) => reasonOf(target));
    const components = { storage, targets: componentOf(targetReasons) };
    const reasons = [...storage.reasons, ...targetReasons];
    return {
      status: reasons.length === 0 ? 'healthy' : 'critical',
      summary:
        reasons.length === 0 ? allIsWell(targets, this.#storeState(), this.pushedLastMinute) : worstFirst(reasons),
      timeMs,
      components,
    };
  }

  #storageReasons(): readonly string[] {
    const reasons: string[] = [];
    if (this.#appendFailure !== undefined) {
      reasons.push(`The store takes no samples: ${sentence(this.#appendFailure)}`);
    }
    const sending = this.#sending;
    if (sending?.lastError !== undefined && isStuck(sending)) reasons.push(waitReason(sending, sending.lastError));
    if (this.#newErrors.length > 0) {
      const mend =
        sending?.isOnlyStore === true
          ? 'look into the log of the monitor and check the server that keeps the history (storage.remote)'
          : 'look into the log of the monitor and check the disk';
      reasons.push(`The store reports errors (${this.#newErrors.join(', ')}): ${mend}.`);
    }
    return reasons;
  }

  /** What may be said of a store that nothing is known against. */
  #storeState(): string {
    if (this.#sending?.isOnlyStore !== true) return 'the store works';
    if (this.#sending.isFailing) {
      return 'the server that keeps the history did not take the last samples, which are sent again';
    }
    return this.#sending.lastSuccessMs === undefined
      ? 'nothing has been sent to the server that keeps the history yet'
      : 'the server that keeps the history takes the samples';
  }

  #change(apply: () => void): void {
    apply();
    const told = this.#storageTold();
    if (told === this.#told) return;
    this.#told = told;
    this.#options.onStorageChange?.();
  }

  /** What is told anew when it has changed; how much is pushed moves on all the time, that it is does not. */
  #storageTold(): string {
    return [...this.#storageReasons(), this.#storeState(), this.pushedLastMinute > 0].join();
  }
}

/** A server that is away for a moment is none of our business: what waits is safe in the queue. */
function isStuck({ isOnlyStore, isFailing, oldestWaitMs = 0 }: SendStatistics): boolean {
  return oldestWaitMs >= (isOnlyStore && isFailing ? ONLY_STORE_STUCK_AFTER_MS : SENDING_STUCK_AFTER_MS);
}

/** What is wrong, what is at stake, and what to do; the same words until one of them changes. */
function waitReason({ isOnlyStore, queueMaxAgeMs, queueMaxBytes }: SendStatistics, error: string): string {
  const age = formatDuration(queueMaxAgeMs);
  const size = formatSize(queueMaxBytes);
  const begin = isOnlyStore
    ? 'The server that keeps the history takes no samples'
    : 'Samples wait to be sent to the other server';
  return (
    `${begin}: ${sentence(error)} Samples wait in the queue, and none is lost until they have waited ${age} ` +
    `(storage.remote.queueAge) or fill ${size} (storage.remote.queueSize): start the server, or correct storage.remote, before.`
  );
}

function newErrors(before: ErrorCounts | undefined, now: ErrorCounts): readonly string[] {
  return Object.entries(now).flatMap(([operation, count]) => {
    // An append that failed is told by itself, with its reason.
    if (operation === 'append') return [];
    const earlier = before?.[operation as keyof ErrorCounts] ?? 0;
    return count > earlier ? [`${count - earlier} in ${operation}`] : [];
  });
}

function componentOf(reasons: readonly string[]): WireComponentHealth {
  const status: HealthState = reasons.length === 0 ? 'healthy' : 'critical';
  return { status, reasons: [...reasons] };
}

/** The moment and not how long ago: the sentence stays true until something changes. */
function reasonOf(target: TargetStatus): string {
  const { labels, address, reason, sinceMs } = target;
  const name = labelValue(labels, 'node') || labelValue(labels, 'instance') || target.id;
  const where = address.includes(name) ? name : `${name} (${address})`;
  return `${where} is down since ${momentOf(sinceMs)}: ${sentence(reason)}`;
}

/** To the second, in UTC: `2026-11-20 03:12:45 UTC`. */
function momentOf(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** With a full stop, whether the text brought one or not. */
function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function worstFirst(reasons: readonly string[]): string {
  const [first = '', ...others] = reasons;
  if (others.length === 0) return first;
  return `${first} There ${others.length === 1 ? 'is 1 more problem' : `are ${others.length} more problems`}.`;
}

function allIsWell(targets: readonly TargetStatus[], store: string, pushedLastMinute: number): string {
  if (targets.length === 0 && pushedLastMinute > 0) {
    return `Pushed samples come in, ${pushedLastMinute.toLocaleString('en-US')} in the last minute, and ${store}.`;
  }
  if (targets.length === 0) return `No target is watched; ${store}.`;
  const up = targets.filter(({ health }) => health === 'up').length;
  if (up < targets.length) {
    return `No target is down: ${up} of ${targets.length} are up, the others have not been collected or have ended.`;
  }
  const all = up === 1 ? 'The target is up' : `All ${up} targets are up`;
  return `${all} and ${store}.`;
}
