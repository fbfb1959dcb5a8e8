// Dropping or changing labels can make series equal. Two equal ones at the same moment are an error, as in Prometheus;
// at different moments they are one series after the operation, but for window functions, where they are an error too.

import { labelsKey } from '../../model/labels.ts';
import { QueryError } from '../interface.ts';
import type { QueryBudget } from './budget.ts';
import {
  ABSENT,
  emptyHistograms,
  FLOAT,
  HISTOGRAM,
  type SeriesStream,
  type StepHistograms,
  type StepSeries,
} from './series.ts';
import { inStretches } from './stretches.ts';

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
  const byLabels = new Map<string, Merged>();
  let heldPoints = 0;
  try {
    for await (const series of stream) {
      const key = labelsKey(series.labels);
      const equal = byLabels.get(key);
      if (equal !== undefined) {
        if (budget.isDue()) await budget.pause();
        const adding = equal.add(series, budget);
        if (adding !== undefined) await adding;
        continue;
      }
      byLabels.set(key, new Merged(series));
      heldPoints += series.values.length;
      budget.hold(1, series.values.length);
    }
    for (const { series } of byLabels.values()) yield series;
  } finally {
    budget.release(byLabels.size, heldPoints);
  }
}

/** One series of several; the columns of the first are copied only when there is a second, for they may be others' too. */
class Merged {
  #series: StepSeries;
  #histograms: StepHistograms | undefined;
  #isOwned = false;

  constructor(series: StepSeries) {
    this.#series = series;
    this.#histograms = series.histograms;
  }

  get series(): StepSeries {
    const { histograms: _, ...series } = this.#series;
    return this.#histograms === undefined ? series : { ...series, histograms: this.#histograms };
  }

  /** @throws {QueryError} execution, where both are present at a step. */
  add(added: StepSeries, budget: QueryBudget): Promise<void> | undefined {
    if (!this.#isOwned) this.#copy();
    // What comes first in time says whether the name goes in the end.
    if (firstStep(added) < firstStep(this.#series)) this.#takeName(added);
    return inStretches(added.values.length, budget, (from, to) => this.#add(added, from, to));
  }

  #add(added: StepSeries, from: number, to: number): void {
    const { values, present } = this.#series;
    for (let step = from; step < to; step++) {
      const kind = added.present[step]!;
      if (kind === ABSENT) continue;
      if (present[step] !== ABSENT) throw equalLabelsError();
      present[step] = kind;
      if (kind === FLOAT) values[step] = added.values[step]!;
      if (kind !== HISTOGRAM) continue;
      this.#histograms ??= emptyHistograms(values.length);
      this.#histograms[step] = added.histograms![step];
    }
  }

  #copy(): void {
    const { values, present } = this.#series;
    this.#series = { ...this.#series, values: values.slice(), present: present.slice() };
    this.#histograms = this.#histograms?.slice();
    this.#isOwned = true;
  }

  #takeName({ dropsName }: StepSeries): void {
    const { dropsName: _, ...series } = this.#series;
    this.#series = dropsName === undefined ? series : { ...series, dropsName };
  }
}

function firstStep({ present }: StepSeries): number {
  for (let step = 0; step < present.length; step++) if (present[step] !== ABSENT) return step;
  return Infinity;
}
