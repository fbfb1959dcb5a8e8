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
import { NO_FEATURES, type QueryFeatures } from './features.ts';
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
import { isRange, isScalar, isVector, type PlanNode, type RangeNode, type VectorNode } from './plan/nodes.ts';
import { planExpression, typeOf } from './plan/plan.ts';

const DEFAULT_LOOKBACK_MS = 300_000;
/** The step of a subquery that names none: Prometheus' default of its evaluation interval. */
const DEFAULT_SUBQUERY_STEP_MS = 60_000;

export interface QueryEngineOptions {
  readonly queryable: Queryable;
  readonly limits?: Partial<QueryLimits>;
  /** Default: none. */
  readonly features?: Partial<QueryFeatures>;
  /** How far back an instant selector looks for a sample, where a query does not say. Default: 5 minutes. */
  readonly lookbackMs?: number;
  /** The step of subqueries that name none. Default: 1 minute. */
  readonly subqueryStepMs?: number;
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
  const features = { ...NO_FEATURES, ...options.features };
  const { lookbackMs: defaultLookbackMs = DEFAULT_LOOKBACK_MS, subqueryStepMs = DEFAULT_SUBQUERY_STEP_MS } = options;
  const yieldToOthers = options.yieldToOthers ?? (() => nextTurn());
  const monotonicMs = options.monotonicMs ?? (() => performance.now());

  function prepare(query: InstantQuery | RangeQuery, range: TimeSpan, signal: AbortSignal | undefined): Prepared {
    const { expression, lookbackMs = defaultLookbackMs, timeoutMs = limits.maxTimeoutMs } = query;
    const stepMs = 'stepMs' in query ? query.stepMs : 0;
    const syntax = parseExpression(expression, { limits, features });
    const plan = planExpression(expression, syntax, { features, stepMs, spanMs: range.endMs - range.startMs });
    const notes = new QueryNotes(expression);
    const budget = new QueryBudget({
      limits,
      timeoutMs: Math.min(timeoutMs, limits.maxTimeoutMs),
      signal,
      monotonicMs,
      yieldToOthers,
    });
    budget.check();
    const { queryable } = options;
    const shared = { queryable, budget, notes, features, lookbackMs, subqueryStepMs };
    const evaluator = new Evaluator({ ...shared, ...range });
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
  if (isRange(plan)) {
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
  return grid.count === 1 && isOrdered(plan) ? collected : sortedByLabels(collected, budget);
}

/** Whether the order of the series of an instant vector means something. */
function isOrdered(plan: VectorNode): boolean {
  if (plan.kind === 'aggregate') return plan.method.kind === 'extremes';
  return plan.kind === 'over-vector' && plan.body.orders === true;
}

async function collectSamples(
  { evaluator, budget }: Prepared,
  plan: RangeNode,
  timeMs: number,
): Promise<MatrixSeries[]> {
  const collected: MatrixSeries[] = [];
  for await (const { labels, timestampsMs, values } of evaluator.samples(plan, timeMs)) {
    budget.hold(1, values.length);
    collected.push({ labels, timestampsMs, values });
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
