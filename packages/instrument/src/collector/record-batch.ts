// Records that wait to be applied together, in places made beforehand: what finds a series by its labels then happens outside of
// the node's own work, when there are so many, after so long, or when somebody reads. Only what can be added up waits, so that
// the order to other records does not matter and every reading is exact.

import type { CollectorClock } from './collector-clock.ts';
import type { CollectorLabels } from './instrument-port.ts';

/** Adds up what it is given. Never throws. */
export interface BatchTarget {
  apply(labels: CollectorLabels, value: number): void;
}

export interface BatchLimits {
  readonly maxRecords: number;
  readonly maxDelayMs: number;
}

export class RecordBatch {
  readonly #limits: BatchLimits;
  readonly #clock: CollectorClock;
  readonly #targets: (BatchTarget | undefined)[];
  readonly #labels: (CollectorLabels | undefined)[];
  readonly #values: Float64Array;
  #length = 0;
  #isApplying = false;
  #cancelTimer: (() => void) | undefined;

  constructor(limits: BatchLimits, clock: CollectorClock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#targets = Array.from({ length: limits.maxRecords }, () => undefined);
    this.#labels = Array.from({ length: limits.maxRecords }, () => undefined);
    this.#values = new Float64Array(limits.maxRecords);
  }

  /** Labels that may still be changed are copied. */
  push(target: BatchTarget, labels: CollectorLabels, value: number): void {
    if (this.#isApplying) {
      // Recorded by what is being applied: there may be no place.
      target.apply(labels, value);
      return;
    }
    const at = this.#length;
    this.#labels[at] = Object.isFrozen(labels) ? labels : { ...labels };
    this.#targets[at] = target;
    this.#values[at] = value;
    this.#length = at + 1;
    if (this.#length === this.#limits.maxRecords) this.apply();
    else this.#cancelTimer ??= this.#clock.after(this.#limits.maxDelayMs, () => this.apply());
  }

  /** Applies what waits, in the order in which it came. */
  apply(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#isApplying) return;
    this.#isApplying = true;
    for (let at = 0; at < this.#length; at++) {
      this.#targets[at]?.apply(this.#labels[at]!, this.#values[at]!);
      this.#targets[at] = undefined;
      this.#labels[at] = undefined;
    }
    this.#length = 0;
    this.#isApplying = false;
  }
}
