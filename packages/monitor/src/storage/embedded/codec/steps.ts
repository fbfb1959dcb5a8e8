// Doubles that grew by additions of nanoseconds, as sums and totals of timings do: each is the one before plus a whole
// number of nanoseconds, rounded as the addition rounded, and a few units in the last place where several were added
// between two samples. Exact: what the rule does not give back bit for bit is an exception beside the column.

import { exceptionsAllowed, GRID_NUMBER_MAX, isRegular } from './grid.ts';
import { STEP_GEARS, STEPS_PER_UNIT } from './value-forms.ts';

export interface Steps {
  /** Index into `STEP_GEARS`: the numbers are multiples of that many nanoseconds. */
  readonly gear: number;
  /** Index of the first value, which the steps start from. */
  readonly start: number;
}

const LAST_PLACES_MAX = 2 ** 24;
/** More bits than this a changed value, and the raw form is no larger. */
const BITS_MAX = 46;

const view = new Float64Array(1);
const words = new Uint32Array(view.buffer);

/** Writes the numbers and their remainders in units of the last place. */
export function fitSteps(
  values: Float64Array,
  bits: Uint32Array,
  length: number,
  numbers: Float64Array,
  remainders: Float64Array,
  exceptions: number[],
): Steps | undefined {
  const allowed = exceptionsAllowed(length);
  exceptions.length = 0;
  let start = 0;
  while (start < length && !isRegular(bits, start)) exceptions.push(start++);
  if (start === length || start > allowed) return undefined;
  numbers.fill(0, 0, start + 1);
  remainders.fill(0, 0, start + 1);
  let before = values[start]!;
  let changes = 0;
  let size = 0;
  for (let index = start + 1; index < length; index++) {
    numbers[index] = 0;
    remainders[index] = 0;
    const value = values[index]!;
    if (value === before && isRegular(bits, index)) continue;
    const number = Math.round((value - before) * STEPS_PER_UNIT);
    const remainder = isRegular(bits, index) ? lastPlaces(before + number / STEPS_PER_UNIT, value) : Number.NaN;
    if (number === 0 || !(Math.abs(number) <= GRID_NUMBER_MAX && Math.abs(remainder) <= LAST_PLACES_MAX)) {
      if (exceptions.push(index) > allowed) return undefined;
      continue;
    }
    numbers[index] = number;
    remainders[index] = remainder;
    before = value;
    changes++;
    size += bitsOf(number) + bitsOf(2 * remainder);
  }
  if (size > BITS_MAX * changes) return undefined;
  return { gear: shiftGear(numbers, length), start };
}

/** The double that lies so many places above (below, when negative) `value`, towards infinity of its sign. */
export function moveByLastPlaces(value: number, places: number): number {
  view[0] = value;
  const low = words[0]! + places;
  const carry = Math.floor(low / 2 ** 32);
  words[0] = low - carry * 2 ** 32;
  words[1] = words[1]! + carry;
  return view[0];
}

/** The greatest power of two that is not above a positive double. */
export function powerBelow(value: number): number {
  view[0] = value;
  words[0] = 0;
  words[1] = words[1]! & 0x7ff00000;
  return view[0];
}

/** Places from `expected` to `value`; NaN when they have not the same sign. */
function lastPlaces(expected: number, value: number): number {
  view[0] = expected;
  const low = words[0]!;
  const high = words[1]!;
  view[0] = value;
  if ((high ^ words[1]!) < 0) return Number.NaN;
  return (words[1]! - high) * 2 ** 32 + (words[0]! - low);
}

/** How many bits a whole number has, but for its sign. */
function bitsOf(number: number): number {
  view[0] = number;
  return number === 0 ? 0 : ((words[1]! >>> 20) & 0x7ff) - 1022;
}

/** Divides the numbers by the largest gear that divides all of them. */
function shiftGear(numbers: Float64Array, length: number): number {
  for (let gear = STEP_GEARS.length - 1; gear > 0; gear--) {
    const size = STEP_GEARS[gear]!;
    let index = 0;
    while (index < length && numbers[index]! % size === 0) index++;
    if (index < length) continue;
    for (let at = 0; at < length; at++) numbers[at]! /= size;
    return gear;
  }
  return 0;
}
