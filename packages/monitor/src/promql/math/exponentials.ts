// Powers of e and of two as Go computes them on x86, operation by operation: the functions of JavaScript differ in the last digit.
// That of e is Shibata's method with the fused operations that processors have had since 2013; that of two is FreeBSD's e_exp.c.
// https://link.springer.com/article/10.1007/s00450-010-0108-2, https://go.dev/src/math/exp.go

import { powerOfTwo } from './binary-parts.ts';
import { fusedMultiplyAdd } from './fused-multiply-add.ts';
import { LN2_HIGH, LN2_LOW } from './logarithms.ts';

const EXP_UNDERFLOW = -746;
const MAX_EXPONENT = 1023;
const UPPER_LN2 = 0.693147180559663;
const LOWER_LN2 = 2.8235290563031577e-13;

const EXP_1 = 0.16666666666666666;
const EXP_2 = -0.0027777777777015593;
const EXP_3 = 0.00006613756321437934;
const EXP_4 = -0.0000016533902205465252;
const EXP_5 = 4.1381367970572385e-8;
const EXP2_OVERFLOW = 1023.9999999999999;
const EXP2_UNDERFLOW = -1074;

export function exponential(x: number): number {
  if (Number.isNaN(x)) return NaN;
  if (x < EXP_UNDERFLOW) return 0;
  const whole = nearestEven(x * Math.LOG2E);
  // As there, what is above half of the largest number is infinite.
  if (whole > MAX_EXPONENT) return Infinity;
  const reduced = fusedMultiplyAdd(-whole, LOWER_LN2, fusedMultiplyAdd(-whole, UPPER_LN2, x)) * 0.0625;
  let series = fusedMultiplyAdd(reduced, 1 / 40320, 1 / 5040);
  series = fusedMultiplyAdd(reduced, series, 1 / 720);
  series = fusedMultiplyAdd(reduced, series, 1 / 120);
  series = fusedMultiplyAdd(reduced, series, 1 / 24);
  series = fusedMultiplyAdd(reduced, series, 1 / 6);
  series = fusedMultiplyAdd(reduced, series, 0.5);
  series = fusedMultiplyAdd(reduced, series, 1);
  let lessOne = reduced * series;
  lessOne *= lessOne + 2;
  lessOne *= lessOne + 2;
  lessOne *= lessOne + 2;
  return scaled(fusedMultiplyAdd(lessOne, lessOne + 2, 1), whole);
}

export function exponentialOfTwo(exponent: number): number {
  if (Number.isNaN(exponent)) return NaN;
  if (exponent > EXP2_OVERFLOW) return Infinity;
  if (exponent < EXP2_UNDERFLOW) return 0;
  const whole = Math.trunc(exponent > 0 ? exponent + 0.5 : exponent - 0.5);
  const rest = exponent - whole;
  const high = rest * LN2_HIGH;
  const low = -rest * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (EXP_1 + t * (EXP_2 + t * (EXP_3 + t * (EXP_4 + t * EXP_5))));
  return scaled(1 - (low - (r * c) / (2 - c) - high), whole);
}

/** A number around 1 times a power of two, rounded once. */
function scaled(value: number, exponent: number): number {
  if (exponent > MAX_EXPONENT) return value * 2 * powerOfTwo(exponent - 1);
  if (exponent >= -1021) return value * powerOfTwo(exponent);
  return value * powerOfTwo(exponent + 60) * 2 ** -60;
}

const ROUNDER = 1.5 * 2 ** 52;

/** The nearest whole number, the even one of two. */
function nearestEven(value: number): number {
  return value + ROUNDER - ROUNDER;
}
