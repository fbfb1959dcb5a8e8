// Groups with all their series, for what has to see the whole group at a step. Work goes through the steps in stretches, so that
// each series is read along its columns and not across them.

import type { Labels } from '../../../model/labels.ts';
import type { StepSeries } from '../series.ts';
import type { Aggregation } from './aggregation.ts';
import { Groups } from './grouping.ts';

export interface HeldGroup {
  readonly labels: Labels;
  readonly members: StepSeries[];
}

/** Entries of the scratch memory for one stretch of steps; a stretch is one step at least. */
const STRETCH_ENTRIES = 65_536;

export class HeldGroups {
  readonly #aggregation: Aggregation;
  #held = 0;

  constructor(aggregation: Aggregation) {
    this.#aggregation = aggregation;
  }

  async collect(): Promise<Iterable<HeldGroup>> {
    const { input, grouping, stepCount, context } = this.#aggregation;
    const groups = new Groups<HeldGroup>(grouping, (labels) => ({ labels, members: [] }));
    for await (const series of input) {
      groups.of(series.labels).members.push(series);
      context.budget.hold(1, stepCount);
      this.#held++;
      if (context.budget.isDue()) await context.budget.pause();
    }
    return groups.values();
  }

  release(): void {
    const { stepCount, context } = this.#aggregation;
    context.budget.release(this.#held, this.#held * stepCount);
  }
}

/** How many steps are worked on at a time when each needs so many entries. */
export function stretchLength(stepCount: number, entriesAStep: number): number {
  return Math.max(1, Math.min(stepCount, Math.floor(STRETCH_ENTRIES / Math.max(1, entriesAStep))));
}
