// A number for each float of an instant vector: `abs`. Native histograms have no such number and are left out. The other
// arguments are scalars, with one value a step.

import type { PerValueNode } from '../plan/nodes.ts';
import type { EvaluationContext } from './context.ts';
import { mergeEqual } from './distinct.ts';
import { ABSENT, FLOAT, type Grid, nameless, type SeriesStream, type StepSeries } from './series.ts';

export function perValue(
  node: PerValueNode,
  grid: Grid,
  input: SeriesStream,
  scalars: () => Promise<readonly Float64Array[]>,
  context: EvaluationContext,
): SeriesStream {
  const stream = results(node, grid, input, scalars, context);
  const mayCollide = node.vector.mixesNames && !context.features.delayedNameRemoval;
  return mayCollide ? mergeEqual(stream, context.budget) : stream;
}

async function* results(
  { body }: PerValueNode,
  grid: Grid,
  input: SeriesStream,
  scalars: () => Promise<readonly Float64Array[]>,
  { budget, features }: EvaluationContext,
): SeriesStream {
  const { apply, isEmpty, defaults = [] } = body;
  const [first, second] = await scalars();
  const a = first ?? new Float64Array(grid.count).fill(defaults[0] ?? NaN);
  const b = second ?? new Float64Array(grid.count).fill(defaults[1] ?? NaN);
  const isEmptyAt = isEmpty === undefined ? undefined : Array.from(a, (atA, step) => isEmpty(atA, b[step]!));
  for await (const series of input) {
    if (budget.isDue()) await budget.pause();
    const { values, present } = series;
    const kept = floatsOf(series, isEmptyAt);
    if (kept === undefined) continue;
    const applied = new Float64Array(grid.count);
    for (let step = 0; step < present.length; step++) {
      if (kept[step] === FLOAT) applied[step] = apply(values[step]!, a[step]!, b[step]!);
    }
    yield { ...nameless(series, features), values: applied, present: kept };
  }
}

/** Where there is a result; undefined when that is nowhere. */
function floatsOf(
  { present, histograms }: StepSeries,
  isEmptyAt: readonly boolean[] | undefined,
): Uint8Array | undefined {
  if (histograms === undefined && isEmptyAt === undefined) return present;
  const kept = present.map((kind, step) => (kind === FLOAT && isEmptyAt?.[step] !== true ? FLOAT : ABSENT));
  return kept.includes(FLOAT) ? kept : undefined;
}
