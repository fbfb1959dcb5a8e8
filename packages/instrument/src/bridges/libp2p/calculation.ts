// A `calculate` callback, which may answer at once or later. Each answer is applied exactly once, because of a counter it is
// what came since the last one. While an answer is awaited the callback is not called again, so that one that never answers
// costs one promise; its value is absent from the time that it is too late.

import type { BridgeClock } from './clock.ts';
import type { BridgeDrops } from './drops.ts';
import { type Calculated, type ForeignFamily, ScalarFamily } from './families.ts';

/** How long `refresh` waits for an answer. */
export interface Patience {
  readonly clock: BridgeClock;
  readonly calculateTimeoutMs: number;
}

const NOTHING: Calculated = new Map();

export class Calculation {
  readonly family: ForeignFamily;
  readonly #calculate: () => unknown;
  readonly #drops: BridgeDrops;
  readonly #patience: Patience;
  #latest: Calculated = NOTHING;
  #pending: Promise<void> | undefined;
  #isFresh = false;

  constructor(family: ForeignFamily, calculate: () => unknown, drops: BridgeDrops, patience: Patience) {
    this.family = family;
    this.#calculate = calculate;
    this.#drops = drops;
    this.#patience = patience;
  }

  /** Of a gauge: the last answer; empty when there is none or it failed. */
  get latest(): Calculated {
    return this.#latest;
  }

  /** Calculates unless `refresh` just did. An answer that comes later is for the next collection. */
  collect(): void {
    if (!this.#isFresh) void this.#start();
    this.#isFresh = false;
  }

  /** Calculates and waits for the answer, but not for ever. Never rejects. */
  async refresh(): Promise<void> {
    this.#isFresh = true;
    const pending = this.#start();
    if (pending === undefined) return;
    const isInTime = await withinTime(pending, this.#patience);
    if (!isInTime) this.#fail();
  }

  #start(): Promise<void> | undefined {
    if (this.#pending !== undefined) return this.#pending;
    try {
      const answer = this.#calculate();
      if (!isPromiseLike(answer)) {
        this.#apply(answer);
        return undefined;
      }
      this.#pending = Promise.resolve(answer).then(
        (late) => this.#settle(() => this.#apply(late)),
        () => this.#settle(() => this.#fail()),
      );
    } catch {
      this.#fail();
    }
    return this.#pending;
  }

  #settle(then: () => void): void {
    this.#pending = undefined;
    then();
  }

  #fail(): void {
    this.#latest = NOTHING;
    this.#drops.count('callback');
  }

  #apply(answer: unknown): void {
    const values = this.#valuesOf(answer);
    if (this.family instanceof ScalarFamily && this.family.type === 'gauge') {
      this.#latest = values;
      return;
    }
    for (const [labelValue, value] of values) {
      if (this.family instanceof ScalarFamily) this.family.add([labelValue], value);
      else this.family.observe([labelValue], value);
    }
  }

  #valuesOf(answer: unknown): Calculated {
    const isGroup = this.family.description.labelNames.length > 0;
    const entries: readonly (readonly [string, unknown])[] = !isGroup
      ? [['', answer]]
      : typeof answer === 'object' && answer !== null
        ? Object.entries(answer)
        : [['', Number.NaN]];
    const values = new Map<string, number>();
    for (const [labelValue, value] of entries) {
      if (typeof value === 'number' && !Number.isNaN(value)) values.set(labelValue, value);
      else this.#drops.count('invalid_value');
    }
    return values;
  }
}

function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

/** `pending` never rejects. */
async function withinTime(pending: Promise<void>, { clock, calculateTimeoutMs }: Patience): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const cancel = clock.after(calculateTimeoutMs, () => resolve(false));
  void pending.then(() => resolve(true));
  const isInTime = await promise;
  cancel();
  return isInTime;
}
