// What selectors give: at each step the latest sample of a series (instant vectors), or its samples of a stretch of time
// (range vectors). Every selector is read once for the whole time that it needs.

import type { SeriesSamples } from '../../storage/interface.ts';
import { QueryError } from '../interface.ts';
import type { RangeNode, SelectorNode, SelectorPart, TimePart } from '../plan/nodes.ts';
import type { EvaluationContext } from './context.ts';
import { type Grid, labelsText, type SeriesStream, timeAt } from './series.ts';
import type { RangeSeries } from './window/window-function.ts';
import { latestAtSteps, type WindowTimes, withoutStaleMarkers } from './window/windows.ts';

/** A selector or subquery with `@` sees the same moment at every step. */
export function timesOf(
  { at, offsetMs }: TimePart,
  grid: Grid,
  rangeMs: number,
  context: EvaluationContext,
): WindowTimes {
  if (at === undefined) return { grid, offsetMs, rangeMs };
  const startMs = at === 'start' ? context.startMs : at === 'end' ? context.endMs : at;
  return { grid: { ...grid, startMs, stepMs: 0 }, offsetMs, rangeMs };
}

export async function* instantSeries(node: SelectorNode, grid: Grid, context: EvaluationContext): SeriesStream {
  const times = timesOf(node, grid, context.lookbackMs, context);
  for await (const series of select(node, times, context)) {
    const out = { values: new Float64Array(grid.count), present: new Uint8Array(grid.count) };
    if (latestAtSteps(series, times, out)) yield { labels: series.labels, ...out };
  }
}

/** Every series with a sample in any of the windows, without stale markers. */
export async function* rangeSeries(
  node: RangeNode,
  times: WindowTimes,
  context: EvaluationContext,
): AsyncGenerator<RangeSeries> {
  if (node.kind === 'subquery') throw new QueryError('internal', 'subqueries are not evaluated yet');
  for await (const series of select(node, times, context)) {
    const columns = withoutStaleMarkers(series);
    if (columns.values.length > 0) yield { labels: series.labels, ...columns };
  }
}

async function* select(
  { matchers, span }: SelectorPart,
  { grid, offsetMs, rangeMs }: WindowTimes,
  { queryable, budget, notes }: EvaluationContext,
): AsyncGenerator<SeriesSamples> {
  const warn = (message: string) => notes.warnOfLoss(message);
  const minTimeMs = grid.startMs - offsetMs - rangeMs + 1;
  const maxTimeMs = timeAt(grid, grid.count - 1) - offsetMs;
  for await (const series of queryable.select({ matchers, minTimeMs, maxTimeMs, warn })) {
    budget.addSamples(series.values.length);
    if (budget.isDue()) await budget.pause();
    if (series.histograms !== undefined && series.histograms.length > 0) {
      throw new QueryError(
        'execution',
        `the series ${labelsText(series.labels)} holds native histograms, which are not supported by this version of Chainpulse (selector at character ${span.from + 1})`,
      );
    }
    yield series;
  }
}
