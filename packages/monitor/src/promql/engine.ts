// The query engine: parse, plan, evaluate, and shape the answer. Answers are those of Prometheus 3; what is not
// supported is refused with its place in the expression. It shares its thread: about every 8 ms of work it awaits
// `yieldToOthers`.

import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Labels, labelsKey } from '../model/labels.ts';
import type { Queryable } from '../storage/interface.ts';
import { QueryBudget } from './evaluate/budget.ts';
import { equalLabelsError } from './evaluate/distinct.ts';
import { Evaluator } from './evaluate/evaluator.ts';
import { QueryNotes } from './evaluate/notes.ts';
import { compareLabels, type Grid, NO_LABELS, type StepSeries, timeAt } from './evaluate/series.ts';
import { sortInSlices } from './evaluate/sort.ts';
import {
  type InstantQuery,
  type MatrixSeries,
  type QueryEngine,
  QueryError,
  type QueryResult,
  type RangeQuery,
} from './interface.ts';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './limits.ts';
import { parseExpression } from './parse/parser.ts';
import { isScalar, isVector, type PlanNode, type RangeSelectorNode, type VectorNode } from './plan/nodes.ts';
import { planExpression, typeOf } from './plan/plan.ts';

/** How far back an instant selector looks for a sample. */
const DEFAULT_LOOKBACK_MS = 300_000;

export interface QueryEngineOptions {
  readonly queryable: Queryable;
  readonly limits?: Partial<QueryLimits>;
  /** Lets others have the thread; by default one turn of the event loop. */
  readonly yieldToOthers?: () => Promise<void>;
  /** Milliseconds since any fixed moment, for timeouts and slices. Default: `performance.now`. */
  readonly monotonicMs?: () => number;
}

/**
 * Makes the engine over a store.
 *
 * @example
 * const engine = createQueryEngine({ queryable: store });
 * const result = await engine.instant({ expression: 'sum(rate(chain_blocks_total[5m]))', timeMs: Date.now() });
 */
export function createQueryEngine(options: QueryEngineOptions): QueryEngine {
  const limits = { ...DEFAULT_QUERY_LIMITS, ...options.limits };
  const yieldToOthers = options.yieldToOthers ?? (() => nextTurn());
  const monotonicMs = options.monotonicMs ?? (() => performance.now());

  function prepare(query: InstantQuery | RangeQuery, range: TimeSpan, signal: AbortSignal | undefined): Prepared {
    const { expression, lookbackMs = DEFAULT_LOOKBACK_MS, timeoutMs = limits.maxTimeoutMs } = query;
    const plan = planExpression(expression, parseExpression(expression, limits));
    const notes = new QueryNotes(expression);
    const budget = new QueryBudget({
      limits,
      timeoutMs: Math.min(timeoutMs, limits.maxTimeoutMs),
      signal,
      monotonicMs,
      yieldToOthers,
    });
    budget.check();
    const evaluator = new Evaluator({ queryable: options.queryable, budget, notes, lookbackMs, ...range });
    return { plan, notes, budget, evaluator };
  }

  return {
    async instant(query, signal) {
      const { timeMs } = query;
      return answerInstant(prepare(query, { startMs: timeMs, endMs: timeMs }, signal), timeMs);
    },
    async range(query, signal) {
      const grid = gridOf(query, limits.maxPointsPerSeries);
      return answerRange(prepare(query, { startMs: query.startMs, endMs: query.endMs }, signal), grid);
    },
  };
}

interface TimeSpan {
  readonly startMs: number;
  readonly endMs: number;
}

interface Prepared {
  readonly plan: PlanNode;
  readonly notes: QueryNotes;
  readonly budget: QueryBudget;
  readonly evaluator: Evaluator;
}

function gridOf({ startMs, endMs, stepMs }: RangeQuery, maxPoints: number): Grid {
  if (!(stepMs > 0)) {
    throw new QueryError(
      'bad_data',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (!(endMs >= startMs)) throw new QueryError('bad_data', 'end timestamp must not be before start time');
  const count = Math.floor((endMs - startMs) / stepMs) + 1;
  // Prometheus counts the steps between the points.
  if (count - 1 > maxPoints) {
    throw new QueryError(
      'bad_data',
      `exceeded maximum resolution of ${maxPoints.toLocaleString('en-US')} points per timeseries. Try decreasing the query resolution (?step=XX)`,
    );
  }
  return { startMs, stepMs, count };
}

async function answerInstant(prepared: Prepared, timeMs: number): Promise<QueryResult> {
  const { plan, evaluator } = prepared;
  const grid: Grid = { startMs: timeMs, stepMs: 1, count: 1 };
  if (isScalar(plan)) {
    const [value] = await evaluator.scalar(plan, grid);
    return { type: 'scalar', timeMs, value: value!, ...notesOf(prepared) };
  }
  if (plan.kind === 'string') return { type: 'string', timeMs, value: plan.value, ...notesOf(prepared) };
  if (plan.kind === 'range-selector') {
    const series = await collectSamples(prepared, plan, timeMs);
    return { type: 'matrix', series, ...notesOf(prepared) };
  }
  const samples = await collect(prepared, plan, grid, ({ labels, values }) => ({ labels, value: values[0]! }));
  return { type: 'vector', timeMs, samples, ...notesOf(prepared) };
}

async function answerRange(prepared: Prepared, grid: Grid): Promise<QueryResult> {
  const { plan, evaluator } = prepared;
  if (isScalar(plan)) {
    const values = await evaluator.scalar(plan, grid);
    const present = new Uint8Array(grid.count).fill(1);
    const series = [toMatrixSeries({ labels: NO_LABELS, values, present }, grid)];
    return { type: 'matrix', series, ...notesOf(prepared) };
  }
  if (!isVector(plan)) {
    throw new QueryError(
      'bad_data',
      `invalid expression type "${typeOf(plan)}" for range query, must be Scalar or instant Vector`,
      { line: 1, column: 1 },
    );
  }
  const series = await collect(prepared, plan, grid, (one) => toMatrixSeries(one, grid));
  return { type: 'matrix', series, ...notesOf(prepared) };
}

/** All series of the answer, in the order of their labels unless the expression gives them one. */
async function collect<T extends { readonly labels: Labels }>(
  { evaluator, budget }: Prepared,
  plan: VectorNode,
  grid: Grid,
  shape: (series: StepSeries) => T,
): Promise<T[]> {
  const collected: T[] = [];
  const keys = new Set<string>();
  for await (const series of evaluator.vector(plan, grid)) {
    const key = labelsKey(series.labels);
    if (keys.has(key)) throw equalLabelsError();
    keys.add(key);
    budget.hold(1, grid.count);
    collected.push(shape(series));
    if (budget.isDue()) await budget.pause();
  }
  budget.check();
  const isRanked = grid.count === 1 && plan.kind === 'aggregate' && plan.method.kind === 'extremes';
  return isRanked ? collected : sortedByLabels(collected, budget);
}

async function collectSamples(
  { evaluator, budget }: Prepared,
  plan: RangeSelectorNode,
  timeMs: number,
): Promise<MatrixSeries[]> {
  const collected: MatrixSeries[] = [];
  for await (const series of evaluator.samples(plan, timeMs)) {
    budget.hold(1, series.values.length);
    collected.push(series);
  }
  budget.check();
  return sortedByLabels(collected, budget);
}

function sortedByLabels<T extends { readonly labels: Labels }>(
  series: readonly T[],
  budget: QueryBudget,
): Promise<T[]> {
  return sortInSlices(series, (a, b) => compareLabels(a.labels, b.labels), budget);
}

/** Leaves out the steps where the series is absent. */
function toMatrixSeries({ labels, values, present }: StepSeries, grid: Grid): MatrixSeries {
  let count = 0;
  for (let step = 0; step < grid.count; step++) count += present[step]!;
  const timestampsMs = new Float64Array(count);
  const kept = new Float64Array(count);
  let to = 0;
  for (let step = 0; step < grid.count; step++) {
    if (present[step] === 0) continue;
    timestampsMs[to] = timeAt(grid, step);
    kept[to++] = values[step]!;
  }
  return { labels, timestampsMs, values: kept };
}

function notesOf({ notes }: Prepared): { readonly warnings: readonly string[]; readonly infos: readonly string[] } {
  return { warnings: notes.warnings(), infos: notes.infos() };
}
