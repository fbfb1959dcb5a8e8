// Functions that turn steps, scalars and vectors into one another.

import type { CallArguments } from '../../plan/nodes.ts';
import { maximum, minimum } from '../floats.ts';
import { FLOAT, NO_LABELS, type SeriesStream } from '../series.ts';
import { inStretches, ofTimes } from '../stretches.ts';

export async function timeOfSteps({ grid, context }: CallArguments): Promise<Float64Array> {
  return ofTimes(grid, context.budget, (timeMs) => timeMs / 1000);
}

export async function circleConstant({ grid }: CallArguments): Promise<Float64Array> {
  return new Float64Array(grid.count).fill(Math.PI);
}

export async function greaterOfScalars(call: CallArguments): Promise<Float64Array> {
  return bestOfScalars(call, maximum);
}

export async function lesserOfScalars(call: CallArguments): Promise<Float64Array> {
  return bestOfScalars(call, minimum);
}

async function bestOfScalars(
  call: CallArguments,
  better: (one: number, other: number) => number,
): Promise<Float64Array> {
  const right = await call.scalar(1);
  const left = await call.scalar(0);
  const best = new Float64Array(left.length);
  await inStretches(best.length, call.context.budget, (from, to) => {
    for (let step = from; step < to; step++) best[step] = better(left[step]!, right[step]!);
  });
  return best;
}

/** The value of the only float at a step; NaN where there is none or more than one. Native histograms are not looked at. */
export async function scalarOfVector(call: CallArguments): Promise<Float64Array> {
  const values = new Float64Array(call.grid.count).fill(NaN);
  const seen = new Uint8Array(call.grid.count);
  for await (const series of call.vector(0)) {
    const computing = inStretches(values.length, call.context.budget, (from, to) => {
      for (let step = from; step < to; step++) {
        if (series.present[step] !== FLOAT) continue;
        values[step] = seen[step] === 0 ? series.values[step]! : NaN;
        seen[step] = 1;
      }
    });
    if (computing !== undefined) await computing;
  }
  return values;
}

export async function* vectorOfScalar(call: CallArguments): SeriesStream {
  const values = await call.scalar(0);
  yield { labels: NO_LABELS, values, present: new Uint8Array(values.length).fill(FLOAT) };
}
