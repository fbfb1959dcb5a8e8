// `query_exemplars`: the exemplars of all series that an expression selects, whatever it makes of them, as Prometheus has them.

import type { Engine } from '../../engine/interface.ts';
import { compareLabels } from '../../model/label-order.ts';
import { labelsKey } from '../../model/labels.ts';
import { selectorsIn } from '../../promql/selector.ts';
import type { ExemplarSeries } from '../../storage/interface.ts';
import { ApiError, apiErrorOf } from '../prometheus/error.ts';
import { formatSample, formatTime } from '../prometheus/format.ts';
import type { Parameters } from '../prometheus/parameters.ts';
import { readLimit } from '../prometheus/queries.ts';
import type { Question } from '../prometheus/question.ts';
import { renderList } from '../prometheus/render.ts';
import { renderLabels } from '../prometheus/render-labels.ts';
import { MAX_TIME_MS, MIN_TIME_MS } from '../prometheus/time-text.ts';

/** Exemplars in one answer; the rest is left out, with a warning. */
const EXEMPLARS_MAX = 20_000;

/** @throws {ApiError} */
export function readExemplars(parameters: Parameters, engine: Engine): Question {
  const minTimeMs = parameters.timeMs('start', MIN_TIME_MS);
  const maxTimeMs = parameters.timeMs('end', MAX_TIME_MS);
  if (maxTimeMs < minTimeMs) throw new ApiError('bad_data', 'end timestamp must not be before start timestamp');
  const limit = readLimit(parameters);
  const matcherSets = readSelectors(parameters.first('query'));
  return async ({ timeoutMs, signal }) => {
    // What selects nothing is answered with nothing.
    if (matcherSets.length === 0) return undefined;
    const found = new Map<string, ExemplarSeries>();
    const warnings = new Set<string>();
    const most = limit === 0 ? EXEMPLARS_MAX : Math.min(limit, EXEMPLARS_MAX);
    let count = 0;
    const ended = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(timeoutMs))]);
    try {
      for (const matchers of matcherSets) {
        const request = { matchers, minTimeMs, maxTimeMs, warn: (message: string) => void warnings.add(message) };
        for await (const { labels, exemplars } of engine.selectExemplars(request, { signal: ended })) {
          const key = labelsKey(labels);
          if (found.has(key)) continue;
          if (count + exemplars.length > most) warnings.add('results truncated due to limit');
          const kept = exemplars.slice(0, most - count);
          if (kept.length === 0) break;
          found.set(key, { labels, exemplars: kept });
          count += kept.length;
        }
      }
    } catch (error) {
      if (!ended.aborted) throw error;
      throw signal.aborted
        ? new ApiError('canceled', 'query was canceled in query execution')
        : new ApiError('timeout', 'query timed out in query execution');
    }
    const inOrder = [...found.values()].sort((a, b) => compareLabels(a.labels, b.labels));
    return { data: renderList(inOrder, renderSeries), warnings: [...warnings] };
  };
}

function readSelectors(expression: string) {
  try {
    return selectorsIn(expression);
  } catch (error) {
    throw apiErrorOf(error);
  }
}

function renderSeries({ labels, exemplars }: ExemplarSeries): string {
  const rendered = exemplars.map(
    (exemplar) =>
      `{"labels":${renderLabels(exemplar.labels)},"value":"${formatSample(exemplar.value)}","timestamp":${formatTime(exemplar.timestampMs)}}`,
  );
  return `{"seriesLabels":${renderLabels(labels)},"exemplars":[${rendered.join(',')}]}`;
}
