// `quantile`: of the values of each group at each step.

import type { Span } from '../../parse/positions.ts';
import { quantileOf } from '../floats.ts';
import { FLOAT, HISTOGRAM, hasAnyStep, type SeriesStream, type StepSeries } from '../series.ts';
import { type Aggregation, noteIgnoredHistogram } from './aggregation.ts';
import { DroppedNames } from './dropped-names.ts';
import { type HeldGroup, HeldGroups, stretchLength } from './held-groups.ts';
import { checkQuantiles } from './parameters.ts';

export async function* aggregateQuantile(
  aggregation: Aggregation,
  quantiles: Float64Array,
  parameterSpan: Span,
): SeriesStream {
  await checkQuantiles(quantiles, parameterSpan, aggregation.context);
  const groups = new HeldGroups(aggregation);
  try {
    for (const group of await groups.collect()) {
      const series = await quantileOfGroup(aggregation, group, quantiles);
      if (hasAnyStep(series.present)) yield series;
    }
  } finally {
    groups.release();
  }
}

async function quantileOfGroup(
  aggregation: Aggregation,
  { labels, members }: HeldGroup,
  quantiles: Float64Array,
): Promise<StepSeries> {
  const { stepCount, context, inputSpan } = aggregation;
  const { budget, features } = context;
  const values = new Float64Array(stepCount);
  const present = new Uint8Array(stepCount);
  const stretch = stretchLength(stepCount, members.length);
  const scratch = new Float64Array(stretch * members.length);
  const filled = new Int32Array(stretch);
  const columns = Array.from({ length: stretch }, (_, at) =>
    scratch.subarray(at * members.length, (at + 1) * members.length),
  );
  for (let from = 0; from < stepCount; from += stretch) {
    const to = Math.min(stepCount, from + stretch);
    filled.fill(0);
    for (const series of members) gather(series, from, to, scratch, filled, members.length);
    for (let step = from; step < to; step++) {
      if (budget.isDue()) await budget.pause();
      const count = filled[step - from]!;
      if (count === 0) continue;
      present[step] = FLOAT;
      values[step] = quantileOf(quantiles[step]!, columns[step - from]!, count);
    }
  }
  let dropsName = false;
  const droppedNames = features.delayedNameRemoval ? new DroppedNames(stepCount) : undefined;
  for (const series of members) {
    droppedNames?.add(series);
    if (series.histograms !== undefined && series.present.includes(HISTOGRAM)) {
      noteIgnoredHistogram(aggregation, inputSpan);
    }
  }
  if (droppedNames !== undefined) dropsName = droppedNames.atLast(present);
  return dropsName ? { labels, values, present, dropsName } : { labels, values, present };
}

function gather(
  { values, present }: StepSeries,
  from: number,
  to: number,
  scratch: Float64Array,
  filled: Int32Array,
  width: number,
): void {
  for (let step = from; step < to; step++) {
    if (present[step] !== FLOAT) continue;
    const at = step - from;
    scratch[at * width + filled[at]!++] = values[step]!;
  }
}
