// `limitk` and `limit_ratio`: some of the series of a vector as they are, native histograms included. Which ones `limit_ratio`
// takes is decided by a hash of the labels, the same in every query, and the groups have no say.

import type { Span } from '../../parse/positions.ts';
import type { QueryBudget } from '../budget.ts';
import { ABSENT, HISTOGRAM, type SeriesStream, type StepSeries } from '../series.ts';
import { inStretches } from '../stretches.ts';
import { type Aggregation, drain } from './aggregation.ts';
import { Groups } from './grouping.ts';
import { labelsHashFraction } from './labels-hash.ts';
import { checkCounts, checkRatios } from './parameters.ts';

/** The first k of each group at each step. */
export async function* limitCount(aggregation: Aggregation, counts: Float64Array): SeriesStream {
  const { input, grouping, stepCount, context } = aggregation;
  const { budget } = context;
  if (!(await hasResult(aggregation, () => checkCounts(counts, budget)))) return;
  const groups = new Groups<Float64Array>(grouping, () => {
    budget.hold(1, stepCount);
    return counts.slice();
  });
  try {
    for await (const series of input) {
      const left = groups.of(series.labels);
      // What is left of a fraction counts for nothing.
      const kept = await keptSteps(series, (step) => left[step]!-- >= 1, budget);
      if (kept !== undefined) yield kept;
      if (budget.isDue()) await budget.pause();
    }
  } finally {
    budget.release(groups.size, groups.size * stepCount);
  }
}

/** A ratio of the series; a negative one takes those that the positive rest to 1 leaves out. */
export async function* limitRatio(aggregation: Aggregation, ratios: Float64Array, parameterSpan: Span): SeriesStream {
  const { input, context } = aggregation;
  const { budget } = context;
  if (!(await hasResult(aggregation, () => checkRatios(ratios, parameterSpan, context)))) return;
  for await (const series of input) {
    const fraction = labelsHashFraction(series.labels);
    const kept = await keptSteps(series, (step) => takes(ratios[step]!, fraction), budget);
    if (kept !== undefined) yield kept;
    if (budget.isDue()) await budget.pause();
  }
}

function takes(ratio: number, fraction: number): boolean {
  if (ratio === 0) return false;
  const bounded = Math.max(-1, Math.min(1, ratio));
  return bounded > 0 ? fraction < bounded : fraction >= 1 + bounded;
}

/** The input is evaluated before the parameter is judged, so what is wrong with the input comes first. */
async function hasResult({ input }: Aggregation, check: () => Promise<boolean>): Promise<boolean> {
  try {
    if (await check()) return true;
  } catch (error) {
    await drain(input);
    throw error;
  }
  await drain(input);
  return false;
}

/** Undefined when no step is kept. */
async function keptSteps(
  series: StepSeries,
  isKept: (step: number) => boolean,
  budget: QueryBudget,
): Promise<StepSeries | undefined> {
  const present = new Uint8Array(series.present.length);
  let any = false;
  let anyHistogram = false;
  const computing = inStretches(present.length, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      const kind = series.present[step]!;
      if (kind === ABSENT || !isKept(step)) continue;
      present[step] = kind;
      any = true;
      if (kind === HISTOGRAM) anyHistogram = true;
    }
  });
  if (computing !== undefined) await computing;
  if (!any) return undefined;
  const { histograms, ...rest } = series;
  return histograms !== undefined && anyHistogram ? { ...rest, present, histograms } : { ...rest, present };
}
