// The results of parts of an expression that come more than once in it: the first evaluation is kept as it passes, the others
// are answered from that, what was noted meanwhile too. What is too large to keep is computed again.

import type { Span } from '../parse/positions.ts';
import type { SharedNodes } from '../plan/shared-nodes.ts';
import type { QueryBudget } from './budget.ts';
import type { SharedVectors } from './context.ts';
import type { NotesOfPart, QueryNotes } from './notes.ts';
import type { Grid, SeriesStream, StepSeries } from './series.ts';

/** Points of one result that are kept. */
const KEPT_POINTS_MAX = 2_000_000;

interface Place {
  readonly span: Span;
}

interface Kept {
  readonly grid: Grid;
  readonly span: Span;
  readonly notes: NotesOfPart;
  readonly series: readonly StepSeries[];
}

export class SharedResults implements SharedVectors {
  readonly #nodes: ReadonlyMap<object, string>;
  readonly #budget: QueryBudget;
  readonly #notes: QueryNotes;
  readonly #kept = new Map<string, Kept>();
  /** Of each part, how often it is still to be asked for. */
  readonly #usesLeft = new Map<string, number>();

  constructor(nodes: SharedNodes, budget: QueryBudget, notes: QueryNotes) {
    this.#nodes = nodes;
    this.#budget = budget;
    this.#notes = notes;
    for (const key of nodes.values()) this.#usesLeft.set(key, (this.#usesLeft.get(key) ?? 0) + 1);
  }

  vector(node: Place, grid: Grid, evaluate: () => SeriesStream): SeriesStream {
    const key = this.#nodes.get(node);
    if (key === undefined) return evaluate();
    const usesLeft = this.#usesLeft.get(key)! - 1;
    this.#usesLeft.set(key, usesLeft);
    const kept = this.#kept.get(key);
    if (kept !== undefined && isSame(kept.grid, grid)) return this.#again(key, kept, node);
    return kept === undefined && usesLeft > 0 ? this.#keeping(key, grid, evaluate(), node) : evaluate();
  }

  async *#keeping(key: string, grid: Grid, stream: SeriesStream, { span }: Place): SeriesStream {
    const notes: NotesOfPart = new Map();
    let series: StepSeries[] | undefined = [];
    let points = 0;
    try {
      for await (const one of this.#recorded(stream, notes)) {
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
        this.#kept.set(key, { grid, span, notes, series });
        series = undefined;
      }
    } finally {
      if (series !== undefined) this.#budget.release(series.length, points);
    }
  }

  async *#recorded(stream: SeriesStream, part: NotesOfPart): SeriesStream {
    const series = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const next = await this.#recordedNext(series, part);
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await series.return?.();
    }
  }

  /** Not while others work on what it gave. */
  async #recordedNext(series: AsyncIterator<StepSeries>, part: NotesOfPart): Promise<IteratorResult<StepSeries>> {
    this.#notes.beginRecording(part);
    try {
      return await series.next();
    } finally {
      this.#notes.endRecording(part);
    }
  }

  async *#again(key: string, { series, grid, span, notes }: Kept, place: Place): SeriesStream {
    this.#notes.repeat(notes, span, place.span);
    yield* series;
    if (this.#usesLeft.get(key)! > 0 || !this.#kept.delete(key)) return;
    this.#budget.release(series.length, series.length * grid.count);
  }
}

function isSame(a: Grid, b: Grid): boolean {
  return a.startMs === b.startMs && a.stepMs === b.stepMs && a.count === b.count;
}
