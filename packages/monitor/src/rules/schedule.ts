// When each group is evaluated: at slots of its interval, which are spread by the group's name so that groups do not all come at
// once, and are the same after a restart. An evaluation that takes longer than the interval costs the slots that it covers,
// and they are counted. The slots follow the clock of the run, at its speed, and it may be set back.

import type { PacedClock } from '../model/clock.ts';
import { groupKey, type RuleGroup } from './interface.ts';

/** How long a clock that stands still is left alone before it is read again. */
const STANDSTILL_MS = 1000;
const MAX_TIMER_MS = 2 ** 31 - 1;

export interface RuleScheduleOptions {
  readonly clock: PacedClock;
  /** Of groups that say nothing of it. */
  readonly defaultIntervalMs: number;
  /** Evaluates a group at a slot; `missed` slots have gone by since the one before. Never rejects. */
  readonly evaluate: (key: string, timeMs: number, missed: number) => Promise<void>;
}

export class RuleSchedule {
  readonly #options: RuleScheduleOptions;
  #slots = new Map<string, GroupSlots>();

  constructor(options: RuleScheduleOptions) {
    this.#options = options;
  }

  /** From now on these groups; those that keep their interval keep their slots. */
  setGroups(groups: readonly RuleGroup[]): void {
    const before = this.#slots;
    this.#slots = new Map();
    for (const group of groups) {
      const key = groupKey(group);
      const intervalMs = group.intervalMs ?? this.#options.defaultIntervalMs;
      const known = before.get(key);
      const keeps = known !== undefined && known.intervalMs === intervalMs;
      if (keeps) before.delete(key);
      this.#slots.set(key, keeps ? known : new GroupSlots(key, intervalMs, this.#options));
    }
    for (const gone of before.values()) void gone.stop();
  }

  /** Fulfilled when no evaluation is under way. */
  async stop(): Promise<void> {
    await Promise.all([...this.#slots.values()].map((slots) => slots.stop()));
    this.#slots.clear();
  }
}

class GroupSlots {
  readonly intervalMs: number;
  readonly #key: string;
  readonly #options: RuleScheduleOptions;
  #nextMs: number;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(key: string, intervalMs: number, options: RuleScheduleOptions) {
    this.#key = key;
    this.intervalMs = intervalMs;
    this.#options = options;
    this.#nextMs = this.#slotBefore(options.clock.nowMs()) + intervalMs;
    this.#wait();
  }

  stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    return this.#running;
  }

  #wait(): void {
    if (this.#isStopped) return;
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const { speed } = clock;
    // The clock was set back.
    if (this.#nextMs - nowMs > this.intervalMs) this.#nextMs = this.#slotBefore(nowMs) + this.intervalMs;
    const waitMs = speed === 0 ? STANDSTILL_MS : Math.max(0, this.#nextMs - nowMs) / speed;
    this.#timer = setTimeout(() => this.#wake(), Math.min(Math.ceil(waitMs), MAX_TIMER_MS));
  }

  #wake(): void {
    const nowMs = this.#options.clock.nowMs();
    if (nowMs < this.#nextMs) {
      this.#wait();
      return;
    }
    const missed = Math.floor((nowMs - this.#nextMs) / this.intervalMs);
    const slotMs = this.#nextMs + missed * this.intervalMs;
    this.#nextMs = slotMs + this.intervalMs;
    this.#running = this.#options.evaluate(this.#key, slotMs, missed).finally(() => this.#wait());
  }

  #slotBefore(timeMs: number): number {
    const offsetMs = spreadOf(this.#key) % this.intervalMs;
    return Math.floor((timeMs - offsetMs) / this.intervalMs) * this.intervalMs + offsetMs;
  }
}

/** FNV-1a, 32 bits: as good as random, and the same at each start. https://www.rfc-editor.org/rfc/rfc9923 */
function spreadOf(key: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(key)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
