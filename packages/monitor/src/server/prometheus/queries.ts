// `query`, `query_range` and our own `explain`: what the parameters ask, checked in Prometheus' words, and the answer of the engine.

import type { Clock } from '../../model/clock.ts';
import {
  type InstantQuery,
  MAX_POINTS_PER_SERIES,
  type QueryEngine,
  type QueryResult,
  type RangeQuery,
} from '../../promql/interface.ts';
import { ApiError, invalidParameter } from './error.ts';
import { type Parameters, parseDuration } from './parameters.ts';
import { beforeTheEnd, type MeasuredQuery, renderStats, statsWarnings } from './query-stats.ts';
import type { Question } from './question.ts';
import { type Answer, renderResult } from './render.ts';
import { renderJson } from './render-json.ts';

const TRUNCATED = 'results truncated due to limit';

/** @throws {ApiError} */
export function readInstantQuery(parameters: Parameters, engine: QueryEngine, clock: Clock): Question {
  const limit = readLimit(parameters);
  const query = instantQueryOf(parameters, clock);
  const { stats, wants } = statisticsOf(parameters);
  return async (turn) => {
    const startedMs = performance.now();
    const result = await engine.instant({ ...query, timeoutMs: turn.timeoutMs, ...wants }, turn.signal, turn.sent);
    return answerOf(result, limit, { wanted: stats, turn, evaluatedMs: performance.now() - startedMs });
  };
}

/** @throws {ApiError} */
export function readRangeQuery(parameters: Parameters, engine: QueryEngine): Question {
  const limit = readLimit(parameters);
  const query = rangeQueryOf(parameters);
  const { stats, wants } = statisticsOf(parameters);
  return async (turn) => {
    const startedMs = performance.now();
    const result = await engine.range({ ...query, timeoutMs: turn.timeoutMs, ...wants }, turn.signal, turn.sent);
    return answerOf(result, limit, { wanted: stats, turn, evaluatedMs: performance.now() - startedMs });
  };
}

/** With the parameters of a range query when there is a start, else of an instant query. @throws {ApiError} */
export function readExplanation(parameters: Parameters, engine: QueryEngine, clock: Clock): Question {
  const query = parameters.first('start') === '' ? instantQueryOf(parameters, clock) : rangeQueryOf(parameters);
  return async ({ timeoutMs, signal }) => {
    const { warnings, infos, ...explanation } = await engine.explain({ ...query, timeoutMs }, signal);
    return { data: [renderJson(explanation)], warnings, infos };
  };
}

function instantQueryOf(parameters: Parameters, clock: Clock): InstantQuery {
  const timeMs = parameters.timeMs('time', clock.nowMs());
  // How long it may take is the turn's; one that cannot be read is refused before what follows.
  parameters.optionalDurationMs('timeout');
  const lookback = readLookback(parameters);
  return { expression: parameters.first('query'), timeMs, ...lookback };
}

function rangeQueryOf(parameters: Parameters): RangeQuery {
  const startMs = parameters.timeMs('start');
  const endMs = parameters.timeMs('end');
  if (endMs < startMs) throw invalidParameter('end', 'end timestamp must not be before start time');
  const stepMs = readStep(parameters);
  if (Math.floor((endMs - startMs) / stepMs) > MAX_POINTS_PER_SERIES) {
    throw new ApiError(
      'bad_data',
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  // How long it may take is the turn's; one that cannot be read is refused before what follows.
  parameters.optionalDurationMs('timeout');
  const lookback = readLookback(parameters);
  return { expression: parameters.first('query'), startMs, endMs, stepMs, ...lookback };
}

function statisticsOf(parameters: Parameters): { readonly stats: string; readonly wants: Pick<InstantQuery, 'wants'> } {
  const stats = parameters.first('stats');
  return { stats, wants: stats === '' ? {} : { wants: 'statistics' } };
}

function readStep(parameters: Parameters): number {
  const stepMs = parameters.durationMs('step');
  if (stepMs <= 0) {
    throw invalidParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (stepMs < 1) throw invalidParameter('step', 'the shortest step is a millisecond');
  return Math.floor(stepMs);
}

/** One that is zero or negative is the default's, as in Prometheus. */
function readLookback(parameters: Parameters): { lookbackMs?: number } {
  const text = parameters.first('lookback_delta');
  if (text === '') return {};
  const lookback = parseDuration(text);
  if (typeof lookback === 'string')
    throw new ApiError('bad_data', `error parsing lookback delta duration: ${lookback}`);
  if (lookback <= 0) return {};
  if (lookback < 1) throw invalidParameter('lookback_delta', 'the shortest lookback is a millisecond');
  return { lookbackMs: Math.floor(lookback) };
}

/** How many series or names are wanted at most; 0 when all are. @throws {ApiError} */
export function readLimit(parameters: Parameters): number {
  return parameters.limit('limit');
}

/** Cuts what was asked for with one more than wanted, and says so. */
export function truncate<T>(items: readonly T[], limit: number): { kept: readonly T[]; warnings: readonly string[] } {
  if (limit === 0 || items.length <= limit) return { kept: items, warnings: [] };
  return { kept: items.slice(0, limit), warnings: [TRUNCATED] };
}

function answerOf(result: QueryResult, limit: number, measured: MeasuredQuery): Answer {
  const { cut, isTruncated } = truncated(result, limit);
  const data = beforeTheEnd(renderResult(cut), renderStats(result, measured));
  const warnings = [...result.warnings, ...(isTruncated ? [TRUNCATED] : []), ...statsWarnings(measured)];
  return { data, warnings, infos: result.infos };
}

function truncated(result: QueryResult, limit: number): { cut: QueryResult; isTruncated: boolean } {
  if (result.type === 'vector') {
    const { kept, warnings } = truncate(result.samples, limit);
    return { cut: { ...result, samples: kept }, isTruncated: warnings.length > 0 };
  }
  if (result.type === 'matrix') {
    const { kept, warnings } = truncate(result.series, limit);
    return { cut: { ...result, series: kept }, isTruncated: warnings.length > 0 };
  }
  return { cut: result, isTruncated: false };
}
