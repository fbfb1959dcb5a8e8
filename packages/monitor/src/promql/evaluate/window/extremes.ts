// The least and greatest value of a window, and when it was. NaN counts only where there is nothing else. Of equal values the first
// is the result, and for the times the last, as in Prometheus. For the values alone a series is summed up in blocks of blocks
// of values, from which windows are put together: that is less guesswork for the processor than the queue for the times.

import { ABSENT } from '../series.ts';
import { inStretches, whenDone } from '../stretches.ts';
import type { Columns, WindowFunction, WindowKernel, WindowParameters, Windows } from './window-function.ts';
import { eachWindow, haveNothingInCommon } from './windows.ts';

/** Values of one level that are one of the next. */
const BLOCK = 8;
const BLOCK_BITS = 3;

export const maxOverTime: WindowFunction = ({ values }, parameters, windows) => {
  const levels = levelsOver(values, parameters);
  return levels instanceof Promise
    ? levels.then((all) => greatestOfEach(all, windows))
    : greatestOfEach(levels, windows);
};

export const minOverTime: WindowFunction = ({ values }, parameters, windows) => {
  const negated = new Float64Array(values.length);
  const negating = inStretches(values.length, parameters.budget, (from, to) => {
    for (let index = from; index < to; index++) negated[index] = -values[index]!;
  });
  if (negating !== undefined)
    return negating.then(async () => leastOfEach(await levelsOver(negated, parameters), windows));
  const levels = levelsOver(negated, parameters);
  return levels instanceof Promise ? levels.then((all) => leastOfEach(all, windows)) : leastOfEach(levels, windows);
};

function greatestOfEach(
  levels: Levels,
  { from, to, present }: Windows,
): (...stretch: Parameters<WindowKernel>) => void {
  return (start, end, results) => {
    for (let step = start; step < end; step++) {
      if (present[step] !== ABSENT) results[step] = greatestWithin(NaN, levels, 0, from[step]!, to[step]!);
    }
  };
}

/** Of values whose negatives are given. */
function leastOfEach(levels: Levels, windows: Windows): WindowKernel {
  const greatest = greatestOfEach(levels, windows);
  return (start, end, results) => {
    greatest(start, end, results);
    for (let step = start; step < end; step++) results[step] = -results[step]!;
  };
}

/** The values, the greatest of each block of them, of each block of those. */
type Levels = readonly Float64Array[];

/** The values alone where windows have nothing in common. */
function levelsOver(values: Float64Array, parameters: WindowParameters): Levels | Promise<Levels> {
  const levels = [values];
  if (haveNothingInCommon(parameters)) return levels;
  for (let { length } = values; length > BLOCK; ) {
    length >>>= BLOCK_BITS;
    levels.push(new Float64Array(length));
  }
  return whenDone(filled(levels, parameters), () => levels);
}

/** Undefined when it is done. The first level is as much work as seven times all the others. */
function filled(levels: Levels, { budget }: WindowParameters): Promise<void> | undefined {
  const [, ofValues] = levels;
  if (ofValues === undefined) return undefined;
  const filling = inStretches(ofValues.length, budget, (from, to) => fillLevel(levels, 1, from, to));
  const fillOthers = (): void => {
    for (let at = 2; at < levels.length; at++) fillLevel(levels, at, 0, levels[at]!.length);
  };
  if (filling !== undefined) return filling.then(fillOthers);
  fillOthers();
  return undefined;
}

function fillLevel(levels: Levels, at: number, from: number, to: number): void {
  const below = levels[at - 1]!;
  const level = levels[at]!;
  for (let block = from; block < to; block++) {
    level[block] = greatestFrom(NaN, below, block * BLOCK, (block + 1) * BLOCK);
  }
}

/** Of `before` and the values `from` to `to` of a level, in this order. */
function greatestWithin(before: number, levels: Levels, at: number, from: number, to: number): number {
  const level = levels[at]!;
  const firstBlock = (from + BLOCK - 1) >>> BLOCK_BITS;
  const endBlock = to >>> BLOCK_BITS;
  if (firstBlock >= endBlock || at + 1 === levels.length) return greatestFrom(before, level, from, to);
  const ofFirst = greatestFrom(before, level, from, firstBlock * BLOCK);
  const ofBlocks = greatestWithin(ofFirst, levels, at + 1, firstBlock, endBlock);
  return greatestFrom(ofBlocks, level, endBlock * BLOCK, to);
}

function greatestFrom(before: number, values: Float64Array, from: number, to: number): number {
  let greatest = before;
  for (let index = from; index < to; index++) {
    const value = values[index]!;
    if (value > greatest || Number.isNaN(greatest)) greatest = value;
  }
  return greatest;
}

export const timeOfMin: WindowFunction = (columns, _parameters, windows) => timeOfBest(columns, windows, 'least');

export const timeOfMax: WindowFunction = (columns, _parameters, windows) => timeOfBest(columns, windows, 'greatest');

/** In seconds; of the last sample when all are NaN. */
function timeOfBest({ timestampsMs, values }: Columns, windows: Windows, wanted: 'least' | 'greatest'): WindowKernel {
  const bestOf = queueOf(values, wanted);
  return eachWindow(windows, (from, to) => {
    const best = bestOf(from, to);
    return timestampsMs[best < 0 ? to - 1 : best]! / 1000;
  });
}

/** The index of the last best value of a window; -1 when all are NaN. */
type BestOf = (from: number, to: number) => number;

/** Of a series only those samples are kept that are better than all after them, so each sample is looked at once. */
function queueOf(values: Float64Array, wanted: 'least' | 'greatest'): BestOf {
  const sign = wanted === 'least' ? 1 : -1;
  const queue = new Uint32Array(values.length);
  let head = 0;
  let tail = 0;
  let next = 0;
  return (from, to) => {
    if (next < from) next = from;
    while (head < tail && queue[head]! < from) head++;
    for (; next < to; next++) {
      const value = sign * values[next]!;
      if (Number.isNaN(value)) continue;
      while (head < tail && !(sign * values[queue[tail - 1]!]! < value)) tail--;
      queue[tail++] = next;
    }
    return head < tail ? queue[head]! : -1;
  };
}
