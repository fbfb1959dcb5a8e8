// `query` and `query_range`: what the parameters ask, checked in Prometheus' words, and the answer of the engine.

import type { Clock } from '../../model/clock.ts';
import { MAX_POINTS_PER_SERIES, type QueryEngine, type QueryResult } from '../../promql/interface.ts';
import { ApiError, invalidParameter } from './error.ts';
import type { Parameters } from './parameters.ts';
import { type Answer, renderResult } from './render.ts';

const TRUNCATED = 'results truncated due to limit';

/** A question whose parameters are in order: run it when its turn has come. */
export type Question = (timeoutMs: number, signal: AbortSignal) => Promise<Answer>;

/** @throws {ApiError} */
export function readInstantQuery(parameters: Parameters, engine: QueryEngine, clock: Clock): Question {
  const timeMs = parameters.timeMs('time', clock.nowMs());
  const expression = parameters.first('query');
  const limit = readLimit(parameters);
  const lookback = readLookback(parameters);
  return async (timeoutMs, signal) => {
    const result = await engine.instant({ expression, timeMs, timeoutMs, ...lookback }, signal);
    return answerOf(result, limit);
  };
}

/** @throws {ApiError} */
export function readRangeQuery(parameters: Parameters, engine: QueryEngine): Question {
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
  const expression = parameters.first('query');
  const limit = readLimit(parameters);
  const lookback = readLookback(parameters);
  return async (timeoutMs, signal) => {
    const result = await engine.range({ expression, startMs, endMs, stepMs, timeoutMs, ...lookback }, signal);
    return answerOf(result, limit);
  };
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

function readLookback(parameters: Parameters): { lookbackMs?: number } {
  const lookbackMs = parameters.optionalDurationMs('lookback_delta');
  if (lookbackMs === undefined) return {};
  if (lookbackMs < 1) throw invalidParameter('lookback_delta', 'the shortest lookback is a millisecond');
  return { lookbackMs: Math.floor(lookbackMs) };
}

/** How many series or names are wanted at most; 0 when all are. @throws {ApiError} */
export function readLimit(parameters: Parameters): number {
  const limit = parameters.optionalCount('limit') ?? 0;
  if (limit < 0) throw invalidParameter('limit', 'limit must be non-negative');
  return limit;
}

/** Cuts what was asked for with one more than wanted, and says so. */
export function truncate<T>(items: readonly T[], limit: number): { kept: readonly T[]; warnings: readonly string[] } {
  if (limit === 0 || items.length <= limit) return { kept: items, warnings: [] };
  return { kept: items.slice(0, limit), warnings: [TRUNCATED] };
}

function answerOf(result: QueryResult, limit: number): Answer {
  const { infos } = result;
  if (result.type === 'vector') {
    const { kept, warnings } = truncate(result.samples, limit);
    return { data: renderResult({ ...result, samples: kept }), warnings: [...result.warnings, ...warnings], infos };
  }
  if (result.type === 'matrix') {
    const { kept, warnings } = truncate(result.series, limit);
    return { data: renderResult({ ...result, series: kept }), warnings: [...result.warnings, ...warnings], infos };
  }
  return { data: renderResult(result), warnings: result.warnings, infos };
}
