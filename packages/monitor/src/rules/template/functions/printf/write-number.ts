// Numbers by the verbs of a format. A verb that a number has no form for is not written here: false says so.
// https://pkg.go.dev/fmt#hdr-Printing

import type { BoundedText } from '../call-context.ts';
import type { Flags } from './flags.ts';
import { FEWEST_DIGITS, type FloatFormat, floatText } from './float-text.ts';
import { addPadded, withoutZero } from './padding.ts';
import { quotedText } from './quoted-text.ts';

const BASES: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', O: '0o', x: '0x', X: '0X' };
const DEFAULT_PRECISION = 6;
const MAX_CHARACTER = 0x10ffffn;
const UNICODE_DIGITS = 4;
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

export function writeInteger(output: BoundedText, value: bigint, verb: string, flags: Flags): boolean {
  const base = BASES[verb];
  if (base !== undefined) writeDigits(output, value, base, verb, flags);
  else if (verb === 'c') addPadded(output, characterOf(value), flags);
  else if (verb === 'q') addPadded(output, quotedText(characterOf(value), "'", flags.plus === true), flags);
  else if (verb === 'U') addPadded(output, unicodeText(value, flags), withoutZero(flags));
  else return false;
  return true;
}

function writeDigits(output: BoundedText, value: bigint, base: number, verb: string, flags: Flags): void {
  const { precision } = flags;
  const isNegative = value < 0n;
  if (precision === 0 && value === 0n) {
    addPadded(output, '', withoutZero(flags));
    return;
  }
  let least = precision ?? 0;
  if (precision === undefined && flags.zero && !flags.minus && flags.width !== undefined) {
    least = flags.width - (isNegative || flags.plus || flags.space ? 1 : 0);
  }
  const lower = (isNegative ? -value : value).toString(base).padStart(least, '0');
  const digits = verb === 'X' ? lower.toUpperCase() : lower;
  const octal = flags.sharp && base === 8 && !digits.startsWith('0') ? '0' : '';
  const prefix = flags.sharp || verb === 'O' ? (PREFIXES[verb] ?? '') : '';
  const sign = isNegative ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  addPadded(output, sign + prefix + octal + digits, withoutZero(flags));
}

function characterOf(value: bigint): string {
  const isCharacter = value >= 0n && value <= MAX_CHARACTER && !(value >= 0xd800n && value < 0xe000n);
  return isCharacter ? String.fromCodePoint(Number(value)) : '\ufffd';
}

function unicodeText(value: bigint, flags: Flags): string {
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const code = `U+${digits.padStart(Math.max(flags.precision ?? 0, UNICODE_DIGITS), '0')}`;
  const isShown = flags.sharp && value >= 0n && value <= MAX_CHARACTER && PRINTABLE.test(characterOf(value));
  return isShown ? `${code} '${characterOf(value)}'` : code;
}

const FLOAT_FORMATS: Readonly<Record<string, readonly [FloatFormat, precision: number]>> = {
  v: ['g', FEWEST_DIGITS],
  b: ['b', FEWEST_DIGITS],
  g: ['g', FEWEST_DIGITS],
  G: ['G', FEWEST_DIGITS],
  x: ['x', FEWEST_DIGITS],
  X: ['X', FEWEST_DIGITS],
  f: ['f', DEFAULT_PRECISION],
  F: ['f', DEFAULT_PRECISION],
  e: ['e', DEFAULT_PRECISION],
  E: ['E', DEFAULT_PRECISION],
};

export function writeFloat(output: BoundedText, value: number, verb: string, flags: Flags): boolean {
  const found = FLOAT_FORMATS[verb];
  if (found === undefined) return false;
  const [format, defaultPrecision] = found;
  const precision = flags.precision ?? defaultPrecision;
  const written = floatText(value, format, precision);
  const hasSign = /^[-+]/.test(written);
  const unsigned = hasSign ? written.slice(1) : written;
  const sign = written.startsWith('-') ? '-' : flags.plus ? '+' : flags.space ? ' ' : '';
  if (!Number.isFinite(value)) {
    // Infinity always has a sign, which a space replaces.
    const shown = sign === '' && !Number.isNaN(value) ? '+' : sign;
    addPadded(output, shown + unsigned, withoutZero(flags));
    return true;
  }
  const digits = flags.sharp && format !== 'b' ? withPoint(unsigned, format, precision) : unsigned;
  if (sign !== '' && flags.zero && !flags.minus && flags.width !== undefined) {
    output.add(sign);
    addPadded(output, digits, { ...flags, width: flags.width - 1 });
  } else {
    addPadded(output, sign + digits, flags);
  }
  return true;
}

/** `%#`: there is always a point, and `g` keeps zeros at the end. */
function withPoint(unsigned: string, format: FloatFormat, precision: number): string {
  const isHexadecimal = format === 'x' || format === 'X';
  const tailAt = unsigned.search(isHexadecimal ? /[pP]/ : /[eE]/);
  const number = tailAt === -1 ? unsigned : unsigned.slice(0, tailAt);
  const tail = tailAt === -1 ? '' : unsigned.slice(tailAt);
  const counted = format === 'g' || format === 'G' || format === 'x';
  let missing = counted ? (precision === FEWEST_DIGITS ? DEFAULT_PRECISION : precision) : 0;
  missing -= number.replace('.', '').replace(/^0+/, '').length;
  const hasPoint = number.includes('.');
  if (!hasPoint && number === '0') missing--;
  return number + (hasPoint ? '' : '.') + '0'.repeat(Math.max(missing, 0)) + tail;
}

/** `(1+2i)`. */
export function writeComplex(
  output: BoundedText,
  parts: { readonly real: number; readonly imaginary: number },
  verb: string,
  flags: Flags,
): boolean {
  if (FLOAT_FORMATS[verb] === undefined) return false;
  output.add('(');
  writeFloat(output, parts.real, verb, flags);
  writeFloat(output, parts.imaginary, verb, { ...flags, plus: true });
  output.add('i)');
  return true;
}
