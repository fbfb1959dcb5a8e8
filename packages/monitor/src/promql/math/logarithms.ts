// Logarithms as Go computes them on x86, operation by operation (the method is that of FreeBSD's e_log.c and s_log1p.c): the functions
// of JavaScript differ in the last digit, and `floor(log10(x))` would differ by one.
// https://go.dev/src/math/log.go, https://go.dev/src/math/log1p.go

import { exponentOf, fractionOf, storedExponentOf, storedFractionOf } from './binary-parts.ts';

export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;
const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

const SQRT2_LESS_1 = 0.4142135623730951;
const HALF_SQRT2_LESS_1 = -0.2928932188134524;
const SMALL = 2 ** -29;
const TINY = 2 ** -54;
const ALL_BITS = 2 ** 53;
/** Below one by less, two terms of the series are enough. */
const TWO_TERMS_BELOW = 2 ** -51;

/** As there, a subnormal number is taken for one with all bits: its logarithm is off. */
export function naturalLogarithm(value: number): number {
  if (Number.isNaN(value) || value === Infinity) return value;
  if (value <= 0) return value === 0 ? -Infinity : NaN;
  return logarithmOfParts(storedFractionOf(value), storedExponentOf(value));
}

export function decimalLogarithm(value: number): number {
  return naturalLogarithm(value) * Math.LOG10E;
}

export function binaryLogarithm(value: number): number {
  if (Number.isNaN(value) || value === Infinity) return value;
  if (value <= 0) return value === 0 ? -Infinity : NaN;
  const exponent = exponentOf(value);
  const fraction = fractionOf(value);
  if (fraction === 0.5) return exponent - 1;
  return logarithmOfParts(fraction, 0) * Math.LOG2E + exponent;
}

/** The fraction is from 0.5 to 1. */
function logarithmOfParts(fraction: number, exponent: number): number {
  const isSmall = fraction <= Math.SQRT1_2;
  const power = isSmall ? exponent - 1 : exponent;
  const f = (isSmall ? fraction * 2 : fraction) - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
  const even = s4 * (L2 + s4 * (L4 + s4 * L6));
  const halfSquare = 0.5 * f * f;
  return power * LN2_HIGH - (halfSquare - (s * (halfSquare + (odd + even)) + power * LN2_LOW) - f);
}

/** The natural logarithm of what is larger by one. */
export function logarithmOfOneAnd(x: number): number {
  if (x < -1 || Number.isNaN(x)) return NaN;
  if (x === -1) return -Infinity;
  if (x === Infinity) return Infinity;
  const magnitude = Math.abs(x);
  if (magnitude < TINY) return x;
  if (magnitude < SMALL) return x - x * x * 0.5;
  if (magnitude < SQRT2_LESS_1 && x > HALF_SQRT2_LESS_1) return nearOne(x, 0, 0);
  const sum = magnitude < ALL_BITS ? 1 + x : x;
  let power = exponentOf(sum) - 1;
  // What the sum lost.
  const lost = magnitude < ALL_BITS ? (power > 0 ? 1 - (sum - x) : x - (sum - 1)) / sum : 0;
  let scaled = fractionOf(sum) * 2;
  if (scaled >= Math.SQRT2) {
    power++;
    scaled /= 2;
  }
  return nearOne(scaled - 1, power, lost);
}

/** Of `(1 + f) * 2 ** power` and a little more. */
function nearOne(f: number, power: number, lost: number): number {
  const halfSquare = 0.5 * f * f;
  if (f === 0) return power === 0 ? 0 : power * LN2_HIGH + (lost + power * LN2_LOW);
  if (f < 0 && f > -TWO_TERMS_BELOW) {
    const rest = halfSquare * (1 - 0.6666666666666666 * f);
    if (power === 0) return f - rest;
    return power * LN2_HIGH - (rest - (power * LN2_LOW + lost) - f);
  }
  const s = f / (2 + f);
  const z = s * s;
  const rest = z * (L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * (L6 + z * L7))))));
  if (power === 0) return f - (halfSquare - s * (halfSquare + rest));
  return power * LN2_HIGH - (halfSquare - (s * (halfSquare + rest) + (power * LN2_LOW + lost)) - f);
}
