// The exponent and the fraction that a number is made of: `fraction * 2 ** exponent`, the fraction from 0.5 to 1.
// https://pkg.go.dev/math#Frexp

const SUBNORMAL_SCALE = 2 ** 52;
const LEAST_NORMAL = 2 ** -1022;
const FRACTION_EXPONENT = 1022;
const BIAS = 1023;
const MAX_EXPONENT = 1023;
const LEAST_EXPONENT = -1075;

const scratch = new Float64Array(1);
const words = new Uint32Array(scratch.buffer);
const HIGH = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? 1 : 0;
const LOW = 1 - HIGH;

/** Of a number that is finite and not 0. */
export function exponentOf(value: number): number {
  const isSubnormal = Math.abs(value) < LEAST_NORMAL;
  scratch[0] = isSubnormal ? value * SUBNORMAL_SCALE : value;
  return exponentBits() - FRACTION_EXPONENT - (isSubnormal ? 52 : 0);
}

/** Of a number that is finite and not 0, with its sign. */
export function fractionOf(value: number): number {
  scratch[0] = Math.abs(value) < LEAST_NORMAL ? value * SUBNORMAL_SCALE : value;
  return withExponentBits(FRACTION_EXPONENT);
}

/** The exponent as it is stored, in which a subnormal number has that of 0. */
export function storedExponentOf(value: number): number {
  scratch[0] = value;
  return exponentBits() - FRACTION_EXPONENT;
}

/** The fraction as it is stored, in which a subnormal number lacks its first digit. */
export function storedFractionOf(value: number): number {
  scratch[0] = value;
  return withExponentBits(FRACTION_EXPONENT);
}

/** Of a whole exponent from -1022 to 1023. */
export function powerOfTwo(exponent: number): number {
  words[HIGH] = (exponent + BIAS) << 20;
  words[LOW] = 0;
  return scratch[0]!;
}

/** A finite number times a power of two, rounded once. https://pkg.go.dev/math#Ldexp */
export function timesPowerOfTwo(value: number, exponent: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const result = exponentOf(value) - 1 + exponent;
  if (result < LEAST_EXPONENT) return value < 0 ? -0 : 0;
  if (result > MAX_EXPONENT) return value < 0 ? -Infinity : Infinity;
  const fraction = fractionOf(value);
  if (result >= -1022) return fraction * 2 * powerOfTwo(result);
  return fraction * 2 * powerOfTwo(result + 53) * 2 ** -53;
}

function exponentBits(): number {
  return (words[HIGH]! >>> 20) & 0x7ff;
}

function withExponentBits(bits: number): number {
  words[HIGH] = (words[HIGH]! & 0x800f_ffff) | (bits << 20);
  return scratch[0]!;
}
