// Sorting a long column of numbers while others have the thread now and then: runs are sorted by themselves, then merged. The order
// is that of `Float64Array.sort`: -0 comes before 0.

import type { QueryBudget } from '../budget.ts';
import { STRETCH_STEPS } from '../stretches.ts';

/** Returns `values` or `scratch`, which is as long, sorted; the other one holds anything. There must be no NaN. */
export async function sortedColumn(
  values: Float64Array,
  scratch: Float64Array,
  budget: QueryBudget,
): Promise<Float64Array> {
  const { length } = values;
  for (let from = 0; from < length; from += STRETCH_STEPS) {
    values.subarray(from, from + STRETCH_STEPS).sort();
    if (budget.isDue()) await budget.pause();
  }
  let source = values;
  let target = scratch;
  for (let run = STRETCH_STEPS; run < length; run *= 2) {
    for (let from = 0; from < length; from += 2 * run) {
      await mergeRuns(source, target, from, Math.min(length, from + run), Math.min(length, from + 2 * run), budget);
    }
    [source, target] = [target, source];
  }
  return source;
}

async function mergeRuns(
  source: Float64Array,
  target: Float64Array,
  from: number,
  middle: number,
  end: number,
  budget: QueryBudget,
): Promise<void> {
  let left = from;
  let right = middle;
  for (let at = from; at < end; ) {
    if (budget.isDue()) await budget.pause();
    const stretchEnd = Math.min(end, at + STRETCH_STEPS);
    for (; at < stretchEnd; at++) {
      if (right >= end || (left < middle && !isBefore(source[right]!, source[left]!))) target[at] = source[left++]!;
      else target[at] = source[right++]!;
    }
  }
}

function isBefore(one: number, other: number): boolean {
  return one < other || (one === 0 && other === 0 && Object.is(one, -0));
}
