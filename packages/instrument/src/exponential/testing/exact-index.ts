// The bucket of a value by whole numbers alone, slow and without a table: what the fast way is compared with.

const FRACTION_BITS = 52n;
const bits = new DataView(new ArrayBuffer(8));

/** The i with b^i < value <= b^(i+1), b = 2^(2^-scale), of a positive finite value. */
export function exactIndex(value: number, scale: number): number {
  const { digits, exponent } = parts(value);
  if (scale <= 0) return Math.ceil(ceilLog2(digits, exponent) / 2 ** -scale) - 1;
  const power = 2 ** scale;
  return ceilLog2(digits ** BigInt(power), exponent * power) - 1;
}

/** The next double above a positive finite one. */
export function nextUp(value: number): number {
  bits.setFloat64(0, value);
  bits.setBigInt64(0, bits.getBigInt64(0) + 1n);
  return bits.getFloat64(0);
}

/** value = digits * 2^exponent */
function parts(value: number): { digits: bigint; exponent: number } {
  bits.setFloat64(0, value);
  const raw = bits.getBigInt64(0);
  const fraction = raw & ((1n << FRACTION_BITS) - 1n);
  const biased = Number(raw >> FRACTION_BITS);
  return biased === 0
    ? { digits: fraction, exponent: -1074 }
    : { digits: fraction | (1n << FRACTION_BITS), exponent: biased - 1075 };
}

/** The logarithm of digits * 2^exponent, rounded up. */
function ceilLog2(digits: bigint, exponent: number): number {
  const isPower = (digits & (digits - 1n)) === 0n;
  return digits.toString(2).length - (isPower ? 1 : 0) + exponent;
}
