// The functions over windows written as plainly as they are defined: each window is gone through on its own, from its first sample
// to its last. What is carried from window to window is compared with these, to the bit.

import { CompensatedSum, quantileOf } from '../../floats.ts';

export interface PlainWindow {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

export function plainCount({ values }: PlainWindow, isCounted: (value: number, previous: number) => boolean): number {
  let count = 0;
  for (let index = 1; index < values.length; index++) if (isCounted(values[index]!, values[index - 1]!)) count++;
  return count;
}

/** The place of the best value: a value takes it from the one before when `isBetter` says so, or when that is NaN. */
export function plainBest({ values }: PlainWindow, isBetter: (value: number, best: number) => boolean): number {
  let best = 0;
  for (let index = 0; index < values.length; index++) {
    if (isBetter(values[index]!, values[best]!) || Number.isNaN(values[best])) best = index;
  }
  return best;
}

export function plainSum({ values }: PlainWindow): number {
  const total = new CompensatedSum();
  for (const value of values) total.add(value);
  return Math.abs(total.sum) === Infinity ? total.sum : total.sum + total.compensation;
}

export function plainMean({ values }: PlainWindow): number {
  const total = new CompensatedSum();
  total.reset(values[0]!, 0);
  let isMean = false;
  for (let index = 1; index < values.length; index++) {
    const count = index + 1;
    const { sum, compensation } = total;
    if (!isMean) {
      total.add(values[index]!);
      if (Math.abs(total.sum) !== Infinity) continue;
      isMean = true;
      total.reset(sum / index, compensation / index);
    }
    const keep = index / count;
    total.reset(keep * total.sum, keep * total.compensation);
    total.add(values[index]! / count);
  }
  if (isMean) return total.sum + total.compensation;
  return total.sum / values.length + total.compensation / values.length;
}

export function plainQuantile({ values }: PlainWindow, quantile: number): number {
  return quantileOf(quantile, values.slice(), values.length);
}

export function plainMad(window: PlainWindow): number {
  if (window.values.some(Number.isNaN)) return NaN;
  const median = plainQuantile(window, 0.5);
  return quantileOf(
    0.5,
    window.values.map((value) => Math.abs(value - median)),
    window.values.length,
  );
}

/** The growth of a counter from the first to the last sample. */
export function plainGrowth({ values }: PlainWindow): number {
  let growth = values.at(-1)! - values[0]!;
  for (let index = 1; index < values.length; index++) {
    if (values[index]! < values[index - 1]!) growth += values[index - 1]!;
  }
  return growth;
}
