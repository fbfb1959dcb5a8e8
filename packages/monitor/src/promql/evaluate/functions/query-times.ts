// `start`, `end`, `range`, `step`: of the query itself, in seconds, the same in a subquery and under `@`.

import type { CallArguments } from '../../plan/nodes.ts';

export async function startOfQuery({ grid, context }: CallArguments): Promise<Float64Array> {
  return new Float64Array(grid.count).fill(context.startMs / 1000);
}

export async function endOfQuery({ grid, context }: CallArguments): Promise<Float64Array> {
  return new Float64Array(grid.count).fill(context.endMs / 1000);
}

export async function rangeOfQuery({ grid, context }: CallArguments): Promise<Float64Array> {
  return new Float64Array(grid.count).fill(durationSeconds(context.endMs - context.startMs));
}

/** An instant query, and a range query of one moment, have the step 0. */
export async function stepOfQuery({ grid, context }: CallArguments): Promise<Float64Array> {
  const { startMs, endMs, stepMs } = context;
  return new Float64Array(grid.count).fill(startMs === endMs ? 0 : durationSeconds(stepMs));
}

/** Whole seconds and the rest apart, as Go has it: the sum can differ from the quotient in the last digit. */
function durationSeconds(ms: number): number {
  const restMs = ms % 1000;
  return (ms - restMs) / 1000 + (restMs * 1e6) / 1e9;
}
