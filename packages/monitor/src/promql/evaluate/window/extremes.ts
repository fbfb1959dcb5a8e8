// The least and greatest value of a window, and when it was. NaN counts only where there is nothing else. Of equal values the first
// is the result, and for the times the last, as in Prometheus. For the values alone a series is summed up in blocks of blocks
// of values, from which windows are put together: that is less guesswork for the processor than the queue for the times.

import { ABSENT } from '../series.ts';
import type { Columns, WindowFunction, WindowKernel, Windows } from './window-function.ts';
import { eachWindow, haveNothingInCommon } from './windows.ts';

/** Values of one level that are one of the next. */
const BLOCK = 8;
const BLOCK_BITS = 3;

export const maxOverTime: WindowFunction = ({ values }, parameters, { from, to, present }) => {
  const levels = haveNothingInCommon(parameters) ? [values] : levelsOf(values);
  return (start, end, results) => {
    for (let step = start; step < end; step++) {
      if (present[step] !== ABSENT) results[step] = greatestWithin(NaN, levels, 0, from[step]!, to[step]!);
    }
  };
};

export const minOverTime: WindowFunction = ({ values, timestampsMs }, parameters, windows) => {
  const negated = values.map((value) => -value);
  const kernel = maxOverTime({ timestampsMs, values: negated }, parameters, windows);
  return (start, end, results) => {
    kernel(start, end, results);
    for (let step = start; step < end; step++) results[step] = -results[step]!;
  };
};

/** The values, the greatest of each block of them, of each block of those. */
function levelsOf(values: Float64Array): readonly Float64Array[] {
  const levels = [values];
  let level = values;
  while (level.length > BLOCK) {
    const blocks = new Float64Array(level.length >>> BLOCK_BITS);
    for (let at = 0; at < blocks.length; at++) blocks[at] = greatestFrom(NaN, level, at * BLOCK, (at + 1) * BLOCK);
    levels.push(blocks);
    level = blocks;
  }
  return levels;
}

/** Of `before` and the values `from` to `to` of a level, in this order. */
function greatestWithin(before: number, levels: readonly Float64Array[], at: number, from: number, to: number): number {
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
