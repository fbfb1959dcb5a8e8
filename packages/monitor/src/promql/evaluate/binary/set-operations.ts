// `and`, `or` and `unless`: which series of two vectors stay. That is asked at each step by itself, so series come and go with
// what matches them. Of the side that decides, only where its groups are present is kept.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#logical-set-binary-operators

import { type Labels, labelsKey } from '../../../model/labels.ts';
import type { SetOperationNode } from '../../plan/nodes.ts';
import type { EvaluationContext } from '../context.ts';
import { mergeEqual } from '../distinct.ts';
import { ABSENT, hasAnyStep, type SeriesStream, type StepSeries } from '../series.ts';
import { MatchLabels } from './match-labels.ts';

export interface SetOperands {
  readonly node: Pick<SetOperationNode, 'operator' | 'matching'>;
  /** Opened one after the other, so that the second can have what the first has kept. */
  readonly left: () => SeriesStream;
  readonly right: () => SeriesStream;
  readonly stepCount: number;
}

export function setOperation(operands: SetOperands, context: EvaluationContext): SeriesStream {
  switch (operands.node.operator) {
    case 'and':
      return filtered(operands, context, keptWhere);
    case 'unless':
      return filtered(operands, context, keptElsewhere);
    case 'or':
      return union(operands, context);
  }
}

/** The series of the left, at the steps that `mask` leaves of what matches them on the right. */
async function* filtered(
  { node, left, right, stepCount }: SetOperands,
  { budget }: EvaluationContext,
  mask: (present: Uint8Array, matching: Uint8Array | undefined) => Uint8Array,
): SeriesStream {
  const matching = new GroupPresence(node, stepCount);
  let held = 0;
  try {
    for await (const series of right()) {
      if (budget.isDue()) await budget.pause();
      if (!matching.add(series)) continue;
      held++;
      budget.hold(1, stepCount);
    }
    for await (const series of left()) {
      if (budget.isDue()) await budget.pause();
      const present = mask(series.present, matching.of(series.labels));
      if (hasAnyStep(present)) yield { ...series, present };
    }
  } finally {
    budget.release(held, held * stepCount);
  }
}

/** The series of the left, and those of the right where nothing on the left matches them. */
async function* union(operands: SetOperands, context: EvaluationContext): SeriesStream {
  const { node, left, right, stepCount } = operands;
  const { budget } = context;
  const matching = new GroupPresence(node, stepCount);
  const ofRight: StepSeries[] = [];
  const keys = new Set<string>();
  const alsoOnRight: StepSeries[] = [];
  let held = 0;
  const hold = (): void => {
    held++;
    budget.hold(1, stepCount);
  };
  try {
    for await (const series of right()) {
      if (budget.isDue()) await budget.pause();
      hold();
      ofRight.push(series);
      keys.add(labelsKey(series.labels));
    }
    for await (const series of left()) {
      if (budget.isDue()) await budget.pause();
      if (matching.add(series)) hold();
      if (keys.has(labelsKey(series.labels))) {
        hold();
        alsoOnRight.push(series);
      } else yield series;
    }
    yield* mergeEqual(concatenated(alsoOnRight, unmatched(ofRight, matching)), budget);
  } finally {
    budget.release(held, held * stepCount);
  }
}

async function* concatenated(first: Iterable<StepSeries>, second: Iterable<StepSeries>): SeriesStream {
  yield* first;
  yield* second;
}

function* unmatched(series: readonly StepSeries[], matching: GroupPresence): Iterable<StepSeries> {
  for (const one of series) {
    const present = keptElsewhere(one.present, matching.of(one.labels));
    if (hasAnyStep(present)) yield { ...one, present };
  }
}

/** For each group of series that match the same, the steps where any of them is. */
class GroupPresence {
  readonly #match: MatchLabels;
  readonly #stepCount: number;
  readonly #steps = new Map<string, Uint8Array>();

  constructor({ matching }: SetOperands['node'], stepCount: number) {
    this.#match = new MatchLabels(matching);
    this.#stepCount = stepCount;
  }

  /** Says whether the group is a new one. */
  add({ labels, present }: StepSeries): boolean {
    const signature = this.#match.signature(labels);
    const existing = this.#steps.get(signature);
    const steps = existing ?? new Uint8Array(this.#stepCount);
    for (let step = 0; step < steps.length; step++) steps[step]! |= present[step]!;
    if (existing === undefined) this.#steps.set(signature, steps);
    return existing === undefined;
  }

  of(labels: Labels): Uint8Array | undefined {
    return this.#steps.get(this.#match.signature(labels));
  }
}

const NOWHERE = new Uint8Array(0);

function keptWhere(present: Uint8Array, matching: Uint8Array | undefined): Uint8Array {
  if (matching === undefined) return NOWHERE;
  const kept = new Uint8Array(present.length);
  for (let step = 0; step < kept.length; step++) kept[step] = matching[step] === ABSENT ? ABSENT : present[step]!;
  return kept;
}

function keptElsewhere(present: Uint8Array, matching: Uint8Array | undefined): Uint8Array {
  if (matching === undefined) return present;
  const kept = new Uint8Array(present.length);
  for (let step = 0; step < kept.length; step++) kept[step] = matching[step] === ABSENT ? present[step]! : ABSENT;
  return kept;
}
