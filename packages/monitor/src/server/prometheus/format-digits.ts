// Whole numbers as digits at a place in a buffer.

const NINE_DIGITS = 1e9;
const ZERO = 48;

/** From 0 and below 10^18. Gives the place behind it. */
export function writeWhole(bytes: Uint8Array, at: number, value: number): number {
  if (value < NINE_DIGITS) {
    const digits = digitsOf(value);
    writeDigits(bytes, at, value, digits);
    return at + digits;
  }
  const high = Math.floor(value / NINE_DIGITS);
  const from = writeWhole(bytes, at, high);
  writeDigits(bytes, from, value - high * NINE_DIGITS, 9);
  return from + 9;
}

/** So many digits of a number below 10^9, zeros first. */
export function writeDigits(bytes: Uint8Array, from: number, value: number, digits: number): void {
  let rest = value | 0;
  for (let at = from + digits - 1; at >= from; at--) {
    const tenth = (rest / 10) | 0;
    bytes[at] = ZERO + rest - 10 * tenth;
    rest = tenth;
  }
}

function digitsOf(value: number): number {
  if (value < 1e4) return value < 1e2 ? (value < 1e1 ? 1 : 2) : value < 1e3 ? 3 : 4;
  if (value < 1e6) return value < 1e5 ? 5 : 6;
  return value < 1e8 ? (value < 1e7 ? 7 : 8) : 9;
}
