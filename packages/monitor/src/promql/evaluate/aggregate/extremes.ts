// `topk` and `bottomk`: the k greatest or least of each group at each step, NaN last. Each step has a bounded heap with the value
// that is to go first on top. Which of equal values stay, and in which order they come, is as in Prometheus: the heap
// moves as that of Go's library does.

import { FLOAT, HISTOGRAM, type SeriesStream, type StepSeries } from '../series.ts';
import { type Aggregation, noteIgnoredHistogram } from './aggregation.ts';
import { BoundedHeaps } from './bounded-heaps.ts';
import { type HeldGroup, HeldGroups, stretchLength } from './held-groups.ts';
import { checkCounts } from './parameters.ts';

/** With a single step, the series of a group come in the order of their rank. */
export async function* aggregateExtremes(aggregation: Aggregation, parameter: Float64Array): SeriesStream {
  const groups = new HeldGroups(aggregation);
  try {
    const collected = await groups.collect();
    if (!checkCounts(parameter)) return;
    const counts = Float64Array.from(parameter, (count) => Math.max(0, Math.trunc(count)));
    for (const group of collected) yield* extremesOfGroup(aggregation, group, counts);
  } finally {
    groups.release();
  }
}

async function* extremesOfGroup(
  aggregation: Aggregation,
  { members }: HeldGroup,
  counts: Float64Array,
): AsyncGenerator<StepSeries> {
  const { stepCount, context, operator } = aggregation;
  const { budget } = context;
  const width = Math.min(members.length, greatestOf(counts));
  const stretch = stretchLength(stepCount, width);
  const heaps = new BoundedHeaps(stretch, width, operator === 'topk' ? 1 : -1);
  const chosen = new Map<number, Uint8Array>();
  for (let from = 0; from < stepCount; from += stretch) {
    const to = Math.min(stepCount, from + stretch);
    heaps.reset(counts.subarray(from, to));
    for (let index = 0; index < members.length; index++) {
      const { values, present } = members[index]!;
      heaps.offer(index, values, present, from, to);
      if (budget.isDue()) await budget.pause();
    }
    for (let step = from; step < to; step++) {
      const kept = stepCount === 1 ? await heaps.rankedMembersAt(0, budget) : heaps.membersAt(step - from);
      for (const index of kept) {
        let present = chosen.get(index);
        if (present === undefined) chosen.set(index, (present = new Uint8Array(stepCount)));
        present[step] = FLOAT;
      }
    }
  }
  noteHistograms(aggregation, members, counts);
  for (const [index, present] of chosen) {
    const { histograms: _, ...series } = members[index]!;
    yield { ...series, present };
  }
}

/** A step at which nothing is wanted is not looked at. */
function noteHistograms(aggregation: Aggregation, members: readonly StepSeries[], counts: Float64Array): void {
  for (const { histograms, present } of members) {
    if (histograms === undefined) continue;
    if (present.some((kind, step) => kind === HISTOGRAM && counts[step]! >= 1)) {
      noteIgnoredHistogram(aggregation, aggregation.span);
    }
  }
}

function greatestOf(counts: Float64Array): number {
  return counts.reduce((greatest, count) => Math.max(greatest, count), 0);
}
