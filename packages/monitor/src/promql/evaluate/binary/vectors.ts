// Arithmetic and comparison between a vector and a scalar, and the one-to-one matching of two vectors.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching

import { type Labels, labelsKey, METRIC_NAME } from '../../../model/labels.ts';
import { QueryError } from '../../interface.ts';
import type { Matching } from '../../parse/syntax-tree.ts';
import type { QueryBudget } from '../budget.ts';
import { mergeInto } from '../distinct.ts';
import {
  dropLabels,
  hasAnyStep,
  keepLabels,
  labelsText,
  type SeriesStream,
  type StepSeries,
  withoutName,
} from '../series.ts';
import { type BinaryOperator, COMPARISONS, isComparison, valueFunction } from './operators.ts';

/** `scalarSide` is where the scalar stands; a comparison that filters keeps the values of the vector. */
export async function* combineWithScalar(
  operator: BinaryOperator,
  vector: SeriesStream,
  scalar: Float64Array,
  scalarSide: 'left' | 'right',
): SeriesStream {
  const value = valueFunction(operator);
  const keeps = COMPARISONS.get(operator.operator);
  for await (const series of vector) {
    const { values, present, labels } = series;
    if (value !== undefined) {
      const combined =
        scalarSide === 'left'
          ? values.map((element, step) => value(scalar[step]!, element))
          : values.map((element, step) => value(element, scalar[step]!));
      yield { labels: withoutName(labels), values: combined, present };
      continue;
    }
    const kept = present.map((isPresent, step) => {
      if (isPresent === 0) return 0;
      const [left, right] = scalarSide === 'left' ? [scalar[step]!, values[step]!] : [values[step]!, scalar[step]!];
      return keeps!(left, right) ? 1 : 0;
    });
    if (hasAnyStep(kept)) yield { labels, values, present: kept };
  }
}

export interface VectorPair {
  readonly operator: BinaryOperator;
  readonly matching: Matching;
  readonly left: SeriesStream;
  readonly right: SeriesStream;
  readonly stepCount: number;
  readonly budget: QueryBudget;
}

/** The series of both sides that agree in the labels to match. */
interface MatchGroup {
  readonly left: StepSeries[];
  readonly right: StepSeries[];
}

export async function* combineVectors(pair: VectorPair): SeriesStream {
  const { stepCount, budget } = pair;
  const groups = new Map<string, MatchGroup>();
  const held = { series: 0 };
  const leftAny = new Uint8Array(stepCount);
  try {
    await collectSide(pair, 'left', groups, held, leftAny);
    await collectSide(pair, 'right', groups, held, undefined);
    for (const group of groups.values()) {
      if (group.right.length > 1) await refuseDuplicates(pair, group.right, leftAny);
      yield* await combineGroup(pair, group);
    }
  } finally {
    budget.release(held.series, held.series * stepCount);
  }
}

async function collectSide(
  pair: VectorPair,
  side: 'left' | 'right',
  groups: Map<string, MatchGroup>,
  held: { series: number },
  anyPresent: Uint8Array | undefined,
): Promise<void> {
  const signature = matchLabels(pair.matching);
  for await (const series of pair[side]) {
    const key = labelsKey(signature(series.labels));
    let group = groups.get(key);
    if (group === undefined) groups.set(key, (group = { left: [], right: [] }));
    group[side].push(series);
    pair.budget.hold(1, pair.stepCount);
    held.series++;
    for (let step = 0; anyPresent !== undefined && step < pair.stepCount; step++) {
      anyPresent[step]! |= series.present[step]!;
    }
  }
}

/** Two series of the right side in one group at one step, where the left side is not empty. */
async function refuseDuplicates(pair: VectorPair, right: readonly StepSeries[], leftAny: Uint8Array): Promise<void> {
  for (let step = 0; step < pair.stepCount; step++) {
    if (leftAny[step] === 0) continue;
    if (pair.budget.isDue()) await pair.budget.pause();
    const [first, second] = right.filter(({ present }) => present[step] === 1);
    if (first === undefined || second === undefined) continue;
    const shared = labelsText(matchLabels(pair.matching)(first.labels));
    throw new QueryError(
      'execution',
      `found duplicate series for the match group ${shared} on the right hand-side of the operation: ` +
        `[${labelsText(second.labels)}, ${labelsText(first.labels)}];many-to-many matching not allowed: ` +
        'matching labels must be unique on one side',
    );
  }
}

/** Each left series with whichever right series is there at each step. */
async function combineGroup(pair: VectorPair, { left, right }: MatchGroup): Promise<Iterable<StepSeries>> {
  const value = valueFunction(pair.operator);
  const keeps = COMPARISONS.get(pair.operator.operator);
  const matched = new Uint8Array(pair.stepCount);
  const results = new Map<string, StepSeries>();
  for (const ours of left) {
    const values = new Float64Array(pair.stepCount);
    const present = new Uint8Array(pair.stepCount);
    for (const theirs of right) {
      if (pair.budget.isDue()) await pair.budget.pause();
      for (let step = 0; step < pair.stepCount; step++) {
        if (ours.present[step] === 0 || theirs.present[step] === 0) continue;
        const leftValue = ours.values[step]!;
        const rightValue = theirs.values[step]!;
        if (value === undefined && !keeps!(leftValue, rightValue)) continue;
        if (matched[step] === 1) throw severalMatchesError();
        matched[step] = 1;
        present[step] = 1;
        values[step] = value === undefined ? leftValue : value(leftValue, rightValue);
      }
    }
    if (hasAnyStep(present)) mergeInto(results, { labels: resultLabels(pair, ours.labels), values, present });
  }
  return results.values();
}

function severalMatchesError(): QueryError {
  return new QueryError(
    'execution',
    'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
  );
}

function matchLabels({ on, labels: names }: Matching): (labels: Labels) => Labels {
  const set = new Set(on ? names : [...names, METRIC_NAME]);
  return on ? (labels) => keepLabels(labels, set) : (labels) => dropLabels(labels, set);
}

function resultLabels({ operator, matching }: VectorPair, left: Labels): Labels {
  const names = new Set(matching.labels);
  const matchedLabels = matching.on ? keepLabels(left, names) : dropLabels(left, names);
  const keepsName = isComparison(operator.operator) && !operator.bool;
  return keepsName ? matchedLabels : withoutName(matchedLabels);
}
