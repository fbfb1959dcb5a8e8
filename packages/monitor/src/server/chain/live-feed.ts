// News for whoever watches the monitor live: that targets or the health changed, that alerts did, and that samples were committed. News is
// bundled: of each kind the first goes out at once and what follows within the interval goes out once, at its end. So a
// subscriber gets a bounded stream however much is collected. A subscriber that cannot keep up is dropped and counted.

export type FeedEvent =
  | { readonly kind: 'targets' }
  | { readonly kind: 'alerts' }
  | {
      readonly kind: 'commit';
      /** Unix milliseconds of the latest sample of the commits. */
      readonly timeMs: number;
      /** Samples accepted since the last event of this kind. */
      readonly samples: number;
    };

export interface Subscriber {
  /** Takes an event, or says that it is too far behind to take it. */
  deliver(event: FeedEvent): 'taken' | 'behind';
  /** There will be no more events: the feed has closed, or the subscriber was dropped. */
  ended(): void;
}

export interface LiveFeedOptions {
  /** The next subscriber is refused. Default 64. */
  readonly maxSubscribers?: number;
  /** Between two `targets` events. Default 250. */
  readonly targetsIntervalMs?: number;
  /** Between two `alerts` events. Default 250. */
  readonly alertsIntervalMs?: number;
  /** Between two `commit` events. Default 1,000. */
  readonly commitIntervalMs?: number;
  readonly timers?: Timers;
}

export interface Timers {
  /** Runs after the delay; the answer cancels. */
  after(delayMs: number, run: () => void): () => void;
}

const SYSTEM_TIMERS: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export class LiveFeed {
  readonly #subscribers = new Set<Subscriber>();
  readonly #maxSubscribers: number;
  readonly #targets: Bundle<undefined>;
  readonly #alerts: Bundle<undefined>;
  readonly #commits: Bundle<{ timeMs: number; samples: number }>;
  #dropped = 0;
  #refused = 0;
  #closed = false;

  constructor(options: LiveFeedOptions = {}) {
    const { maxSubscribers = 64, timers = SYSTEM_TIMERS } = options;
    const { targetsIntervalMs = 250, alertsIntervalMs = 250, commitIntervalMs = 1000 } = options;
    this.#maxSubscribers = maxSubscribers;
    this.#targets = this.#bundled('targets', targetsIntervalMs, timers);
    this.#alerts = this.#bundled('alerts', alertsIntervalMs, timers);
    this.#commits = new Bundle({
      intervalMs: commitIntervalMs,
      timers,
      merge: (a, b) => ({ timeMs: Math.max(a.timeMs, b.timeMs), samples: a.samples + b.samples }),
      release: (commit) => this.#deliver({ kind: 'commit', ...commit }),
    });
  }

  get subscriberCount(): number {
    return this.#subscribers.size;
  }

  /** Subscribers that were dropped because they were behind, since the start. */
  get droppedTotal(): number {
    return this.#dropped;
  }

  /** Subscribers that were refused because there were too many, since the start. */
  get refusedTotal(): number {
    return this.#refused;
  }

  /** Something about the targets or the health has changed. */
  publishTargets(): void {
    this.#targets.add(undefined);
  }

  /** An alert has come, fired or gone, or other rules are in force or fail. */
  publishAlerts(): void {
    this.#alerts.add(undefined);
  }

  publishCommit(commit: { readonly timeMs: number; readonly samples: number }): void {
    this.#commits.add(commit);
  }

  /** The answer ends the subscription; undefined when there are too many subscribers or the feed has closed. */
  subscribe(subscriber: Subscriber): (() => void) | undefined {
    if (this.#closed || this.#subscribers.size >= this.#maxSubscribers) {
      this.#refused++;
      return undefined;
    }
    this.#subscribers.add(subscriber);
    return () => void this.#subscribers.delete(subscriber);
  }

  /** Ends every subscription; later news goes nowhere. */
  close(): void {
    this.#closed = true;
    this.#targets.cancel();
    this.#alerts.cancel();
    this.#commits.cancel();
    for (const subscriber of this.#subscribers) subscriber.ended();
    this.#subscribers.clear();
  }

  #bundled(kind: 'targets' | 'alerts', intervalMs: number, timers: Timers): Bundle<undefined> {
    return new Bundle({ intervalMs, timers, merge: () => undefined, release: () => this.#deliver({ kind }) });
  }

  #deliver(event: FeedEvent): void {
    for (const subscriber of this.#subscribers) {
      if (subscriber.deliver(event) === 'taken') continue;
      this.#subscribers.delete(subscriber);
      this.#dropped++;
      subscriber.ended();
    }
  }
}

interface BundleOptions<T> {
  readonly intervalMs: number;
  readonly timers: Timers;
  readonly merge: (earlier: T, later: T) => T;
  readonly release: (merged: T) => void;
}

/** Releases the first item at once, and what is added within the interval after a release merged, at its end. */
class Bundle<T> {
  readonly #options: BundleOptions<T>;
  #held: { merged: T } | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelled = false;

  constructor(options: BundleOptions<T>) {
    this.#options = options;
  }

  add(item: T): void {
    if (this.#cancelled) return;
    this.#held = { merged: this.#held === undefined ? item : this.#options.merge(this.#held.merged, item) };
    if (this.#cancelTimer === undefined) this.#release();
  }

  cancel(): void {
    this.#cancelled = true;
    this.#held = undefined;
    this.#cancelTimer?.();
  }

  #release(): void {
    const held = this.#held;
    this.#held = undefined;
    this.#cancelTimer = undefined;
    if (held === undefined) return;
    this.#cancelTimer = this.#options.timers.after(this.#options.intervalMs, () => this.#release());
    this.#options.release(held.merged);
  }
}
