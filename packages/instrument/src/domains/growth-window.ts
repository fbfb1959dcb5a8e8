// The growth of totals over the latest stretch of time, for values that are computed from counters at each collection. It
// keeps readings back to the window's start, however often it is asked, and says nothing before it has two of them.

/** Readings kept: with more frequent ones, the ones between are left out. */
const MAX_READINGS = 128;

export interface Growth {
  readonly seconds: number;
  /** By the order in which the totals were given; undefined where the total was unknown at either end. */
  readonly deltas: readonly (number | undefined)[];
}

interface Reading {
  readonly atMs: number;
  readonly totals: readonly (number | undefined)[];
}

export class GrowthWindow {
  readonly #windowMs: number;
  /** Nearer readings would tell of a moment and not of a window. */
  readonly #minDistanceMs: number;
  /** Oldest first; at most one is older than the window. */
  #readings: Reading[] = [];

  constructor(windowSeconds: number) {
    this.#windowMs = windowSeconds * 1000;
    this.#minDistanceMs = this.#windowMs / MAX_READINGS;
  }

  /**
   * Takes a reading and answers with the growth since the earlier one whose age is nearest to the window. A total that
   * became smaller began anew, and grew from 0. Undefined before the second reading.
   */
  grow(atMs: number, totals: Reading['totals']): Growth | undefined {
    const newest = this.#readings.at(-1);
    if (newest !== undefined && atMs < newest.atMs) this.#readings = [];
    const first = this.#nearestToWindow(atMs);
    this.#keep(atMs, totals);
    if (first === undefined) return undefined;
    return {
      seconds: (atMs - first.atMs) / 1000,
      deltas: totals.map((total, i) => growthOf(first.totals[i], total)),
    };
  }

  #nearestToWindow(atMs: number): Reading | undefined {
    let nearest: Reading | undefined;
    let smallestMissMs = Number.POSITIVE_INFINITY;
    for (const reading of this.#readings) {
      const ageMs = atMs - reading.atMs;
      const missMs = Math.abs(ageMs - this.#windowMs);
      if (ageMs < this.#minDistanceMs || missMs >= smallestMissMs) continue;
      nearest = reading;
      smallestMissMs = missMs;
    }
    return nearest;
  }

  #keep(atMs: number, totals: Reading['totals']): void {
    const inside = this.#readings.findIndex((reading) => reading.atMs >= atMs - this.#windowMs);
    // The last one before the window may be nearer to its start than the first one inside.
    const firstKept = inside === -1 ? this.#readings.length - 1 : inside - 1;
    if (firstKept > 0) this.#readings.splice(0, firstKept);
    const newest = this.#readings.at(-1);
    if (newest !== undefined && atMs - newest.atMs < this.#minDistanceMs) return;
    this.#readings.push({ atMs, totals });
  }
}

function growthOf(before: number | undefined, now: number | undefined): number | undefined {
  if (before === undefined || now === undefined) return undefined;
  return now < before ? now : now - before;
}
