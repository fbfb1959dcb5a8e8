// What exists: `series`, `labels`, `label/<name>/values` and `metadata`. Without a range all of the history is meant.

import type { Engine } from '../../engine/interface.ts';
import type { MetricMetadata } from '../../model/batch.ts';
import type { SeriesRequest } from '../../storage/interface.ts';
import { ApiError } from './error.ts';
import { quote } from './format.ts';
import { MAX_TIME_MS, MIN_TIME_MS, type Parameters } from './parameters.ts';
import { type Question, readLimit, truncate } from './queries.ts';
import { renderLabels, renderList } from './render.ts';

/** @throws {ApiError} */
export function readSeries(parameters: Parameters, engine: Engine, maxSelectors: number): Question {
  if (parameters.all('match[]').length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
  const { request, limit } = readRequest(parameters, maxSelectors);
  return async () => {
    const { kept, warnings } = truncate(await engine.series(request), limit);
    return { data: renderList(kept, renderLabels), warnings };
  };
}

/** @throws {ApiError} */
export function readLabelNames(parameters: Parameters, engine: Engine, maxSelectors: number): Question {
  const { request, limit } = readRequest(parameters, maxSelectors);
  return async () => {
    const { kept, warnings } = truncate(await engine.labelNames(request), limit);
    return { data: renderList(kept, quote), warnings };
  };
}

/** @throws {ApiError} */
export function readLabelValues(parameters: Parameters, engine: Engine, maxSelectors: number, name: string): Question {
  // Prometheus 3 takes any name in UTF-8; an unpaired surrogate is none.
  if (name === '' || !name.isWellFormed()) {
    throw new ApiError('bad_data', `invalid label name: ${JSON.stringify(name)}`);
  }
  const { request, limit } = readRequest(parameters, maxSelectors);
  return async () => {
    const { kept, warnings } = truncate(await engine.labelValues(name, request), limit);
    return { data: renderList(kept, quote), warnings };
  };
}

/** @throws {ApiError} */
export function readMetadata(parameters: Parameters, engine: Engine): Question {
  const limit = parameters.optionalCount('limit') ?? -1;
  const limitPerMetric = parameters.optionalCount('limit_per_metric') ?? -1;
  return async () => {
    const byName = Map.groupBy(await engine.metadata(parameters.first('metric'), 0), ({ name }) => name);
    const families = limit < 0 ? byName : [...byName].slice(0, limit);
    return { data: renderMetadata(families, limitPerMetric) };
  };
}

function readRequest(parameters: Parameters, maxSelectors: number): { request: SeriesRequest; limit: number } {
  const minTimeMs = parameters.timeMs('start', MIN_TIME_MS);
  const maxTimeMs = parameters.timeMs('end', MAX_TIME_MS);
  const limit = readLimit(parameters);
  const matcherSets = parameters.selectors(maxSelectors);
  // One more than wanted, so that it shows when something was left out.
  return { request: { minTimeMs, maxTimeMs, matcherSets, limit: limit === 0 ? 0 : limit + 1 }, limit };
}

function* renderMetadata(
  families: Iterable<[string, readonly MetricMetadata[]]>,
  limitPerMetric: number,
): Generator<string> {
  let separator = '{';
  for (const [name, entries] of families) {
    // As in Prometheus, a limit of 0 for each metric means none.
    const kept = limitPerMetric > 0 ? entries.slice(0, limitPerMetric) : entries;
    const rendered = kept.map(
      ({ type, help, unit }) => `{"type":${quote(type)},"help":${quote(help)},"unit":${quote(unit)}}`,
    );
    yield `${separator}${quote(name)}:[${rendered.join(',')}]`;
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
