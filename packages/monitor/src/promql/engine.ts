// The query engine: parse, plan, evaluate, and shape the answer. Answers are those of Prometheus 3; what is not
// supported is refused with its place in the expression. It shares its thread: about every 8 ms of work, or 4 once it
// has run for long, it awaits `yieldToOthers`.

import { performance } from 'node:perf_hooks';
import { nextTurn } from '../model/turns.ts';
import type { Queryable } from '../storage/interface.ts';
import { answerInstant, answerRange, type PreparedQuery } from './answer.ts';
import { QueryBudget } from './evaluate/budget.ts';
import { Evaluator } from './evaluate/evaluator.ts';
import { QueryNotes } from './evaluate/notes.ts';
import { PointPool, type PoolShare } from './evaluate/point-pool.ts';
import { TypeLabelsMet } from './evaluate/selection.ts';
import type { Grid } from './evaluate/series.ts';
import { SharedResults } from './evaluate/shared-results.ts';
import { QueryTrace } from './evaluate/trace.ts';
import { explanationOf } from './explanation.ts';
import { NO_FEATURES, type QueryFeatures } from './features.ts';
import { type InstantQuery, type QueryEngine, QueryError, type QueryResult, type RangeQuery } from './interface.ts';
import { KeptPlans, type Planned, type PlanTimes } from './kept-plans.ts';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './limits.ts';
import { parseExpression } from './parse/parser.ts';
import { planExpression } from './plan/plan.ts';
import { sharedNodes } from './plan/shared-nodes.ts';
import { QueryTimings } from './query-timings.ts';

export const DEFAULT_LOOKBACK_MS = 300_000;
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
  /** The memory of all queries, when it is not the engine's alone. Default: one of `maxPointsHeldByAll`. */
  readonly pool?: PointPool;
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
  const yieldToOthers = options.yieldToOthers ?? nextTurn;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());
  const pool = options.pool ?? new PointPool(limits.maxPointsHeldByAll);

  const plans = new KeptPlans();
  /** Stays so once a series has labels of type or unit. */
  let mixesTypes = features.typeAndUnitLabels;

  /** What meets such labels for the first time is evaluated anew. */
  async function expectingTypes<T>(evaluate: () => Promise<T>): Promise<T> {
    try {
      return await evaluate();
    } catch (error) {
      if (!(error instanceof TypeLabelsMet)) throw error;
      mixesTypes = true;
      return await evaluate();
    }
  }

  function planned(expression: string, times: PlanTimes): Planned {
    return plans.of(expression, times, () => {
      const syntax = parseExpression(expression, { limits, features });
      const plan = planExpression(expression, syntax, { features, ...times });
      return { plan, sharedParts: sharedNodes(expression, plan) };
    });
  }

  function prepare(
    query: InstantQuery | RangeQuery,
    memory: PoolShare,
    signal: AbortSignal | undefined,
    trace?: QueryTrace,
  ): PreparedQuery {
    const timings = new QueryTimings(monotonicMs);
    const { expression, lookbackMs = defaultLookbackMs, timeoutMs = limits.maxTimeoutMs } = query;
    const span = 'stepMs' in query ? query : { startMs: query.timeMs, endMs: query.timeMs, stepMs: 0 };
    const { startMs, endMs, stepMs } = span;
    const { plan, sharedParts } = planned(expression, { mixesTypes, stepMs, spanMs: endMs - startMs });
    const notes = new QueryNotes(expression);
    const budget = new QueryBudget({
      limits,
      timeoutMs: Math.min(timeoutMs, limits.maxTimeoutMs),
      signal,
      monotonicMs,
      yieldToOthers,
      memory,
    });
    budget.check();
    const shared = new SharedResults(sharedParts, budget, notes);
    const { queryable } = options;
    const places = { lookbackMs, subqueryStepMs, startMs, endMs, stepMs };
    const context = { queryable, budget, notes, features, mixesTypes, shared, ...places };
    const evaluator = new Evaluator(trace === undefined ? context : { ...context, trace });
    timings.prepared();
    return { plan, sharedParts, notes, budget, evaluator, timings };
  }

  async function answer(query: InstantQuery | RangeQuery, prepared: PreparedQuery): Promise<QueryResult> {
    const result =
      'stepMs' in query
        ? await answerRange(prepared, gridOf(query, limits.maxPointsPerSeries))
        : await answerInstant(prepared, query.timeMs);
    const { samplesRead, peakPoints } = prepared.budget;
    if (query.wants !== 'statistics') return result;
    return { ...result, stats: { samplesRead, peakPoints, ...prepared.timings.parts() } };
  }

  /** `sent`: how long the result of the work is held. */
  function sharingMemory<T>(work: (memory: PoolShare) => Promise<T>, sent?: Promise<unknown>): Promise<T> {
    return expectingTypes(async () => {
      const memory = pool.share();
      let isHeld = false;
      try {
        const result = await work(memory);
        isHeld = sent !== undefined;
        return result;
      } finally {
        if (isHeld) void Promise.allSettled([sent]).then(() => memory.end());
        else memory.end();
      }
    });
  }

  return {
    instant: (query, signal, sent) =>
      sharingMemory(async (memory) => answer(query, prepare(query, memory, signal)), sent),
    range: (query, signal, sent) =>
      sharingMemory(async (memory) => answer(query, prepare(query, memory, signal)), sent),
    explain: (query, signal) =>
      sharingMemory(async (memory) => {
        const startMs = monotonicMs();
        const trace = new QueryTrace(monotonicMs);
        const prepared = prepare(query, memory, signal, trace);
        const result = await answer(query, prepared);
        const { plan, sharedParts: shared } = prepared;
        return explanationOf({
          expression: query.expression,
          plan,
          shared,
          trace,
          result,
          totalMs: monotonicMs() - startMs,
        });
      }),
  };
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
