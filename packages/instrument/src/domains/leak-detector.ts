// Signs of a memory leak: a measure whose lower envelope keeps rising. The envelope is the minimum of each slice of five
// minutes, in which at least one garbage collection can be expected, so that what rises is what collections leave.

import type { RESOURCES_METRICS } from './table/resources.ts';

export type LeakIndicator = (typeof RESOURCES_METRICS.memoryLeakSuspected.labels.indicator)[number];

/** What the process holds now; left out is what cannot be read. */
export interface MemoryReading {
  /** Heap in use. */
  readonly heapUsedBytes?: number | undefined;
  /** Resident memory of the process. */
  readonly residentBytes?: number | undefined;
  /** Memory outside of the heap that belongs to its objects. */
  readonly externalBytes?: number | undefined;
  /** Timers, sockets and other things that keep the process alive. */
  readonly handleCount?: number | undefined;
  readonly openFdCount?: number | undefined;
}

const SLICE_MS = 5 * 60 * 1000;
/** Slices that are compared with the one before. */
const COMPARED_SLICES = 12;
const RISING_SLICES = 10;
/** How many times the first minimum the last one must exceed. */
const MIN_GROWTH = 1.2;

const MEASURES: Readonly<Record<LeakIndicator, keyof MemoryReading>> = {
  heap_growth: 'heapUsedBytes',
  rss_growth: 'residentBytes',
  external_growth: 'externalBytes',
  handle_growth: 'handleCount',
  fd_growth: 'openFdCount',
};

export class LeakDetector {
  readonly #nowMs: () => number;
  readonly #envelopes = Object.entries(MEASURES).map(([indicator, measure]) => ({
    indicator: indicator as LeakIndicator,
    measure,
    envelope: new Envelope(),
  }));

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Takes a reading: several in five minutes, or the minimum means nothing. Values that are no number are left out. */
  sample(reading: MemoryReading): void {
    const slice = Math.floor(this.#nowMs() / SLICE_MS);
    for (const { measure, envelope } of this.#envelopes) {
      const value = reading[measure];
      if (typeof value === 'number' && value >= 0) envelope.add(slice, value);
    }
  }

  /** What is suspected now, of measures that 13 whole slices without a gap are known of. */
  read(): ReadonlyMap<LeakIndicator, boolean> {
    const known = new Map<LeakIndicator, boolean>();
    for (const { indicator, envelope } of this.#envelopes) {
      const rises = envelope.isRising();
      if (rises !== undefined) known.set(indicator, rises);
    }
    return known;
  }
}

/** The minima of the latest whole slices of one measure. */
class Envelope {
  /** Oldest first. */
  #minima: number[] = [];
  #slice: number | undefined;
  /** The first slice after a gap, whose beginning was not seen. */
  #isPartial = true;
  #minimum = Number.POSITIVE_INFINITY;

  add(slice: number, value: number): void {
    if (slice !== this.#slice) this.#begin(slice);
    this.#minimum = Math.min(this.#minimum, value);
  }

  isRising(): boolean | undefined {
    const [first] = this.#minima;
    const last = this.#minima.at(-1);
    if (first === undefined || last === undefined || this.#minima.length <= COMPARED_SLICES) return undefined;
    const rises = this.#minima.filter((minimum, i) => i > 0 && minimum > this.#minima[i - 1]!).length;
    return rises >= RISING_SLICES && last > first * MIN_GROWTH;
  }

  #begin(slice: number): void {
    const follows = this.#slice !== undefined && slice === this.#slice + 1;
    // After a gap, or when the clock was set back, nothing is known of what lies between.
    if (!follows) this.#minima = [];
    else if (!this.#isPartial) this.#minima.push(this.#minimum);
    if (this.#minima.length > COMPARED_SLICES + 1) this.#minima.shift();
    this.#isPartial = !follows;
    this.#slice = slice;
    this.#minimum = Number.POSITIVE_INFINITY;
  }
}
