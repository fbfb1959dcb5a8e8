// How many blocks came in each stretch of time, from the heights that were seen: the bars of a chain's pulse.

import { onGrid } from '../chart/step.ts';
import type { Line } from './figures.ts';

export interface Arrivals {
  /** Unix seconds: the end of each stretch. */
  readonly timesS: readonly number[];
  /** Negative when the height fell; null when the height at either end is not known. */
  readonly blocks: readonly (number | null)[];
  readonly stretchS: number;
}

/**
 * At most so many whole stretches, on round times, so that a bar keeps its height while new ones come. The stretch that is
 * not over yet is left out: it would look like a slower chain.
 */
export function arrivalsOf(height: Line, barsMax: number): Arrivals {
  const [firstS = 0, secondS = firstS + 1] = height.timesS;
  const lastS = height.timesS.at(-1) ?? firstS;
  const stepS = secondS - firstS;
  const stretchS = stepS * Math.max(1, Math.ceil((lastS - firstS) / stepS / barsMax));
  const heightAt = new Map(height.timesS.map((timeS, index) => [timeS, height.values[index] ?? null]));
  const timesS: number[] = [];
  const blocks: (number | null)[] = [];
  for (let endS = onGrid(firstS, stretchS) + stretchS; endS <= lastS; endS += stretchS) {
    const before = heightAt.get(endS - stretchS) ?? null;
    const after = heightAt.get(endS) ?? null;
    timesS.push(endS);
    blocks.push(before === null || after === null ? null : after - before);
  }
  return { timesS, blocks, stretchS };
}
