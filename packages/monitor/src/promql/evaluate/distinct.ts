// Dropping or changing labels can make series equal. Two equal ones at the same moment are an error, as in Prometheus;
// at different moments they are one series after the operation, but for window functions, where they are an error too.

import { labelsKey } from '../../model/labels.ts';
import { QueryError } from '../interface.ts';
import type { QueryBudget } from './budget.ts';
import type { SeriesStream, StepSeries } from './series.ts';

export function equalLabelsError(): QueryError {
  return new QueryError('execution', 'vector cannot contain metrics with the same labelset');
}

/** Refuses equal series, whatever their moments: what Prometheus does with the results of window functions. */
export async function* refuseEqual(stream: SeriesStream, budget: QueryBudget): SeriesStream {
  const seen = new Set<string>();
  try {
    for await (const series of stream) {
      const key = labelsKey(series.labels);
      if (seen.has(key)) throw equalLabelsError();
      seen.add(key);
      budget.hold(1, 0);
      yield series;
    }
  } finally {
    budget.release(seen.size, 0);
  }
}

/** Makes one series of equal ones that are never present at the same step; refuses others. */
export async function* mergeEqual(stream: SeriesStream, budget: QueryBudget): SeriesStream {
  const byLabels = new Map<string, StepSeries>();
  let heldPoints = 0;
  try {
    for await (const series of stream) {
      if (mergeInto(byLabels, series)) continue;
      heldPoints += series.values.length;
      budget.hold(1, series.values.length);
    }
    yield* byLabels.values();
  } finally {
    budget.release(byLabels.size, heldPoints);
  }
}

/** Adds to the equal series if there is one and says so; else takes the series in. */
export function mergeInto(byLabels: Map<string, StepSeries>, series: StepSeries): boolean {
  const key = labelsKey(series.labels);
  const equal = byLabels.get(key);
  if (equal === undefined) {
    byLabels.set(key, series);
    return false;
  }
  for (let step = 0; step < series.values.length; step++) {
    if (series.present[step] === 0) continue;
    if (equal.present[step] === 1) throw equalLabelsError();
    equal.present[step] = 1;
    equal.values[step] = series.values[step]!;
  }
  return true;
}
