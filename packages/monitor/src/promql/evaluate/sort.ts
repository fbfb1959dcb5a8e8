// Sorting that shares its thread: runs are sorted by themselves and then merged, with a look at the clock in between.

import type { QueryBudget } from './budget.ts';

const RUN_LENGTH = 512;

/** Sorted by `compare`, equal items in the order they came. */
export async function sortInSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  budget: QueryBudget,
): Promise<T[]> {
  const sorted: T[] = [];
  for (let from = 0; from < items.length; from += RUN_LENGTH) {
    sorted.push(...items.slice(from, from + RUN_LENGTH).sort(compare));
    if (budget.isDue()) await budget.pause();
  }
  let source = sorted;
  for (let length = RUN_LENGTH; length < items.length; length *= 2) {
    const merged: T[] = [];
    for (let from = 0; from < items.length; from += 2 * length) {
      await mergeRuns({ source, from, middle: from + length, to: from + 2 * length }, merged, compare, budget);
    }
    source = merged;
  }
  return source;
}

interface TwoRuns<T> {
  readonly source: readonly T[];
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

async function mergeRuns<T>(
  { source, from, middle, to }: TwoRuns<T>,
  merged: T[],
  compare: (a: T, b: T) => number,
  budget: QueryBudget,
): Promise<void> {
  const leftEnd = Math.min(middle, source.length);
  const rightEnd = Math.min(to, source.length);
  let left = from;
  let right = leftEnd;
  while (left < leftEnd || right < rightEnd) {
    const takeLeft = right >= rightEnd || (left < leftEnd && compare(source[left]!, source[right]!) <= 0);
    merged.push(takeLeft ? source[left++]! : source[right++]!);
    if (merged.length % RUN_LENGTH === 0 && budget.isDue()) await budget.pause();
  }
}
