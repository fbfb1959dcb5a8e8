// `topk` and `bottomk`: the k greatest or least of each group at each step, NaN last. Each step has a bounded heap with the value
// that is to go first on top. Which of equal values stay, and in which order they come, is as in Prometheus: the heap
// moves as that of Go's library does.

import type { QueryBudget } from '../budget.ts';
import { FLOAT, HISTOGRAM, type SeriesStream, type StepSeries } from '../series.ts';
import { inStretches } from '../stretches.ts';
import { type Aggregation, noteIgnoredHistogram } from './aggregation.ts';
import { BoundedHeaps } from './bounded-heaps.ts';
import { type HeldGroup, HeldGroups, stretchLength } from './held-groups.ts';
import { checkCounts } from './parameters.ts';

const STEPS_BETWEEN_CLOCK_READS = 1024;

/** With a single step, the series of a group come in the order of their rank. */
export async function* aggregateExtremes(aggregation: Aggregation, parameter: Float64Array): SeriesStream {
  const groups = new HeldGroups(aggregation);
  try {
    const collected = await groups.collect();
    const { budget } = aggregation.context;
    if (!(await checkCounts(parameter, budget))) return;
    const counts = await wholeCounts(parameter, budget);
    for (const group of collected) yield* extremesOfGroup(aggregation, group, counts);
  } finally {
    groups.release();
  }
}

/** How many are wanted at each step. */
interface WholeCounts {
  readonly atSteps: Float64Array;
  readonly greatest: number;
}

async function wholeCounts(parameter: Float64Array, budget: QueryBudget): Promise<WholeCounts> {
  const atSteps = new Float64Array(parameter.length);
  let greatest = 0;
  await inStretches(atSteps.length, budget, (from, to) => {
    for (let step = from; step < to; step++) {
      const count = Math.max(0, Math.trunc(parameter[step]!));
      atSteps[step] = count;
      if (count > greatest) greatest = count;
    }
  });
  return { atSteps, greatest };
}

async function* extremesOfGroup(
  aggregation: Aggregation,
  { members }: HeldGroup,
  counts: WholeCounts,
): AsyncGenerator<StepSeries> {
  const { stepCount, context, operator } = aggregation;
  const { budget } = context;
  const width = Math.min(members.length, counts.greatest);
  const stretch = stretchLength(stepCount, width);
  const heaps = new BoundedHeaps(stretch, width, operator === 'topk' ? 1 : -1);
  const chosen = new Map<number, Uint8Array>();
  for (let from = 0; from < stepCount; from += stretch) {
    const to = Math.min(stepCount, from + stretch);
    heaps.reset(counts.atSteps.subarray(from, to));
    for (let index = 0; index < members.length; index++) {
      const { values, present } = members[index]!;
      heaps.offer(index, values, present, from, to);
      if (budget.isDue()) await budget.pause();
    }
    for (let step = from; step < to; step++) {
      if (step % STEPS_BETWEEN_CLOCK_READS === 0 && budget.isDue()) await budget.pause();
      const kept = stepCount === 1 ? await heaps.rankedMembersAt(0, budget) : heaps.membersAt(step - from);
      for (const index of kept) {
        let present = chosen.get(index);
        if (present === undefined) chosen.set(index, (present = new Uint8Array(stepCount)));
        present[step] = FLOAT;
      }
    }
  }
  noteHistograms(aggregation, members, counts.atSteps);
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
