// Functions that turn steps, scalars and vectors into one another.

import type { CallArguments } from '../../plan/nodes.ts';
import { maximum, minimum } from '../floats.ts';
import { FLOAT, NO_LABELS, type SeriesStream, timeAt } from '../series.ts';

export async function timeOfSteps({ grid }: CallArguments): Promise<Float64Array> {
  return Float64Array.from({ length: grid.count }, (_, step) => timeAt(grid, step) / 1000);
}

export async function circleConstant({ grid }: CallArguments): Promise<Float64Array> {
  return new Float64Array(grid.count).fill(Math.PI);
}

export async function greaterOfScalars(call: CallArguments): Promise<Float64Array> {
  const other = await call.scalar(1);
  return (await call.scalar(0)).map((value, step) => maximum(value, other[step]!));
}

export async function lesserOfScalars(call: CallArguments): Promise<Float64Array> {
  const other = await call.scalar(1);
  return (await call.scalar(0)).map((value, step) => minimum(value, other[step]!));
}

/** The value of the only float at a step; NaN where there is none or more than one. Native histograms are not looked at. */
export async function scalarOfVector(call: CallArguments): Promise<Float64Array> {
  const values = new Float64Array(call.grid.count).fill(NaN);
  const seen = new Uint8Array(call.grid.count);
  for await (const series of call.vector(0)) {
    for (let step = 0; step < values.length; step++) {
      if (series.present[step] !== FLOAT) continue;
      values[step] = seen[step] === 0 ? series.values[step]! : NaN;
      seen[step] = 1;
    }
  }
  return values;
}

export async function* vectorOfScalar(call: CallArguments): SeriesStream {
  const values = await call.scalar(0);
  yield { labels: NO_LABELS, values, present: new Uint8Array(values.length).fill(FLOAT) };
}
