// Binary logarithms and powers as Go computes them, operation by operation (its methods are those of FreeBSD's e_log.c and
// e_exp.c): the functions of JavaScript differ in the last digit, and interpolated quantiles are to be equal to the bit.
// https://go.dev/src/math/log.go, https://go.dev/src/math/exp.go

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

const LOG_1 = 0.6666666666666735;
const LOG_2 = 0.3999999999940942;
const LOG_3 = 0.2857142874366239;
const LOG_4 = 0.22222198432149784;
const LOG_5 = 0.1818357216161805;
const LOG_6 = 0.15313837699209373;
const LOG_7 = 0.14798198605116586;

const EXP_1 = 0.16666666666666666;
const EXP_2 = -0.0027777777777015593;
const EXP_3 = 0.00006613756321437934;
const EXP_4 = -0.0000016533902205465252;
const EXP_5 = 4.1381367970572385e-8;
const EXP_OVERFLOW = 1023.9999999999999;
const EXP_UNDERFLOW = -1074;

const SUBNORMAL_SCALE = 2 ** 52;
const LEAST_NORMAL = 2 ** -1022;
const ONE = new Float64Array(1);
const HIGH_AND_LOW = new Uint32Array(ONE.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;

export function log2(value: number): number {
  if (Number.isNaN(value) || value === Infinity) return value;
  if (value < 0) return NaN;
  if (value === 0) return -Infinity;
  const isSubnormal = value < LEAST_NORMAL;
  ONE[0] = isSubnormal ? value * SUBNORMAL_SCALE : value;
  const high = HIGH_AND_LOW[HIGH]!;
  const exponent = ((high >>> 20) & 0x7ff) - 1022 - (isSubnormal ? 52 : 0);
  HIGH_AND_LOW[HIGH] = (high & 0x000f_ffff) | 0x3fe0_0000;
  const fraction = ONE[0];
  if (fraction === 0.5) return exponent - 1;
  return logOfFraction(fraction) * Math.LOG2E + exponent;
}

/** The natural logarithm of a number from 0.5 to 1. */
function logOfFraction(fraction: number): number {
  const isSmall = fraction <= Math.SQRT1_2;
  const power = isSmall ? -1 : 0;
  const f = (isSmall ? fraction * 2 : fraction) - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (LOG_1 + s4 * (LOG_3 + s4 * (LOG_5 + s4 * LOG_7)));
  const even = s4 * (LOG_2 + s4 * (LOG_4 + s4 * LOG_6));
  const rest = odd + even;
  const halfSquare = 0.5 * f * f;
  return power * LN2_HIGH - (halfSquare - (s * (halfSquare + rest) + power * LN2_LOW) - f);
}

export function exp2(exponent: number): number {
  if (Number.isNaN(exponent)) return NaN;
  if (exponent > EXP_OVERFLOW) return Infinity;
  if (exponent < EXP_UNDERFLOW) return 0;
  const whole = Math.trunc(exponent > 0 ? exponent + 0.5 : exponent - 0.5);
  const rest = exponent - whole;
  const high = rest * LN2_HIGH;
  const low = -rest * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const c = r - t * (EXP_1 + t * (EXP_2 + t * (EXP_3 + t * (EXP_4 + t * EXP_5))));
  const y = 1 - (low - (r * c) / (2 - c) - high);
  return scaled(y, whole);
}

/** A number around 1 times a power of two, rounded once. */
function scaled(value: number, exponent: number): number {
  if (exponent > 1023) return value * 2 * 2 ** (exponent - 1);
  if (exponent < -1021) return value * 2 ** (exponent + 60) * 2 ** -60;
  return value * 2 ** exponent;
}
