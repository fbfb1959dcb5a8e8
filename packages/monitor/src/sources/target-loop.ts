// Watches one target: collects at every interval, and at once when the collector has news, never twice at a time.
// Invariant: every collection that no stop cut off ends in one batch, with `up` 1 or 0, and one call of the observer; a
// failure, of the target or of the store, never ends the loop. Targets are spread over the interval by a hash of their
// id, so that a hundred of them do not collect in the same moment.

import { CollectionError, type Collector, type TargetStatus } from './interface.ts';
import { collectionErrorOf, TargetSession, type TargetSessionOptions } from './target-session.ts';

/** Real time, for waiting; a test hands in its own. */
export interface Timers {
  /** Milliseconds since any fixed moment. */
  nowMs(): number;
  /** Runs once after the delay; the function that is returned calls it off. */
  after(delayMs: number, run: () => void): () => void;
}

export interface TargetLoopOptions extends Omit<TargetSessionOptions, 'type' | 'reports'> {
  readonly collector: Collector;
  readonly timers?: Timers;
}

/** The first collection comes within this time after the start, so that a page fills at once. */
const FIRST_COLLECTION_WITHIN_MS = 1000;
/** News are heard at most this often. */
const NEWS_SPACING_MS = 250;
/** How long a collector that does not heed its signal is waited for when the loop stops. */
const STOP_GRACE_MS = 1000;

export const REAL_TIMERS: Timers = {
  nowMs: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export class TargetLoop {
  readonly #options: TargetLoopOptions;
  readonly #timers: Timers;
  readonly #session: TargetSession;
  #isRunning = false;
  #stopping: AbortController | undefined;
  #collecting: Promise<void> | undefined;
  #hasNews = false;
  #cancelWait: () => void = () => {};
  /** When the next collection by interval is due, on the timers' clock. */
  #dueMs = 0;
  #lastStartMs = Number.NEGATIVE_INFINITY;

  constructor(options: TargetLoopOptions) {
    this.#options = options;
    this.#timers = options.timers ?? REAL_TIMERS;
    this.#session = new TargetSession({ ...options, type: options.collector.type });
  }

  status(): TargetStatus {
    return this.#session.status();
  }

  /** Starts once; a loop that was stopped stays stopped. */
  start(): void {
    if (this.#isRunning || this.#stopping !== undefined) return;
    this.#isRunning = true;
    this.#stopping = new AbortController();
    this.#options.collector.onNews = () => this.#takeNews();
    const { intervalMs, clock, id } = this.#options;
    const hash = hashOf(id);
    const nowMs = this.#timers.nowMs();
    const firstMs = nowMs + (hash % Math.min(intervalMs, FIRST_COLLECTION_WITHIN_MS));
    // The steady rhythm is a phase of the clock's time, the same after a restart.
    this.#dueMs = nowMs + positiveRemainder((hash % intervalMs) - clock.nowMs(), intervalMs);
    while (this.#dueMs < firstMs + intervalMs / 2) this.#dueMs += intervalMs;
    this.#waitUntil(firstMs);
  }

  /** Ends the collection that runs, writes stale markers for everything, `up` included, and closes the collector. */
  async stop(): Promise<void> {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#cancelWait();
    this.#stopping?.abort();
    await this.#collecting;
    await this.#session.close(this.#options.clock.nowMs(), 'The target is watched no longer.');
    await this.#options.collector.close();
  }

  #waitUntil(atMs: number): void {
    this.#cancelWait();
    this.#cancelWait = this.#timers.after(Math.max(0, atMs - this.#timers.nowMs()), () => this.#collectNow());
  }

  #takeNews(): void {
    if (!this.#isRunning || this.#hasNews) return;
    this.#hasNews = true;
    if (this.#collecting === undefined) this.#waitForNext();
  }

  #waitForNext(): void {
    const nowMs = this.#timers.nowMs();
    const { intervalMs } = this.#options;
    if (this.#dueMs <= nowMs) this.#dueMs += intervalMs * Math.ceil((nowMs - this.#dueMs + 1) / intervalMs);
    const newsMs = this.#hasNews ? Math.max(nowMs, this.#lastStartMs + NEWS_SPACING_MS) : Number.POSITIVE_INFINITY;
    this.#waitUntil(Math.min(this.#dueMs, newsMs));
  }

  #collectNow(): void {
    this.#collecting = this.#collectOnce().finally(() => {
      this.#collecting = undefined;
      if (this.#isRunning) this.#waitForNext();
    });
  }

  async #collectOnce(): Promise<void> {
    const { clock, collector } = this.#options;
    this.#hasNews = false;
    this.#lastStartMs = this.#timers.nowMs();
    const timestampMs = clock.nowMs();
    const sink = this.#session.begin();
    const abort = new AbortController();
    const collection = (async () => collector.collect(sink, abort.signal))();
    const failure = await this.#outcomeOf(collection, abort);
    const durationSeconds = (this.#timers.nowMs() - this.#lastStartMs) / 1000;
    if (!this.#isRunning) return this.#settled(collection);
    await this.#session.end({ timestampMs, durationSeconds, failure });
    await this.#settled(collection);
  }

  /** What the collection ended with, `undefined` for success: its own failure, or that its time was up. */
  async #outcomeOf(collection: Promise<void>, abort: AbortController): Promise<CollectionError | undefined> {
    const { timeoutMs } = this.#options;
    const { promise: cut, resolve } = Promise.withResolvers<CollectionError>();
    const end = (error: CollectionError): void => {
      resolve(error);
      abort.abort(error);
    };
    const timedOut = () => end(new CollectionError('timeout', `No complete answer within ${timeoutMs / 1000} s.`));
    const stopped = () => end(new CollectionError('other', 'The target is watched no longer.'));
    const cancelTimeout = this.#timers.after(timeoutMs, timedOut);
    this.#stopping?.signal.addEventListener('abort', stopped, { once: true });
    try {
      const done = collection.then(() => undefined, collectionErrorOf);
      return await Promise.race([cut, done]);
    } finally {
      cancelTimeout();
      this.#stopping?.signal.removeEventListener('abort', stopped);
    }
  }

  /** A collector that does not heed its signal holds up its own target, never another, and a stop only for a moment. */
  async #settled(collection: Promise<void>): Promise<void> {
    const ended = collection.catch(() => {});
    const { promise: given, resolve } = Promise.withResolvers<void>();
    let cancelGrace = (): void => {};
    const giveUp = (): void => {
      cancelGrace = this.#timers.after(STOP_GRACE_MS, resolve);
    };
    const signal = this.#stopping?.signal;
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp, { once: true });
    await Promise.race([ended, given]);
    cancelGrace();
    signal?.removeEventListener('abort', giveUp);
  }
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}

function positiveRemainder(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
