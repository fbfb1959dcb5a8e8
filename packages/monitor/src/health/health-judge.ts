// The monitor's judgement of what it watches and of itself, made anew each time from what is known now. Invariant: what
// is down is critical at once, and what has not been tried yet, or has ended as it should (a recording), is not. The
// summary's first sentence names the worst there is, with its node, its reason and what to do.

import type { Clock } from '../model/clock.ts';
import { labelValue } from '../model/labels.ts';
import type { HealthState, WireComponentHealth, WireHealth } from '../server/wire.ts';
import type { TargetStatus } from '../sources/interface.ts';
import type { StoreStats } from '../storage/interface.ts';

export interface HealthJudgeOptions {
  readonly clock: Clock;
  readonly targets: () => readonly TargetStatus[];
  /** The storage began to fail or works again. Targets change their state elsewhere. */
  readonly onStorageChange?: () => void;
}

/** How long the oldest sample waits before that is told. */
const SENDING_STUCK_AFTER_MS = 300_000;

type ErrorCounts = StoreStats['errorsTotal'];

export class HealthJudge {
  readonly #options: HealthJudgeOptions;
  #appendFailure: string | undefined;
  #errorCounts: ErrorCounts | undefined;
  #sendFailure: string | undefined;
  #newErrors: readonly string[] = [];

  constructor(options: HealthJudgeOptions) {
    this.#options = options;
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
      this.#sendFailure = isStuck(sending) ? sending?.lastError : undefined;
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
      summary: reasons.length === 0 ? allIsWell(targets) : worstFirst(reasons),
      timeMs,
      components,
    };
  }

  #storageReasons(): readonly string[] {
    const reasons: string[] = [];
    if (this.#appendFailure !== undefined) {
      reasons.push(`The store takes no samples: ${sentence(this.#appendFailure)}`);
    }
    if (this.#sendFailure !== undefined) {
      reasons.push(`Samples wait to be sent to the other server: ${sentence(this.#sendFailure)}`);
    }
    if (this.#newErrors.length > 0) {
      reasons.push(
        `The store reports errors (${this.#newErrors.join(', ')}): look into the log of the monitor and check the disk.`,
      );
    }
    return reasons;
  }

  #change(apply: () => void): void {
    const before = this.#storageReasons().join();
    apply();
    if (this.#storageReasons().join() !== before) this.#options.onStorageChange?.();
  }
}

/** A server that is away for a moment is none of our business: what waits is safe in the queue. */
function isStuck(sending: StoreStats['sending']): boolean {
  return sending?.lastError !== undefined && (sending.oldestWaitMs ?? 0) >= SENDING_STUCK_AFTER_MS;
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

function allIsWell(targets: readonly TargetStatus[]): string {
  if (targets.length === 0) return 'No target is watched; the store works.';
  const up = targets.filter(({ health }) => health === 'up').length;
  if (up < targets.length) {
    return `No target is down: ${up} of ${targets.length} are up, the others have not been collected or have ended.`;
  }
  return up === 1 ? 'The target is up and the store works.' : `All ${up} targets are up and the store works.`;
}
