// Aggregation operators. Folds take one series at a time and keep only their groups; `quantile`, `topk`, `bottomk` and
// `count_values` need more and hold what they need, counted against the budget.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators

import { type Labels, labelsKey, METRIC_NAME } from '../../../model/labels.ts';
import { QueryError } from '../../interface.ts';
import type { Grouping } from '../../parse/syntax-tree.ts';
import type { QueryBudget } from '../budget.ts';
import { formatFloat, quantileOf } from '../floats.ts';
import {
  compareLabels,
  dropLabels,
  hasAnyStep,
  keepLabels,
  type SeriesStream,
  type StepSeries,
  withLabel,
} from '../series.ts';
import { FOLD_COLUMNS, type Fold, type FoldFactory } from './fold.ts';

export interface Aggregation {
  readonly input: SeriesStream;
  readonly grouping: Grouping;
  readonly stepCount: number;
  readonly budget: QueryBudget;
}

export async function* aggregateByFold(aggregation: Aggregation, makeFold: FoldFactory): SeriesStream {
  const { input, stepCount, budget } = aggregation;
  const groups = new Map<string, { labels: Labels; fold: Fold }>();
  const labelsOfGroup = groupLabels(aggregation.grouping);
  try {
    for await (const series of input) {
      const labels = labelsOfGroup(series.labels);
      const key = labelsKey(labels);
      let group = groups.get(key);
      if (group === undefined) {
        groups.set(key, (group = { labels, fold: makeFold(stepCount) }));
        budget.hold(1, FOLD_COLUMNS * stepCount);
      }
      group.fold.add(series);
    }
    for (const { labels, fold } of groups.values()) yield { labels, values: fold.finish(), present: fold.present };
  } finally {
    budget.release(groups.size, groups.size * FOLD_COLUMNS * stepCount);
  }
}

/** A quantile of the values of each group at each step. */
export async function* aggregateQuantile(aggregation: Aggregation, quantiles: Float64Array): SeriesStream {
  const { stepCount, budget } = aggregation;
  const groups = new HeldGroups(aggregation);
  try {
    for (const { labels, members } of await groups.collect()) {
      const values = new Float64Array(stepCount);
      const present = new Uint8Array(stepCount);
      const scratch = new Float64Array(members.length);
      for (let step = 0; step < stepCount; step++) {
        if (budget.isDue()) await budget.pause();
        let count = 0;
        for (const series of members) if (series.present[step] === 1) scratch[count++] = series.values[step]!;
        if (count === 0) continue;
        present[step] = 1;
        values[step] = quantileOf(quantiles[step]!, scratch, count);
      }
      yield { labels, values, present };
    }
  } finally {
    groups.release();
  }
}

/**
 * The k greatest or least of each group at each step, NaN last; of equal ones the first in the order of their labels.
 * With a single step they come in the order of their rank.
 */
export async function* aggregateExtremes(
  aggregation: Aggregation,
  operator: 'topk' | 'bottomk',
  counts: Float64Array,
): SeriesStream {
  const { stepCount, budget } = aggregation;
  checkCounts(counts);
  const sign = operator === 'topk' ? -1 : 1;
  const groups = new HeldGroups(aggregation);
  try {
    const collected = (await groups.collect()).sort((a, b) => compareLabels(a.labels, b.labels));
    for (const { members } of collected) {
      members.sort((a, b) => compareLabels(a.labels, b.labels));
      const chosen = members.map(() => new Uint8Array(stepCount));
      let ranked: number[] = [];
      for (let step = 0; step < stepCount; step++) {
        if (budget.isDue()) await budget.pause();
        ranked = rankAt(members, step, sign).slice(0, Math.max(0, Math.trunc(counts[step]!)));
        for (const index of ranked) chosen[index]![step] = 1;
      }
      const order = stepCount === 1 ? ranked : members.keys();
      for (const index of order) {
        const { labels, values } = members[index]!;
        if (hasAnyStep(chosen[index]!)) yield { labels, values, present: chosen[index]! };
      }
    }
  } finally {
    groups.release();
  }
}

function rankAt(members: readonly StepSeries[], step: number, sign: number): number[] {
  const present: number[] = [];
  for (let index = 0; index < members.length; index++) if (members[index]!.present[step] === 1) present.push(index);
  return present.sort((a, b) => {
    const left = members[a]!.values[step]!;
    const right = members[b]!.values[step]!;
    if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
    return left === right ? a - b : sign * (left < right ? -1 : 1);
  });
}

function checkCounts(counts: Float64Array): void {
  for (const count of counts) {
    if (Number.isNaN(count)) throw new QueryError('execution', 'Parameter value is NaN');
    if (count >= 2 ** 63 || count < -(2 ** 63)) {
      throw new QueryError('execution', `Scalar value ${formatFloat(count)} overflows int64`);
    }
  }
}

/** How many series of a group have the same value, which becomes a label. */
export async function* aggregateValueCounts(aggregation: Aggregation, valueLabel: string): SeriesStream {
  const { input, grouping, stepCount, budget } = aggregation;
  if (valueLabel === '') throw new QueryError('execution', 'invalid label name ""');
  const labelsOfGroup = groupLabels(
    grouping.without ? grouping : { without: false, labels: [...grouping.labels, valueLabel] },
  );
  const groups = new Map<string, StepSeries>();
  try {
    for await (const series of input) {
      for (let step = 0; step < stepCount; step++) {
        if (series.present[step] === 0) continue;
        const labels = labelsOfGroup(withLabel(series.labels, valueLabel, formatFloat(series.values[step]!)));
        const key = labelsKey(labels);
        let group = groups.get(key);
        if (group === undefined) {
          group = { labels, values: new Float64Array(stepCount), present: new Uint8Array(stepCount) };
          groups.set(key, group);
          budget.hold(1, stepCount);
        }
        group.values[step]!++;
        group.present[step] = 1;
      }
      if (budget.isDue()) await budget.pause();
    }
    yield* groups.values();
  } finally {
    budget.release(groups.size, groups.size * stepCount);
  }
}

/** Groups with all their series. */
class HeldGroups {
  readonly #aggregation: Aggregation;
  #held = 0;

  constructor(aggregation: Aggregation) {
    this.#aggregation = aggregation;
  }

  async collect(): Promise<{ readonly labels: Labels; readonly members: StepSeries[] }[]> {
    const { input, grouping, stepCount, budget } = this.#aggregation;
    const groups = new Map<string, { readonly labels: Labels; readonly members: StepSeries[] }>();
    const labelsOfGroup = groupLabels(grouping);
    for await (const series of input) {
      const labels = labelsOfGroup(series.labels);
      const key = labelsKey(labels);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { labels, members: [series] });
      else group.members.push(series);
      budget.hold(1, stepCount);
      this.#held++;
    }
    return [...groups.values()];
  }

  release(): void {
    this.#aggregation.budget.release(this.#held, this.#held * this.#aggregation.stepCount);
  }
}

/** `without` always leaves the metric name out, `by` only when it does not name it. */
function groupLabels({ without, labels: names }: Grouping): (labels: Labels) => Labels {
  const set = new Set(without ? [...names, METRIC_NAME] : names);
  return without ? (labels) => dropLabels(labels, set) : (labels) => keepLabels(labels, set);
}
