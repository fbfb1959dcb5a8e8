// What exists: `series`, `labels`, `label/<name>/values` and `metadata`. Without a range all of the history is meant.

import type { Engine } from '../../engine/interface.ts';
import type { MetricMetadata } from '../../model/batch.ts';
import { compareLabels, compareTexts } from '../../model/label-order.ts';
import type { SeriesRequest } from '../../storage/interface.ts';
import { ApiError } from './error.ts';
import { quote } from './format.ts';
import type { Parameters } from './parameters.ts';
import { readLimit, truncate } from './queries.ts';
import type { Question } from './question.ts';
import { renderList } from './render.ts';
import { renderLabels } from './render-labels.ts';
import { shownValue } from './shown-value.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from './time-text.ts';
import { unescapeName } from './unescape-name.ts';
import { withinTime } from './within-time.ts';

/** @throws {ApiError} */
export function readSeries(parameters: Parameters, engine: Engine, maxSelectors: number): Question {
  parameters.refuseUnreadable();
  if (parameters.all('match[]').length === 0) throw new ApiError('bad_data', 'no match[] parameter provided');
  // Of the routes that take `match[]` this one alone names it in errors.
  const { request, limit } = readRequest(parameters, maxSelectors, 'match[]');
  return async (turn) => {
    const found = await withinTime(turn, (signal) => engine.series(request, signal));
    const { kept, warnings } = truncate(found, limit);
    // In Prometheus one selector gives them in the order of its storage, and several merge what each sorts.
    const inOrder = request.matcherSets.length > 1 ? kept.toSorted(compareLabels) : kept;
    return { data: renderList(inOrder, renderLabels), warnings };
  };
}

/** @throws {ApiError} */
export function readLabelNames(parameters: Parameters, engine: Engine, maxSelectors: number): Question {
  const { request, limit } = readRequest(parameters, maxSelectors);
  return async (turn) => {
    const found = await withinTime(turn, (signal) => engine.labelNames(request, signal));
    const { kept, warnings } = truncate(found, limit);
    return { data: renderList(kept, quote), warnings };
  };
}

/** @throws {ApiError} */
export function readLabelValues(parameters: Parameters, engine: Engine, maxSelectors: number, given: string): Question {
  const name = unescapeName(given);
  // Prometheus 3 takes any name in UTF-8; an unpaired surrogate is none.
  if (name === '' || !name.isWellFormed()) {
    throw new ApiError('bad_data', `invalid label name: ${shownValue(name)}`);
  }
  const { request, limit } = readRequest(parameters, maxSelectors);
  return async (turn) => {
    const found = await withinTime(turn, (signal) => engine.labelValues(name, request, signal));
    const { kept, warnings } = truncate(found, limit);
    return { data: renderList(kept, quote), warnings };
  };
}

/** @throws {ApiError} */
export function readMetadata(parameters: Parameters, engine: Engine): Question {
  const limit = parameters.optionalCount('limit') ?? -1;
  const limitPerMetric = parameters.optionalCount('limit_per_metric') ?? -1;
  const metric = parameters.first('metric');
  return async (turn) => {
    const found = await withinTime(turn, (signal) => engine.metadata(metric, 0, signal));
    const byName = Map.groupBy(found, ({ name }) => name);
    const inOrder = [...byName].sort(([a], [b]) => compareTexts(a, b));
    const families = limit < 0 ? inOrder : inOrder.slice(0, limit);
    return { data: renderMetadata(families, limitPerMetric) };
  };
}

function readRequest(
  parameters: Parameters,
  maxSelectors: number,
  named?: 'match[]',
): { request: SeriesRequest; limit: number } {
  const limit = readLimit(parameters);
  const minTimeMs = parameters.timeMs('start', MIN_TIME_MS);
  const maxTimeMs = parameters.timeMs('end', MAX_TIME_MS);
  const matcherSets = parameters.selectors(maxSelectors, named);
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
      ({ type, help, unit }) => `{"type":${quote(type)},"unit":${quote(unit)},"help":${quote(help)}}`,
    );
    yield `${separator}${quote(name)}:[${rendered.join(',')}]`;
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}
