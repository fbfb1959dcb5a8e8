// Chooses what the numbers of a column are expected to be: nothing, the number before, or something of one of the latest
// columns: of a histogram's buckets each does about what the one before did, and its count what the last one did.
// The choice is by an estimate of the bits: where the changes are, and how long the numbers are that are left.

import { EXPECT, type ValueColumn } from './value-forms.ts';

export interface Choice {
  readonly expect: number;
  readonly column: ValueColumn | undefined;
  readonly bits: number;
}

/** Longer columns are judged by as many samples from their middle. */
const JUDGED_MAX = 720;
/** Bits that a reference must save, for its place in the header and the time that it costs a reader. */
const REFERENCE_BITS = 32;
/** Bits of a change where the reference has none. */
const OTHER_BITS = 20;

/** The numbers of the column that is judged, at every place of the part that is judged. */
const judged = new Float64Array(JUDGED_MAX);

/** `candidates` have as many numbers, at the same times. */
export function chooseExpectation(
  own: ValueColumn,
  candidates: readonly ValueColumn[],
  allowsPrevious: boolean,
): Choice {
  const from = Math.max(1, Math.floor((own.length - JUDGED_MAX) / 2));
  const to = Math.min(own.length, from + JUDGED_MAX);
  const scale = (own.length - 1) / Math.max(1, to - from);
  const changes = fillJudged(own, from, to);
  const choice = (expect: number, column: ValueColumn | undefined, bits: number): Choice => {
    return { expect, column, bits: column === undefined ? scale * bits : scale * bits + REFERENCE_BITS };
  };
  tallyAlone(to - from);
  const numberBits = talliedBits();
  let best = choice(EXPECT.zero, undefined, numberBits + zeroBits(changes, to - from - changes));
  for (const column of candidates) {
    const { common, alike, opposite, all } = compare(column, from, to);
    const otherBits = OTHER_BITS * (changes - common);
    if (scale * otherBits + REFERENCE_BITS > best.bits) continue;
    best = better(best, choice(EXPECT.zeroBeside, column, numberBits + zeroBits(changes, all - common) + otherBits));
    const factor = 3 * alike > changes + all - common ? 1 : 3 * opposite > changes + all - common ? -1 : 0;
    if (factor === 0) continue;
    const expect = factor === 1 ? EXPECT.reference : EXPECT.opposite;
    best = better(best, choice(expect, column, besideBits(column, from, to, factor) + otherBits));
  }
  if (!allowsPrevious) return best;
  tallySteps(to - from);
  return better(best, choice(EXPECT.previous, undefined, talliedBits() + zeroBits(tallied, to - from - tallied)));
}

function better(one: Choice, other: Choice): Choice {
  return other.bits < one.bits ? other : one;
}

/** Returns how many of the numbers are not 0. */
function fillJudged({ changePlaces, changeNumbers, changes }: ValueColumn, from: number, to: number): number {
  judged.fill(0, 0, to - from);
  const start = firstFrom(changePlaces, changes, from);
  let index = start;
  for (; index < changes && changePlaces[index]! < to; index++) {
    judged[changePlaces[index]! - from] = changeNumbers[index]!;
  }
  return index - start;
}

/** The first change at `place` or after it. */
function firstFrom(places: Int32Array, count: number, place: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (places[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return low;
}

interface Comparison {
  /** Changes of the other column, those at places where the judged one changed too, */
  readonly all: number;
  readonly common: number;
  /** and of these such that the judged number is nearer to the other than to 0, or to its opposite. */
  readonly alike: number;
  readonly opposite: number;
}

function compare({ changePlaces, changeNumbers, changes }: ValueColumn, from: number, to: number): Comparison {
  const start = firstFrom(changePlaces, changes, from);
  let common = 0;
  let alike = 0;
  let opposite = 0;
  let index = start;
  for (; index < changes && changePlaces[index]! < to; index++) {
    const number = judged[changePlaces[index]! - from]!;
    if (number === 0) continue;
    common++;
    const size = Math.abs(number);
    const other = changeNumbers[index]!;
    if (Math.abs(number - other) < size) alike++;
    else if (Math.abs(number + other) < size) opposite++;
  }
  return { all: index - start, common, alike, opposite };
}

/** How many numbers have so many bits, that of the sign not counted; how many are not 0, and negative. */
const lengths = new Uint32Array(64);
let tallied = 0;
let negative = 0;

function startTally(): void {
  lengths.fill(0);
  tallied = 0;
  negative = 0;
}

function tally(number: number): void {
  if (number === 0) return;
  tallied++;
  const size = number < 0 ? -number : number;
  if (number < 0) negative++;
  lengths[size < 0x80000000 ? 32 - Math.clz32(size) : 1 + Math.floor(Math.log2(size))]!++;
}

function tallyAlone(count: number): void {
  startTally();
  for (let index = 0; index < count; index++) tally(judged[index]!);
}

function tallySteps(count: number): void {
  startTally();
  let before = 0;
  for (let index = 0; index < count; index++) {
    const number = judged[index]!;
    tally(number - before);
    before = number;
  }
}

/** Bits of the numbers that were counted, but for what tells them from those that are 0. */
function talliedBits(): number {
  if (tallied === 0) return 0;
  let bits = tallied * Math.log2(tallied) + zeroBits(negative, tallied - negative);
  for (let length = 1; length < lengths.length; length++) {
    const count = lengths[length]!;
    if (count > 0) bits += count * (length - 1) - count * Math.log2(count);
  }
  return bits;
}

/** Bits of the column at the places where the other changed, `factor` times the other's numbers expected. */
function besideBits(
  { changePlaces, changeNumbers, changes }: ValueColumn,
  from: number,
  to: number,
  factor: number,
): number {
  startTally();
  const start = firstFrom(changePlaces, changes, from);
  let index = start;
  for (; index < changes && changePlaces[index]! < to; index++) {
    tally(judged[changePlaces[index]! - from]! - factor * changeNumbers[index]!);
  }
  return talliedBits() + zeroBits(tallied, index - start - tallied);
}

/** Bits of telling so many of one kind from so many of another. */
function zeroBits(one: number, other: number): number {
  if (one <= 0 || other <= 0) return 0;
  const all = one + other;
  return all * Math.log2(all) - one * Math.log2(one) - other * Math.log2(other);
}
