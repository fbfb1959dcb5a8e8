// The results of parts of an expression that come more than once in it: the first evaluation is kept as it passes, the others
// are answered from that. What is too large to keep is computed again.

import type { SharedNodes } from '../plan/shared-nodes.ts';
import type { QueryBudget } from './budget.ts';
import type { SharedVectors } from './context.ts';
import type { Grid, SeriesStream, StepSeries } from './series.ts';

/** Points of one result that are kept. */
const KEPT_POINTS_MAX = 2_000_000;

interface Kept {
  readonly grid: Grid;
  readonly series: readonly StepSeries[];
}

export class SharedResults implements SharedVectors {
  readonly #nodes: ReadonlyMap<object, string>;
  readonly #budget: QueryBudget;
  readonly #kept = new Map<string, Kept>();
  /** Of each part, how often it is still to be asked for. */
  readonly #usesLeft = new Map<string, number>();

  constructor(nodes: SharedNodes, budget: QueryBudget) {
    this.#nodes = nodes;
    this.#budget = budget;
    for (const key of nodes.values()) this.#usesLeft.set(key, (this.#usesLeft.get(key) ?? 0) + 1);
  }

  vector(node: object, grid: Grid, evaluate: () => SeriesStream): SeriesStream {
    const key = this.#nodes.get(node);
    if (key === undefined) return evaluate();
    const usesLeft = this.#usesLeft.get(key)! - 1;
    this.#usesLeft.set(key, usesLeft);
    const kept = this.#kept.get(key);
    if (kept !== undefined && isSame(kept.grid, grid)) return this.#again(key, kept);
    return kept === undefined && usesLeft > 0 ? this.#keeping(key, grid, evaluate()) : evaluate();
  }

  async *#keeping(key: string, grid: Grid, stream: SeriesStream): SeriesStream {
    let series: StepSeries[] | undefined = [];
    let points = 0;
    try {
      for await (const one of stream) {
        if (series !== undefined) {
          points += grid.count;
          this.#budget.hold(1, grid.count);
          series.push(one);
          if (points > KEPT_POINTS_MAX) {
            this.#budget.release(series.length, points);
            series = undefined;
          }
        }
        yield one;
      }
      if (series !== undefined && !this.#kept.has(key)) {
        this.#kept.set(key, { grid, series });
        series = undefined;
      }
    } finally {
      if (series !== undefined) this.#budget.release(series.length, points);
    }
  }

  async *#again(key: string, { series, grid }: Kept): SeriesStream {
    yield* series;
    if (this.#usesLeft.get(key)! > 0 || !this.#kept.delete(key)) return;
    this.#budget.release(series.length, series.length * grid.count);
  }
}

function isSame(a: Grid, b: Grid): boolean {
  return a.startMs === b.startMs && a.stepMs === b.stepMs && a.count === b.count;
}
