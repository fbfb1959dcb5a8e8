// Strings, characters and numbers as Go writes them. https://go.dev/ref/spec#Lexical_elements

import { quoted } from '../../../promql/go-text.ts';
import { floatFrom, int64Of, integerFrom, isInt64 } from '../go-float.ts';
import type { NumberLiteral } from './tree.ts';

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, '\\': 92 };
const NUMERIC_ESCAPE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})/y;
const MAX_UNSIGNED = 2n ** 64n - 1n;

/** What is wrong with a literal, in the words of Go. */
export class LiteralError extends Error {}

/** Bytes that are no UTF-8 become replacement characters. @throws {LiteralError} */
export function stringFrom(literal: string): string {
  const body = literal.slice(1, -1);
  if (literal.startsWith('`')) return body.replaceAll('\r', '');
  if (!body.includes('\\')) return body;
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const read = readCharacter(body, at, '"');
    parts.push(read.isByte ? Buffer.of(read.code) : Buffer.from(String.fromCodePoint(read.code)));
    at = read.end;
  }
  return Buffer.concat(parts).toString();
}

/** @throws {LiteralError} */
export function characterFrom(literal: string): NumberLiteral {
  const body = literal.slice(1);
  const { code, end } = readCharacter(body, 0, "'");
  if (body.slice(end) !== "'") throw new LiteralError(`malformed character constant: ${literal}`);
  return { integer: BigInt(code), isUnsigned: true, float: code };
}

interface ReadCharacter {
  readonly code: number;
  /** Not a character: `\xff`, `\377`. */
  readonly isByte: boolean;
  readonly end: number;
}

function readCharacter(text: string, at: number, quote: string): ReadCharacter {
  const character = text[at]!;
  if (character === quote) throw new LiteralError('invalid syntax');
  if (character !== '\\') {
    const code = text.codePointAt(at)!;
    return { code, isByte: false, end: at + (code > 0xffff ? 2 : 1) };
  }
  const letter = text[at + 1] ?? '';
  if (letter === quote) return { code: quote.charCodeAt(0), isByte: false, end: at + 2 };
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { code: simple, isByte: false, end: at + 2 };
  NUMERIC_ESCAPE.lastIndex = at + 1;
  const [, byte, short, long, octal] = NUMERIC_ESCAPE.exec(text) ?? [];
  const digits = byte ?? short ?? long ?? octal;
  const code = digits === undefined ? -1 : Number.parseInt(digits, octal === undefined ? 16 : 8);
  const isByte = byte !== undefined || octal !== undefined;
  const isValid = isByte ? code <= 0xff : code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code < 0xe000);
  if (!isValid) throw new LiteralError('invalid syntax');
  return { code, isByte, end: NUMERIC_ESCAPE.lastIndex };
}

/** @throws {LiteralError} */
export function numberFrom(text: string): NumberLiteral {
  const imaginary = text.endsWith('i') ? floatFrom(text.slice(0, -1)) : undefined;
  if (imaginary !== undefined) return complexNumber(0, imaginary);
  const whole = integerFrom(text);
  const isUnsigned =
    whole !== undefined && (whole === 0n || /^[0-9]/.test(text)) && whole >= 0n && whole <= MAX_UNSIGNED;
  if (whole !== undefined && isInt64(whole)) return { integer: whole, isUnsigned, float: Number(whole) };
  if (isUnsigned) return { isUnsigned, float: Number(whole) };
  const float = floatFrom(text);
  if (float === undefined || !Number.isFinite(float)) throw new LiteralError(`illegal number syntax: ${quoted(text)}`);
  if (!/[.eEpP]/.test(text)) throw new LiteralError(`integer overflow: ${quoted(text)}`);
  return realNumber(float);
}

/** Of two signed parts. @throws {LiteralError} */
export function complexFrom(text: string): NumberLiteral {
  const split = text.slice(1).search(/(?<![eEpP])[-+]/) + 1;
  const real = floatFrom(text.slice(0, split));
  const imaginary = floatFrom(text.slice(split, -1));
  if (real === undefined || imaginary === undefined) throw new LiteralError('syntax error scanning complex number');
  return complexNumber(real, imaginary);
}

function complexNumber(real: number, imaginary: number): NumberLiteral {
  return { ...(imaginary === 0 && realNumber(real)), complex: { real, imaginary } };
}

function realNumber(float: number): NumberLiteral {
  const integer = int64Of(float);
  const isUnsigned = Number.isInteger(float) && float >= 0 && float < 2 ** 64;
  return { float, ...(Number(integer) === float && { integer }), isUnsigned };
}
