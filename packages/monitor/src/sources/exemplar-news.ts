// Which exemplars of a target are news. A target shows an exemplar until it has another: one that comes without a time
// would be stored anew at every collection, and one with a time would be sent to be refused. Invariant: holds the last
// exemplar of the series of one collection, no more.

import type { GivenExemplar } from './interface.ts';

export class ExemplarNews {
  #stored = new Map<number, GivenExemplar>();
  #noted = new Map<number, GivenExemplar>();

  /** Begins a collection. */
  begin(): void {
    this.#noted = new Map();
  }

  /** Whether it is none that was there before; several of one slot come in the order of time. */
  note(slot: number, exemplar: GivenExemplar): boolean {
    const last = this.#noted.get(slot) ?? this.#stored.get(slot);
    const isNews = last === undefined || isOther(exemplar, last);
    this.#noted.set(slot, isNews ? exemplar : last);
    return isNews;
  }

  /** What the collection that has begun had is stored. */
  keep(): void {
    this.#stored = this.#noted;
  }

  /** Slots have moved. */
  move(newSlotOf: (slot: number) => number | undefined): void {
    const moved = new Map<number, GivenExemplar>();
    for (const [slot, exemplar] of this.#stored) {
      const newSlot = newSlotOf(slot);
      if (newSlot !== undefined) moved.set(newSlot, exemplar);
    }
    this.#stored = moved;
  }
}

function isOther(exemplar: GivenExemplar, last: GivenExemplar): boolean {
  if (exemplar.timestampMs !== undefined && last.timestampMs !== undefined) {
    return exemplar.timestampMs > last.timestampMs;
  }
  if (exemplar.timestampMs !== last.timestampMs || !Object.is(exemplar.value, last.value)) return true;
  const { labels } = exemplar;
  return (
    labels.length !== last.labels.length ||
    labels.some(({ name, value }, at) => name !== last.labels[at]!.name || value !== last.labels[at]!.value)
  );
}
