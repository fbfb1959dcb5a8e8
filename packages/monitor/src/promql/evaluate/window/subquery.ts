// A subquery as the samples of a range: its vector is evaluated once, over all steps that any window needs. Those are multiples
// of its step since 1970, whatever the steps of the query around it. https://prometheus.io/docs/prometheus/latest/querying/basics/#subquery

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { SubqueryNode, VectorNode } from '../../plan/nodes.ts';
import type { QueryBudget } from '../budget.ts';
import type { EvaluationContext } from '../context.ts';
import { FLOAT, type Grid, HISTOGRAM, type SeriesStream, type StepSeries, timeAt } from '../series.ts';
import { inStretches, ofTimes } from '../stretches.ts';
import type { Columns, HistogramColumns, RangeSeries, WindowTimes } from './window-function.ts';

/** A vector over the steps of the subquery. */
export type EvaluateVector = (node: VectorNode, grid: Grid) => SeriesStream;

export async function* subquerySeries(
  { vector, stepMs }: SubqueryNode,
  times: WindowTimes,
  context: EvaluationContext,
  evaluate: EvaluateVector,
): AsyncGenerator<RangeSeries> {
  const grid = gridOf(times, stepMs ?? context.subqueryStepMs);
  if (grid.count <= 0) return;
  // The column that each series of the vector is computed in.
  context.budget.holdSubquery(grid.count);
  try {
    const timestampsMs = await ofTimes(grid, context.budget, (timeMs) => timeMs);
    for await (const series of evaluate(vector, grid)) {
      const { labels, dropsName } = series;
      const histograms = await histogramsOf(series, timestampsMs, context.budget);
      yield {
        labels,
        ...(await floatsOf(series, timestampsMs, context.budget)),
        ...(histograms === undefined ? {} : { histograms }),
        ...(dropsName === true ? { dropsName } : {}),
      };
    }
  } finally {
    context.budget.release(0, grid.count);
  }
}

/** From the first multiple of the step within the first window to the last within the last. */
function gridOf({ grid, offsetMs, rangeMs }: WindowTimes, stepMs: number): Grid {
  const beforeMs = grid.startMs - offsetMs - rangeMs;
  const endMs = timeAt(grid, grid.count - 1) - offsetMs;
  const startMs = (Math.floor(beforeMs / stepMs) + 1) * stepMs;
  return { startMs, stepMs, count: Math.floor((endMs - startMs) / stepMs) + 1, endMs };
}

async function floatsOf(
  { values, present }: StepSeries,
  timestampsMs: Float64Array,
  budget: QueryBudget,
): Promise<Columns> {
  const count = countOf(present, FLOAT);
  if (count === present.length) return { timestampsMs, values };
  const kept = { timestampsMs: new Float64Array(count), values: new Float64Array(count) };
  let next = 0;
  await inStretches(present.length, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      if (present[step] !== FLOAT) continue;
      kept.timestampsMs[next] = timestampsMs[step]!;
      kept.values[next++] = values[step]!;
    }
  });
  return kept;
}

/** What they say about restarts is of the samples they come from, of which a subquery can leave out some and repeat others. */
async function histogramsOf(
  { present, histograms }: StepSeries,
  timestampsMs: Float64Array,
  budget: QueryBudget,
): Promise<HistogramColumns | undefined> {
  const count = countOf(present, HISTOGRAM);
  if (count === 0) return undefined;
  const times = new Float64Array(count);
  const kept: FloatHistogram[] = [];
  await inStretches(present.length, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      if (present[step] !== HISTOGRAM) continue;
      const histogram = histograms![step]!;
      times[kept.length] = timestampsMs[step]!;
      kept.push(histogram.hint === 'gauge' ? histogram : histogram.withHint('unknown'));
    }
  });
  return { timestampsMs: times, histograms: kept };
}

function countOf(present: Uint8Array, wanted: number): number {
  let count = 0;
  for (let step = 0; step < present.length; step++) if (present[step] === wanted) count++;
  return count;
}
