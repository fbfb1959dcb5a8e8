// Time, injected. `SteadyClock` is the clock of everything that stamps samples: it follows the system's clock forward at
// once, but never steps back. When the system's clock is set back, it goes on from where it was, a tenth slower, until
// the system's clock has caught up: no timestamp comes twice, no history is overwritten, and rates are at most 11 % off.

export interface Clock {
  /** Unix milliseconds, a whole number; never smaller than before. */
  nowMs(): number;
}

/** The clock that a whole run stands on. */
export interface PacedClock extends Clock {
  /** Milliseconds of this clock in a real one: 1, the speed of a replay, or 0 when it stands still. */
  readonly speed: number;
  /** Goes on from there when that is later: what is stored already is not written over after a restart. */
  continueFrom(timeMs: number): void;
}

export interface TimeSources {
  readonly wallMs: () => number;
  /** Milliseconds since any fixed moment, unaffected by changes of the system's clock. */
  readonly monotonicMs: () => number;
}

const SYSTEM: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const SLOWED_PACE = 0.9;

export class SteadyClock implements PacedClock {
  readonly speed = 1;
  readonly #sources: TimeSources;
  #lastMs: number;
  #lastMonotonicMs: number;

  constructor(sources: TimeSources = SYSTEM) {
    this.#sources = sources;
    this.#lastMs = sources.wallMs();
    this.#lastMonotonicMs = sources.monotonicMs();
  }

  nowMs(): number {
    const wallMs = this.#sources.wallMs();
    const monotonicMs = this.#sources.monotonicMs();
    const elapsedMs = Math.max(0, monotonicMs - this.#lastMonotonicMs);
    this.#lastMonotonicMs = monotonicMs;
    this.#lastMs = Math.max(wallMs, this.#lastMs + SLOWED_PACE * elapsedMs);
    return Math.floor(this.#lastMs);
  }

  continueFrom(timeMs: number): void {
    this.#lastMs = Math.max(this.nowMs(), timeMs);
  }

  /** How far this clock is ahead of the system's, in milliseconds; 0 unless the system's clock was set back. */
  aheadMs(): number {
    return Math.max(0, this.nowMs() - this.#sources.wallMs());
  }
}
