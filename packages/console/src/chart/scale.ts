// The top of a scale that starts at zero: a round number not below the largest value, whose half is round enough too.

import type { Unit } from '../format/number.ts';

const DECIMAL_TOPS = [1, 2, 3, 4, 5, 6, 8, 10];
const COUNT_TOPS = [1, 2, 4, 6, 8, 10];
const BINARY_TOPS = [1, 1.5, 2];

/** 1 for values that are all zero or below, which gives an empty chart a scale. */
export function niceTop(largest: number, unit: Unit): number {
  if (!(largest > 0)) return 1;
  const isBinary = unit === 'bytes' || unit === 'bytesPerSecond';
  const base = isBinary ? 2 ** Math.floor(Math.log2(largest)) : 10 ** Math.floor(Math.log10(largest));
  const tops = isBinary ? BINARY_TOPS : unit === 'count' ? COUNT_TOPS : DECIMAL_TOPS;
  const top = tops.find((factor) => factor * base >= largest) ?? 10;
  return top * base;
}

/** Where such a scale is marked: at its ends and its middle, but never at half a thing that is counted. */
export function ticksOf(top: number, unit: Unit): number[] {
  return unit === 'count' && top === 1 ? [0, 1] : [0, top / 2, top];
}
