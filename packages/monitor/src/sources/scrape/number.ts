// Reads the numbers of an exposition: what Go's ParseFloat takes, without hexadecimal floats and underscores, as
// Prometheus. Invariant: every result is the correctly rounded one. Up to 2^53 the digits are an exact integer, and
// scaling it by an exact power of ten rounds once (Clinger 1990); everything else is left to `Number`.

import { isBlank, type LineCursor } from './line-cursor.ts';

const EXACT_POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
const LARGEST_EXACT_POWER = EXACT_POWERS_OF_TEN.length - 1;
const LONGEST_NUMBER_BYTES = 1024;
const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LOWER = 0x20;
const LETTER_E = 0x65;

/** @throws {ExpositionError} where the cursor stands on no number; `what` names it in the message. */
export function readNumber(cursor: LineCursor, what: string): number {
  const { body, end } = cursor;
  const start = cursor.position;
  let at = start;
  let byte = at < end ? body[at]! : 0;
  const negative = byte === MINUS;
  if (negative || byte === PLUS) at++;

  const digitsStart = at;
  let mantissa = 0;
  let digit: number;
  while (at < end && (digit = body[at]! - 0x30) >= 0 && digit <= 9) {
    mantissa = mantissa * 10 + digit;
    at++;
  }
  let digits = at - digitsStart;
  let exponent = 0;
  if (at < end && body[at] === POINT) {
    const fractionStart = ++at;
    while (at < end && (digit = body[at]! - 0x30) >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      at++;
    }
    exponent = fractionStart - at;
    digits -= exponent;
  }
  if (digits === 0) return readSpecial(cursor, what);
  byte = at < end ? body[at]! : 0;
  if ((byte | LOWER) === LETTER_E) {
    const afterLetter = at + 1;
    at = endOfExponent(cursor, afterLetter);
    if (at === afterLetter || body[at - 1]! < 0x30) failNumber(cursor, what);
    exponent += Number(body.toString('latin1', afterLetter, at));
  }
  if (at < end && !isBlank(body[at]!)) failNumber(cursor, what);
  cursor.position = at;
  if (mantissa <= Number.MAX_SAFE_INTEGER && exponent >= -LARGEST_EXACT_POWER && exponent <= LARGEST_EXACT_POWER) {
    if (exponent < 0) mantissa /= EXACT_POWERS_OF_TEN[-exponent]!;
    else if (exponent > 0) mantissa *= EXACT_POWERS_OF_TEN[exponent]!;
    return negative ? -mantissa : mantissa;
  }
  return readLong(cursor, start, what);
}

function endOfExponent(cursor: LineCursor, start: number): number {
  const { body, end } = cursor;
  let at = start;
  if (at < end && (body[at] === MINUS || body[at] === PLUS)) at++;
  while (at < end && body[at]! >= 0x30 && body[at]! <= 0x39) at++;
  return at;
}

function readLong(cursor: LineCursor, start: number, what: string): number {
  const text = cursor.body.toString('latin1', start, cursor.position);
  if (text.length > LONGEST_NUMBER_BYTES) {
    cursor.fail(`${what} is ${text.length} characters long, at most ${LONGEST_NUMBER_BYTES} are read`, start);
  }
  const value = Number(text);
  if (Number.isNaN(value)) failNumber(cursor, what, start);
  if (!Number.isFinite(value)) cursor.fail(`${what} ${text} is too large for a 64-bit float`, start);
  return value;
}

function readSpecial(cursor: LineCursor, what: string): number {
  const start = cursor.position;
  let at = start;
  while (at < cursor.end && !isBlank(cursor.body[at]!) && at - start <= 10) at++;
  const word = cursor.body.toString('latin1', start, at).toLowerCase();
  const value = SPECIAL_NUMBERS.get(word);
  if (value === undefined) return failNumber(cursor, what);
  cursor.position = at;
  return value;
}

const SPECIAL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ['nan', Number.NaN],
  ['inf', Number.POSITIVE_INFINITY],
  ['+inf', Number.POSITIVE_INFINITY],
  ['-inf', Number.NEGATIVE_INFINITY],
  ['infinity', Number.POSITIVE_INFINITY],
  ['+infinity', Number.POSITIVE_INFINITY],
  ['-infinity', Number.NEGATIVE_INFINITY],
]);

function failNumber(cursor: LineCursor, what: string, start: number = cursor.position): never {
  let at = start;
  while (at < cursor.end && !isBlank(cursor.body[at]!)) at++;
  if (at === start) return cursor.fail(`${what} is missing`, start);
  const shown = cursor.body.toString('utf8', start, Math.min(at, start + 40));
  return cursor.fail(`${what} ${JSON.stringify(shown)} is no number`, start);
}
