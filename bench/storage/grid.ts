// The grid that a recorded number stands on: the whole numbers, so many decimals, halves, thirds and so on, or a power of two
// (differences of `Date.now() / 1000` are multiples of 2^-22). A number that is made from a recorded one is put back on its
// grid, so that it is neither rounder nor rougher than what a node would have said.

const MAX_DECIMALS = 6;
const LARGEST_DENOMINATOR = 64;
const NANOSECONDS = 1e9;
const MAX_BINARY_PLACES = 30;
const POWERS_OF_TEN = Float64Array.from({ length: 10 }, (_, exponent) => Number(`1e${exponent}`));

/** The least denominator, of those that nodes use, that gives exactly this number; 0 when none does. */
export function denominatorOf(value: number): number {
  for (let decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
    if (isOn(POWERS_OF_TEN[decimals]!, value)) return POWERS_OF_TEN[decimals]!;
  }
  for (let denominator = 3; denominator <= LARGEST_DENOMINATOR; denominator++) {
    if (isOn(denominator, value)) return denominator;
  }
  if (isOn(NANOSECONDS, value)) return NANOSECONDS;
  const binary = 2 ** MAX_BINARY_PLACES;
  return Number.isInteger(value * binary) ? binary : 0;
}

/** The denominator that all of them stand on; 0 when there is none. */
export function commonDenominatorOf(values: Iterable<number>): number {
  let decimals = 0;
  let binaryPlaces = 0;
  for (const value of values) {
    while (decimals <= MAX_DECIMALS && !isOn(POWERS_OF_TEN[decimals]!, value)) decimals++;
    while (binaryPlaces <= MAX_BINARY_PLACES && !Number.isInteger(value * 2 ** binaryPlaces)) binaryPlaces++;
    if (decimals > MAX_DECIMALS && binaryPlaces > MAX_BINARY_PLACES) return 0;
  }
  return decimals <= MAX_DECIMALS ? POWERS_OF_TEN[decimals]! : 2 ** binaryPlaces;
}

/** The largest whole number that divides all of them, such as 4,096 of memory in pages; 1 when there is no other. */
export function commonStepOf(wholeNumbers: Iterable<number>): number {
  let step = 0;
  for (const value of wholeNumbers) {
    for (let other = Math.abs(value); other > 0; ) [step, other] = [other, step % other];
    if (step === 1) break;
  }
  return step === 0 || !Number.isSafeInteger(step) ? 1 : step;
}

function isOn(denominator: number, value: number): boolean {
  return Math.round(value * denominator) / denominator === value;
}
