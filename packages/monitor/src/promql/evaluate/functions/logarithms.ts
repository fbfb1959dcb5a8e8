// Logarithms as Go computes them on x86, operation by operation (the method is that of FreeBSD's e_log.c): the functions of
// JavaScript differ in the last digit, and `floor(log10(x))` would differ by one. https://go.dev/src/math/log.go

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;
const HALF_SQRT2 = Math.SQRT1_2;
const L1 = 0.6666666666666735;
const L2 = 0.3999999999940942;
const L3 = 0.2857142874366239;
const L4 = 0.22222198432149784;
const L5 = 0.1818357216161805;
const L6 = 0.15313837699209373;
const L7 = 0.14798198605116586;

const scratch = new DataView(new ArrayBuffer(8));

/** As there, a subnormal number is taken for one with all bits: its logarithm is off. */
export function naturalLogarithm(value: number): number {
  if (Number.isNaN(value) || value === Infinity) return value;
  if (value <= 0) return value === 0 ? -Infinity : NaN;
  scratch.setFloat64(0, value);
  const high = scratch.getUint32(0);
  let power = ((high >>> 20) & 0x7ff) - 1022;
  scratch.setUint32(0, (high & 0x000f_ffff) | 0x3fe0_0000);
  let fraction = scratch.getFloat64(0);
  if (fraction <= HALF_SQRT2) {
    fraction *= 2;
    power--;
  }
  const f = fraction - 1;
  const s = f / (2 + f);
  const s2 = s * s;
  const s4 = s2 * s2;
  const odd = s2 * (L1 + s4 * (L3 + s4 * (L5 + s4 * L7)));
  const even = s4 * (L2 + s4 * (L4 + s4 * L6));
  const halfSquare = 0.5 * f * f;
  return power * LN2_HIGH - (halfSquare - (s * (halfSquare + (odd + even)) + power * LN2_LOW) - f);
}

export function decimalLogarithm(value: number): number {
  return naturalLogarithm(value) * Math.LOG10E;
}
