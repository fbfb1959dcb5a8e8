// Numbers and strings as Prometheus reads them, which is as Go writes them.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#string-literals

import { parseDurationMs } from '../../model/duration.ts';

/** The largest octal or hexadecimal number. Of octal ones, Go reads what is larger as decimal. */
const MAX_WHOLE_NUMBER = 2n ** 63n - 1n;
/** A number or a duration where one starts; the forms that are none are refused before. */
export const NUMBER_TOKEN = /(?:[0-9]|\.[0-9])(?:[0-9_.]*[eE][+-](?=[0-9]))?[0-9A-Za-z_.]*/y;
const UNITS = new Set(['y', 'w', 'd', 'h', 'm', 's', 'ms']);
/** Durations are signed 64-bit nanoseconds. */
const MAX_DURATION_MS = 9_223_372_036_854;
const DURATION_UNIT = /^[0-9]+[smhdwy]/;

/**
 * The value of a number without a sign: decimal, exponent, hexadecimal, `_` between digits, `Inf`, `NaN`, or a duration
 * (its seconds). A leading zero makes whole numbers octal where all digits allow it, as in Go and so in Prometheus.
 * @throws {LiteralError}
 */
export function numberValue(text: string): number {
  const lower = text.toLowerCase();
  if (lower === 'inf') return Infinity;
  if (lower === 'nan') return NaN;
  if (DURATION_UNIT.test(text)) return durationSeconds(text);
  const digits = lower.replaceAll('_', '');
  const octal = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : undefined;
  if (octal !== undefined && octal <= MAX_WHOLE_NUMBER) return Number(octal);
  const isTooLarge = digits.startsWith('0x') ? BigInt(digits) > MAX_WHOLE_NUMBER : Number(digits) === Infinity;
  if (isTooLarge) throw new LiteralError(0, `the number ${text.slice(0, 60)} is out of range`);
  return Number(digits);
}

/** Whether a number is written as a duration, such as `5m`. */
export function isDurationText(text: string): boolean {
  return DURATION_UNIT.test(text);
}

function durationSeconds(text: string): number {
  const unknown = text.match(/[a-z]+/g)!.find((unit) => !UNITS.has(unit));
  if (unknown !== undefined) throw new LiteralError(0, `unknown unit "${unknown}" in duration "${text.slice(0, 60)}"`);
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined && durationMs <= MAX_DURATION_MS) return durationMs / 1000;
  const isOrdered = /^(?:\d+y)?(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/.test(text);
  throw new LiteralError(
    0,
    isOrdered ? 'duration out of range' : `not a valid duration string: "${text.slice(0, 60)}"`,
  );
}

/** What is wrong with a literal, and where in it. */
export class LiteralError extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
};
const NUMERIC_ESCAPES: readonly { readonly form: RegExp; readonly base: number; readonly isByte: boolean }[] = [
  { form: /x([0-9a-fA-F]{2})/y, base: 16, isByte: true },
  { form: /([0-7]{3})/y, base: 8, isByte: true },
  { form: /u([0-9a-fA-F]{4})/y, base: 16, isByte: false },
  { form: /U([0-9a-fA-F]{8})/y, base: 16, isByte: false },
];

/**
 * The value of a quoted string. Escapes may make single bytes, so it is put together as bytes and must be UTF-8 whole.
 * @throws {LiteralError}
 */
export function stringValue(quoted: string): string {
  const quote = quoted[0]!;
  if (quoted.length < 2 || !endsWithQuote(quoted, quote)) throw new LiteralError(0, 'unterminated quoted string');
  const body = quoted.slice(1, -1);
  if (quote === '`' || !body.includes('\\')) return body;
  const parts: Buffer[] = [];
  let index = 0;
  while (index < body.length) {
    const backslash = body.indexOf('\\', index);
    const plainEnd = backslash === -1 ? body.length : backslash;
    parts.push(Buffer.from(body.slice(index, plainEnd)));
    if (backslash === -1) break;
    const escaped = readEscape(body, backslash + 1, quote);
    parts.push(escaped.bytes);
    index = escaped.end;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(parts));
  } catch {
    throw new LiteralError(0, 'the escapes of this string do not make valid UTF-8');
  }
}

function endsWithQuote(quoted: string, quote: string): boolean {
  if (!quoted.endsWith(quote)) return false;
  if (quote === '`') return true;
  let backslashes = 0;
  while (quoted[quoted.length - 2 - backslashes] === '\\') backslashes++;
  return backslashes % 2 === 0;
}

function readEscape(body: string, start: number, quote: string): { bytes: Buffer; end: number } {
  const letter = body[start]!;
  if (letter === quote) return { bytes: Buffer.from(quote), end: start + 1 };
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { bytes: Buffer.from([simple]), end: start + 1 };
  for (const { form, base, isByte } of NUMERIC_ESCAPES) {
    form.lastIndex = start;
    const match = form.exec(body);
    if (match === null) continue;
    const code = Number.parseInt(match[1]!, base);
    if (isByte ? code > 0xff : code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      throw new LiteralError(0, 'escape sequence is an invalid Unicode code point');
    }
    return { bytes: isByte ? Buffer.from([code]) : Buffer.from(String.fromCodePoint(code)), end: form.lastIndex };
  }
  const cut = /^(?:x[0-9a-fA-F]?|u[0-9a-fA-F]{0,3}|U[0-9a-fA-F]{0,7}|[0-7]{1,2})/.exec(body.slice(start))?.[0];
  if (cut === undefined) throw new LiteralError(0, `unknown escape sequence ${describedCharacter(body, start)}`);
  const wrong = start + cut.length;
  const after = wrong < body.length ? describedCharacter(body, wrong) : describedCharacter(quote, 0);
  throw new LiteralError(0, `illegal character ${after} in escape sequence`);
}

/** `U+0071 'q'`. */
function describedCharacter(text: string, index: number): string {
  const code = text.codePointAt(index)!;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')} '${String.fromCodePoint(code)}'`;
}
