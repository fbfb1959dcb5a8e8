// When to ask again. News arrives at the server's pace; asking is at most once an interval, never twice at a time, and
// not at all while nobody looks. Invariant: news that came while a run was under way leads to one more run.

export interface RefresherTimers {
  nowMs(): number;
  /** Returns how to cancel. */
  after(delayMs: number, run: () => void): () => void;
}

const BROWSER: RefresherTimers = {
  nowMs: () => performance.now(),
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};

export class Refresher {
  readonly #run: (signal: AbortSignal) => Promise<void>;
  readonly #intervalMs: number;
  readonly #timers: RefresherTimers;
  #isActive = false;
  #isWanted = false;
  #running: AbortController | undefined;
  #cancelWait: (() => void) | undefined;
  #lastStartMs = Number.NEGATIVE_INFINITY;

  /** `run` must not reject, except by its abort signal. */
  constructor(run: (signal: AbortSignal) => Promise<void>, intervalMs: number, timers: RefresherTimers = BROWSER) {
    this.#run = run;
    this.#intervalMs = intervalMs;
    this.#timers = timers;
  }

  /** There is news: run as soon as the interval allows. */
  request(): void {
    this.#isWanted = true;
    this.#schedule();
  }

  /** What is asked has changed: the run under way is aborted and a new one starts at once. */
  restart(): void {
    this.#running?.abort();
    this.#running = undefined;
    this.#lastStartMs = Number.NEGATIVE_INFINITY;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.request();
  }

  setActive(isActive: boolean): void {
    this.#isActive = isActive;
    if (isActive) this.#schedule();
  }

  stop(): void {
    this.#isActive = false;
    this.#isWanted = false;
    this.#running?.abort();
    this.#running = undefined;
    this.#cancelWait?.();
    this.#cancelWait = undefined;
  }

  #schedule(): void {
    if (!this.#isActive || !this.#isWanted || this.#running !== undefined || this.#cancelWait !== undefined) return;
    const delayMs = this.#lastStartMs + this.#intervalMs - this.#timers.nowMs();
    if (delayMs <= 0) {
      this.#start();
      return;
    }
    this.#cancelWait = this.#timers.after(delayMs, () => {
      this.#cancelWait = undefined;
      this.#schedule();
    });
  }

  #start(): void {
    this.#isWanted = false;
    this.#lastStartMs = this.#timers.nowMs();
    const controller = new AbortController();
    this.#running = controller;
    const ended = (): void => {
      if (this.#running !== controller) return;
      this.#running = undefined;
      this.#schedule();
    };
    this.#run(controller.signal).then(ended, ended);
  }
}
