// Powers as Go computes them, operation by operation: the part of the exponent behind the point by logarithm, the whole part by
// squaring. `2 ** 0.1` of JavaScript differs in the last digit, and 1 to the power of NaN is 1 here. https://go.dev/src/math/pow.go

import { exponentOf, fractionOf, timesPowerOfTwo } from './binary-parts.ts';
import { exponential } from './exponentials.ts';
import { naturalLogarithm } from './logarithms.ts';

/** Exponents that are this large are even, and lead to 0 or infinity. */
const HUGE_EXPONENT = 2 ** 63;
const MAX_SMALL_EXPONENT = 1024;
const LEAST_NORMAL = 2 ** -1022;
/** Powers of two beyond this do not come back. */
const MAX_POWER_OF_TWO = 4096;

export function power(base: number, exponent: number): number {
  if (exponent === 0 || base === 1) return 1;
  if (exponent === 1) return base;
  if (Number.isNaN(base) || Number.isNaN(exponent)) return NaN;
  const magnitude = Math.abs(exponent);
  if (base === 0 || Math.abs(base) === Infinity || magnitude === Infinity) return powerAtBounds(base, exponent);
  if (exponent === (exponent | 0) && magnitude <= MAX_SMALL_EXPONENT) {
    const result = smallPower(base, exponent);
    if (result !== undefined) return result;
  }
  if (exponent === 0.5) return Math.sqrt(base);
  if (exponent === -0.5) return 1 / Math.sqrt(base);
  const whole = Math.floor(magnitude);
  const rest = magnitude - whole;
  if (rest !== 0 && base < 0) return NaN;
  if (whole >= HUGE_EXPONENT) return powerAtBounds(base, exponent > 0 ? Infinity : -Infinity);
  return finitePower(base, exponent, whole, rest);
}

/** Where one of them is infinite, or the base is 0. */
function powerAtBounds(base: number, exponent: number): number {
  if (base === -1) return 1;
  return base ** exponent;
}

/** By squaring the number itself: exact to the same bit where the result is neither too large nor subnormal, and so nothing before it. */
function smallPower(base: number, exponent: number): number | undefined {
  let result = 1;
  let square = base;
  for (let left = Math.abs(exponent); ; square *= square) {
    if ((left & 1) === 1) result *= square;
    left >>= 1;
    if (left === 0) break;
  }
  const magnitude = Math.abs(result);
  if (!(magnitude >= LEAST_NORMAL && magnitude <= 1 / LEAST_NORMAL)) return undefined;
  return exponent < 0 ? 1 / result : result;
}

function finitePower(base: number, exponent: number, whole: number, rest: number): number {
  const roundsUp = rest > 0.5;
  let result = rest === 0 ? 1 : exponential((roundsUp ? rest - 1 : rest) * naturalLogarithm(base));
  let resultPower = 0;
  let square = fractionOf(base);
  let squarePower = exponentOf(base);
  for (let left = roundsUp ? whole + 1 : whole; left !== 0; left = Math.floor(left / 2)) {
    if (squarePower < -MAX_POWER_OF_TWO || squarePower > MAX_POWER_OF_TWO) {
      resultPower += squarePower;
      break;
    }
    if (left % 2 === 1) {
      result *= square;
      resultPower += squarePower;
    }
    square *= square;
    squarePower *= 2;
    if (square < 0.5) {
      square += square;
      squarePower--;
    }
  }
  return exponent < 0 ? timesPowerOfTwo(1 / result, -resultPower) : timesPowerOfTwo(result, resultPower);
}
