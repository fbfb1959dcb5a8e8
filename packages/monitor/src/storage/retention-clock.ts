// The time that retention goes by. What is deleted stays deleted, so a clock that is wrong for a minute (a mistake of a time
// server, an empty battery at the start) must not age history by a month. A jump forward is followed only when the system's
// clock has stayed there for a while of monotonic time; a step back is followed at once. While a jump is in doubt, as after a
// suspension or a long stop, history is kept a little longer, which does no harm. A clock that cannot jump, such as the
// virtual one of a replay, is believed.

import type { Clock } from '../model/clock.ts';

/** A clock that follows the system's, but for not going back: it says how far it is ahead because of that. */
export interface SystemClock extends Clock {
  aheadMs(): number;
}

/** Further than this the clock must not be ahead of where it should be, to be believed at once. */
export const JUMP_MAX_MS = 3_600_000;
/** A clock that stays for so long where it jumped to is believed. */
export const SETTLED_AFTER_MS = 600_000;

export interface RetentionClockParts {
  readonly clock: Clock | SystemClock;
  /** Time of the latest sample that is stored: at the start, time is not far after it unless the clock stays there. */
  readonly newestMs: number | undefined;
  /** Milliseconds since any fixed moment, unaffected by changes of the system's clock. */
  readonly monotonicMs?: (() => number) | undefined;
}

export class RetentionClock {
  readonly #clock: Clock | SystemClock;
  readonly #monotonicMs: () => number;
  #believedMs: number;
  #lookedMs: number;
  /** Where the clock jumped to, as its distance from the monotonic one, and when that was seen. */
  #doubted: { readonly distanceMs: number; readonly sinceMs: number } | undefined;

  constructor({ clock, newestMs, monotonicMs = () => performance.now() }: RetentionClockParts) {
    this.#clock = clock;
    this.#monotonicMs = monotonicMs;
    this.#lookedMs = monotonicMs();
    this.#believedMs = Math.min(systemMsOf(clock), newestMs ?? Number.POSITIVE_INFINITY);
  }

  /** The time to go by when `nowMs` is said to be now. */
  at(nowMs: number): number {
    return 'aheadMs' in this.#clock ? Math.min(nowMs, this.nowMs()) : nowMs;
  }

  nowMs(): number {
    const systemMs = systemMsOf(this.#clock);
    if (!('aheadMs' in this.#clock)) return systemMs;
    const monotonicMs = this.#monotonicMs();
    const expectedMs = this.#believedMs + Math.max(0, monotonicMs - this.#lookedMs);
    this.#lookedMs = monotonicMs;
    this.#believedMs = this.#isBelieved(systemMs, expectedMs, monotonicMs) ? systemMs : expectedMs;
    return Math.floor(this.#believedMs);
  }

  #isBelieved(systemMs: number, expectedMs: number, monotonicMs: number): boolean {
    if (systemMs <= expectedMs + JUMP_MAX_MS) {
      this.#doubted = undefined;
      return true;
    }
    const distanceMs = systemMs - monotonicMs;
    if (this.#doubted === undefined || Math.abs(distanceMs - this.#doubted.distanceMs) > JUMP_MAX_MS) {
      this.#doubted = { distanceMs, sinceMs: monotonicMs };
    }
    return monotonicMs - this.#doubted.sinceMs >= SETTLED_AFTER_MS;
  }
}

function systemMsOf(clock: Clock | SystemClock): number {
  return clock.nowMs() - ('aheadMs' in clock ? clock.aheadMs() : 0);
}
