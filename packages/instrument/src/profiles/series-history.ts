// What has been of the totals of a metric's series, for as long as the window is, so that their growth can be told. Only the
// series of the latest reading are kept: a series that ends and comes back begins anew.

import { GrowthWindow } from '../domains/growth-window.ts';

export interface SeriesGrowth {
  /** Above 0. */
  readonly seconds: number;
  /** By the order of the totals; at least 0. */
  readonly deltas: readonly number[];
}

interface Series {
  readonly window: GrowthWindow;
  totals: readonly number[];
  /** What the totals were each time before they began anew. */
  before: readonly number[];
}

export class SeriesHistory {
  readonly #windowSeconds: number;
  #series = new Map<string, Series>();

  constructor(windowSeconds: number) {
    this.#windowSeconds = windowSeconds;
  }

  /** Takes the totals of all series; answers with the growth of those that have been read before, by the same keys. */
  read(atMs: number, totalsByKey: ReadonlyMap<string, readonly number[]>): ReadonlyMap<string, SeriesGrowth> {
    const latest = new Map<string, Series>();
    const growths = new Map<string, SeriesGrowth>();
    for (const [key, totals] of totalsByKey) {
      const series = this.#seriesOf(key, totals);
      latest.set(key, series);
      const growth = series.window.grow(
        atMs,
        totals.map((total, i) => total + (series.before[i] ?? 0)),
      );
      if (growth === undefined) continue;
      growths.set(key, { seconds: growth.seconds, deltas: growth.deltas.map((delta = 0) => delta) });
    }
    this.#series = latest;
    return growths;
  }

  #seriesOf(key: string, totals: readonly number[]): Series {
    const known = this.#series.get(key);
    if (known === undefined || known.totals.length !== totals.length) {
      return { window: new GrowthWindow(this.#windowSeconds), totals, before: totals.map(() => 0) };
    }
    // The totals of one series belong together: when one became smaller, all of them began anew.
    if (totals.some((total, i) => total < (known.totals[i] ?? 0))) {
      known.before = known.before.map((sum, i) => sum + (known.totals[i] ?? 0));
    }
    known.totals = totals;
    return known;
  }
}
