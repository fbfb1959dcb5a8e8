// Time, injected. `SteadyClock` is the clock of everything that stamps samples: it follows the system's clock forward at
// once. When the system's clock is set back, it goes on from where it was, a tenth slower, until the system's clock has caught
// up: no timestamp comes twice, no history is overwritten, and rates are at most 11 % off. But a jump forward that is taken
// back within ten minutes (a mistake of a time server, a battery that was empty at the start) was wrong: then it goes back
// too, rather than to stamp ahead for ten times as long as the jump was wide. Invariant: it never goes back behind what it
// said before the jump, nor behind anything that it said ten minutes ago.

export interface Clock {
  /** Unix milliseconds, a whole number; smaller than before only when a jump is taken back. */
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

/** What was said in vain: timestamps from here to there, both included, are wrong. */
export interface StepBack {
  readonly fromMs: number;
  readonly toMs: number;
}

const SYSTEM: TimeSources = { wallMs: () => Date.now(), monotonicMs: () => performance.now() };
const SLOWED_PACE = 0.9;
/** What is more is a jump, forward and back; what is less is made up for in ten minutes by a slower pace. */
export const STEP_MIN_MS = 60_000;
/** A jump that was not taken back for so long was right. */
export const STEP_SETTLED_AFTER_MS = 600_000;
/** Jumps in doubt at once; the oldest of more counts as right. */
const DOUBTS_MAX = 16;

/** A jump forward that may be taken back. */
interface Doubt {
  /** Where this clock would be without the jump, less the monotonic one. */
  readonly distanceMs: number;
  /** Where the jump led to. */
  readonly jumpedToMs: number;
  /** On the monotonic clock. */
  readonly sinceMs: number;
}

export class SteadyClock implements PacedClock {
  readonly speed = 1;
  readonly #sources: TimeSources;
  readonly #onStepBack: (wrong: StepBack) => void;
  #lastMs: number;
  #lastMonotonicMs: number;
  /** The oldest first. */
  #doubts: Doubt[] = [];

  /** `onStepBack` is called when a jump was taken back. */
  constructor(sources: TimeSources = SYSTEM, onStepBack: (wrong: StepBack) => void = () => {}) {
    this.#sources = sources;
    this.#onStepBack = onStepBack;
    this.#lastMs = sources.wallMs();
    this.#lastMonotonicMs = sources.monotonicMs();
  }

  nowMs(): number {
    const wallMs = this.#sources.wallMs();
    const monotonicMs = this.#sources.monotonicMs();
    const elapsedMs = Math.max(0, monotonicMs - this.#lastMonotonicMs);
    const beforeMs = this.#lastMs;
    this.#lastMonotonicMs = monotonicMs;
    while (this.#doubts.length > 0 && monotonicMs - this.#doubts[0]!.sinceMs >= STEP_SETTLED_AFTER_MS) {
      this.#doubts.shift();
    }
    if (wallMs - (beforeMs + elapsedMs) > STEP_MIN_MS) this.#doubt(beforeMs + elapsedMs, wallMs);
    this.#lastMs = Math.max(wallMs, beforeMs + SLOWED_PACE * elapsedMs);
    if (this.#lastMs > wallMs) this.#stepBack(wallMs, beforeMs);
    return Math.floor(this.#lastMs);
  }

  continueFrom(timeMs: number): void {
    this.#lastMs = Math.max(this.nowMs(), timeMs);
  }

  /** Takes the time from `timeMs` to now for a jump that may be taken back: nothing says how long the monitor was away. */
  doubtSince(timeMs: number): void {
    const nowMs = this.nowMs();
    if (nowMs - timeMs > STEP_MIN_MS && this.aheadMs() === 0) this.#doubt(timeMs, nowMs);
  }

  /** How far this clock is ahead of the system's, in milliseconds; 0 unless the system's clock was set back. */
  aheadMs(): number {
    return Math.max(0, this.nowMs() - this.#sources.wallMs());
  }

  #doubt(expectedMs: number, jumpedToMs: number): void {
    const sinceMs = this.#lastMonotonicMs;
    this.#doubts.push({ distanceMs: expectedMs - sinceMs, jumpedToMs, sinceMs });
    if (this.#doubts.length > DOUBTS_MAX) this.#doubts.shift();
  }

  /** Goes to where the system's clock is, as far as jumps in doubt allow it. */
  #stepBack(wallMs: number, saidMs: number): void {
    const oldest = this.#doubts[0];
    if (oldest === undefined) return;
    const targetMs = Math.max(wallMs, oldest.distanceMs + this.#lastMonotonicMs);
    if (this.#lastMs - targetMs <= STEP_MIN_MS) return;
    this.#lastMs = targetMs;
    const isTakenBack = ({ distanceMs }: Doubt) => distanceMs + this.#lastMonotonicMs >= targetMs - STEP_MIN_MS;
    const { jumpedToMs } = this.#doubts.find(isTakenBack) ?? this.#doubts.at(-1)!;
    this.#doubts = this.#doubts.filter((doubt) => !isTakenBack(doubt));
    this.#onStepBack({ fromMs: Math.floor(jumpedToMs), toMs: Math.floor(saidMs) });
  }
}
