// A number for each float of an instant vector: `abs`. Native histograms have no such number and are left out. The other
// arguments are scalars, with one value a step.

import type { PerValueNode } from '../plan/nodes.ts';
import type { EvaluationContext } from './context.ts';
import { mergeEqual } from './distinct.ts';
import { ABSENT, FLOAT, type Grid, nameless, type SeriesStream } from './series.ts';
import { inStretches } from './stretches.ts';

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
  const allowed = isEmpty === undefined ? undefined : new Uint8Array(grid.count);
  if (allowed !== undefined) {
    await inStretches(grid.count, budget, (from, to) => {
      for (let step = from; step < to; step++) allowed[step] = isEmpty!(a[step]!, b[step]!) ? ABSENT : FLOAT;
    });
  }
  for await (const series of input) {
    if (budget.isDue()) await budget.pause();
    const { values, present, histograms } = series;
    const results = new Float64Array(grid.count);
    const isKeptWhole = histograms === undefined && allowed === undefined;
    const kept = isKeptWhole ? present : new Uint8Array(grid.count);
    const computing = inStretches(grid.count, budget, (from, to) => {
      if (!isKeptWhole) keepFloats(present, allowed, kept, from, to);
      for (let step = from; step < to; step++) {
        if (kept[step] === FLOAT) results[step] = apply(values[step]!, a[step]!, b[step]!);
      }
    });
    if (computing !== undefined) await computing;
    if (!isKeptWhole && !kept.includes(FLOAT)) continue;
    yield { ...nameless(series, features), values: results, present: kept };
  }
}

/** Where there is a result. */
function keepFloats(
  present: Uint8Array,
  allowed: Uint8Array | undefined,
  kept: Uint8Array,
  from: number,
  to: number,
): void {
  for (let step = from; step < to; step++) {
    if (present[step] === FLOAT && allowed?.[step] !== ABSENT) kept[step] = FLOAT;
  }
}
