// How many things have each value of an open label, as a gauge. A gauge that is at its bound keeps only the latest record of
// what goes to `other`; here the things beyond the bound are added up, and a value gets its own series once there is room.

import type { LabelledGauge } from '../gauge.ts';
import type { Bounded, LabelValues } from '../labels.ts';

const OTHER = 'other';

export class CountsByValue<N extends string> {
  readonly #gauge: LabelledGauge<Record<N, Bounded>>;
  readonly #label: N;
  readonly #maxShown: number;
  readonly #counts = new Map<string, number>();
  readonly #shown = new Set<string>();
  #otherCount = 0;

  constructor(gauge: LabelledGauge<Record<N, Bounded>>, schema: Readonly<Record<N, Bounded>>) {
    const [label] = Object.keys(schema) as [N];
    this.#gauge = gauge;
    this.#label = label;
    this.#maxShown = schema[label].limit;
  }

  add(value: string): void {
    const before = this.#counts.get(value) ?? 0;
    this.#counts.set(value, before + 1);
    if (this.#shown.has(value)) {
      this.#show(value, before + 1);
    } else if (value !== OTHER && this.#shown.size < this.#maxShown) {
      this.#shown.add(value);
      this.#show(value, before + 1);
      if (before > 0) this.#addToOther(-before);
    } else {
      this.#addToOther(1);
    }
  }

  /** Of a value that was added. */
  take(value: string): void {
    const after = (this.#counts.get(value) ?? 0) - 1;
    if (after < 0) return;
    if (after === 0) this.#counts.delete(value);
    else this.#counts.set(value, after);
    if (!this.#shown.has(value)) this.#addToOther(-1);
    else this.#show(value, after);
    if (after === 0) this.#shown.delete(value);
  }

  #addToOther(amount: number): void {
    this.#otherCount += amount;
    this.#show(OTHER, this.#otherCount);
  }

  #show(value: string, count: number): void {
    const labels = { [this.#label]: value } as LabelValues<Record<N, Bounded>>;
    if (count === 0) this.#gauge.remove(labels);
    else this.#gauge.set(labels, count);
  }
}
