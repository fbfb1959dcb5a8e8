// The query engine: parse, plan, evaluate, and shape the answer. Answers are those of Prometheus 3; what is not
// supported is refused with its place in the expression. It shares its thread: about every 8 ms of work it awaits
// `yieldToOthers`.

import { nextTurn } from '../model/turns.ts';
import type { Queryable } from '../storage/interface.ts';
import { answerInstant, answerRange, type PreparedQuery } from './answer.ts';
import { QueryBudget } from './evaluate/budget.ts';
import { Evaluator } from './evaluate/evaluator.ts';
import { QueryNotes } from './evaluate/notes.ts';
import { TypeLabelsMet } from './evaluate/selection.ts';
import type { Grid } from './evaluate/series.ts';
import { SharedResults } from './evaluate/shared-results.ts';
import { QueryTrace } from './evaluate/trace.ts';
import { explanationOf } from './explanation.ts';
import { NO_FEATURES, type QueryFeatures } from './features.ts';
import { type InstantQuery, type QueryEngine, QueryError, type QueryResult, type RangeQuery } from './interface.ts';
import { DEFAULT_QUERY_LIMITS, type QueryLimits } from './limits.ts';
import { parseExpression } from './parse/parser.ts';
import { planExpression } from './plan/plan.ts';
import { sharedNodes } from './plan/shared-nodes.ts';

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
  const yieldToOthers = options.yieldToOthers ?? nextTurn;
  const monotonicMs = options.monotonicMs ?? (() => performance.now());

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

  function prepare(
    query: InstantQuery | RangeQuery,
    signal: AbortSignal | undefined,
    trace?: QueryTrace,
  ): PreparedQuery {
    const { expression, lookbackMs = defaultLookbackMs, timeoutMs = limits.maxTimeoutMs } = query;
    const span = 'stepMs' in query ? query : { startMs: query.timeMs, endMs: query.timeMs, stepMs: 0 };
    const syntax = parseExpression(expression, { limits, features });
    const { startMs, endMs, stepMs } = span;
    const plan = planExpression(expression, syntax, { features, mixesTypes, stepMs, spanMs: endMs - startMs });
    const notes = new QueryNotes(expression);
    const budget = new QueryBudget({
      limits,
      timeoutMs: Math.min(timeoutMs, limits.maxTimeoutMs),
      signal,
      monotonicMs,
      yieldToOthers,
    });
    budget.check();
    const sharedParts = sharedNodes(expression, plan);
    const shared = new SharedResults(sharedParts, budget, notes);
    const { queryable } = options;
    const places = { lookbackMs, subqueryStepMs, startMs, endMs, stepMs };
    const context = { queryable, budget, notes, features, mixesTypes, shared, ...places };
    const evaluator = new Evaluator(trace === undefined ? context : { ...context, trace });
    return { plan, sharedParts, notes, budget, evaluator };
  }

  async function answer(query: InstantQuery | RangeQuery, prepared: PreparedQuery): Promise<QueryResult> {
    const result =
      'stepMs' in query
        ? await answerRange(prepared, gridOf(query, limits.maxPointsPerSeries))
        : await answerInstant(prepared, query.timeMs);
    const { samplesRead, peakPoints } = prepared.budget;
    return query.wants === 'statistics' ? { ...result, stats: { samplesRead, peakPoints } } : result;
  }

  return {
    instant: (query, signal) => expectingTypes(async () => answer(query, prepare(query, signal))),
    range: (query, signal) => expectingTypes(async () => answer(query, prepare(query, signal))),
    explain: (query, signal) =>
      expectingTypes(async () => {
        const startMs = monotonicMs();
        const trace = new QueryTrace(monotonicMs);
        const prepared = prepare(query, signal, trace);
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
