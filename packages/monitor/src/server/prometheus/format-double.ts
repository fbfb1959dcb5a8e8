// The shortest decimal that reads back as the same double, as bytes, for values from 10^-6 to 10^15, most of what is ever answered:
// in half the time of the general search. A value is brought to 15 digits before the point by a power of ten, exactly, as
// the sum of two doubles (T. J. Dekker, A floating-point technique for extending the available precision, 1971). All that
// lies nearer to it there than half the distance to the next double reads back as it, so the nearest whole, tenth or hundredth that
// does is the shortest text. Invariant: what rounding could decide is not decided here.

import { writeDigits } from './format-digits.ts';

export const DOUBLE_MIN = 1e-6;
export const DOUBLE_MAX = 1e15;

const DIGITS = 15;
const SCALED_MIN = 1e14;
/** What comes nearer than this to a limit is undecided; the arithmetic errs a thousandth of it at most. */
const DOUBT = 1e-9;
const NINE_DIGITS = 1e9;
const [ZERO, POINT] = [48, 46];

const POWERS_MAX = 20;
const POWERS = Float64Array.from({ length: POWERS_MAX + 1 }, (_, exponent) => Number(`1e${exponent}`));
const POWERS_HIGH = POWERS.map(highHalfOf);
const POWERS_LOW = POWERS.map((power, at) => power - POWERS_HIGH[at]!);
/** By the exponent of a double, as its bits have it: by which power the least such double has 15 digits; half the distance to the next. */
const EXPONENTS = 2048;
const BIAS = 1023;
const POWER_OF = Uint8Array.from({ length: EXPONENTS }, (_, exponent) => powerOf(2 ** (exponent - BIAS)));
const HALF_GAP_OF = Float64Array.from({ length: EXPONENTS }, (_, exponent) => 2 ** (exponent - BIAS - 53));

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
const [LOW_WORD, HIGH_WORD] = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1 ? [0, 1] : [1, 0];

/** A value from `DOUBLE_MIN` and below `DOUBLE_MAX`. Gives the place behind it, or -1 when another way has to be taken. */
export function writeDouble(bytes: Uint8Array, at: number, value: number): number {
  double[0] = value;
  const highWord = words[HIGH_WORD]!;
  // Below a power of two doubles are nearer to each other than above.
  if ((highWord & 0xf_ffff) === 0 && words[LOW_WORD] === 0) return -1;
  const exponent = highWord >>> 20;
  let power = POWER_OF[exponent]!;
  if (value * POWERS[power]! >= DOUBLE_MAX) power--;
  const by = POWERS[power]!;
  const scaled = value * by;
  const high = highHalfOf(value);
  const low = value - high;
  const [byHigh, byLow] = [POWERS_HIGH[power]!, POWERS_LOW[power]!];
  const error = high * byHigh - scaled + high * byLow + low * byHigh + low * byLow;
  const whole = Math.floor(scaled);
  const rest = scaled - whole + error;
  const halfGap = HALF_GAP_OF[exponent]! * by;
  for (let extra = 0, parts = 1; extra <= 2; extra++, parts *= 10) {
    const nearest = Math.floor(rest * parts + 0.5);
    const distance = Math.abs(rest - nearest / parts);
    if (Math.abs(distance - halfGap) < DOUBT || Math.abs(distance - 0.5 / parts) < DOUBT) return -1;
    if (distance > halfGap) continue;
    if (extra === 0) return writeScaled(bytes, at, whole + nearest, power, 0, 0);
    return nearest < 0 || nearest >= parts ? -1 : writeScaled(bytes, at, whole, power, nearest, extra);
  }
  return -1;
}

/** `whole` of 15 digits and so many further ones, divided by ten to the power. */
function writeScaled(
  bytes: Uint8Array,
  at: number,
  whole: number,
  power: number,
  further: number,
  furtherDigits: number,
): number {
  if (whole < SCALED_MIN || whole >= DOUBLE_MAX) return -1;
  const wholeDigits = DIGITS - power;
  let from = at;
  if (wholeDigits <= 0) {
    bytes[from++] = ZERO;
    bytes[from++] = POINT;
    for (let zeros = wholeDigits; zeros < 0; zeros++) bytes[from++] = ZERO;
  } else {
    from++;
  }
  const upper = Math.floor(whole / NINE_DIGITS);
  writeDigits(bytes, from, upper, 6);
  writeDigits(bytes, from + 6, whole - upper * NINE_DIGITS, 9);
  let end = from + DIGITS;
  if (furtherDigits > 0) {
    writeDigits(bytes, end, further, furtherDigits);
    end += furtherDigits;
  }
  if (wholeDigits > 0) {
    for (let digit = 0; digit < wholeDigits; digit++) bytes[at + digit] = bytes[from + digit]!;
    bytes[at + wholeDigits] = POINT;
  }
  while (bytes[end - 1] === ZERO) end--;
  return bytes[end - 1] === POINT ? end - 1 : end;
}

/** The upper 26 bits of a double's 53, so that a product of two such halves is exact. */
function highHalfOf(value: number): number {
  const spread = 134_217_729 * value;
  return spread - (spread - value);
}

function powerOf(least: number): number {
  if (least < DOUBLE_MIN / 2 || least >= DOUBLE_MAX) return 0;
  let power = 0;
  while (power < POWERS_MAX && least * POWERS[power]! < SCALED_MIN) power++;
  return power;
}
