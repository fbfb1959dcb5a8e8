// Values, times and text as Prometheus' JSON has them. A value is the shortest decimal that reads back as the same
// number; a time is unix seconds with no or exactly three decimals.

import { numberText } from '../../export/number-text.ts';

/** The text of a sample's value. */
export { apiNumberText as formatSample } from '../../export/number-text.ts';

/** Escapes of JSON, two of which its encoder for Go does not know. */
const SHORT_ESCAPES = /\\./g;
const LONG_ESCAPES: Readonly<Record<string, string>> = { '\\b': '\\u0008', '\\f': '\\u000c' };
const HTML_SENSITIVE = /[<>&\u2028\u2029]/g;

/** The text of a scalar, which Prometheus writes without an exponent: `1000000000000000000000` for 1e21. */
export function formatScalar(value: number): string {
  const text = numberText(value);
  return text.includes('e') ? withoutExponent(text) : text;
}

function withoutExponent(text: string): string {
  const [mantissa = '', exponentText = ''] = text.split('e');
  const sign = mantissa.startsWith('-') ? '-' : '';
  const [whole = '', fraction = ''] = mantissa.slice(sign.length).split('.');
  const digits = whole + fraction;
  const pointAt = whole.length + Number(exponentText);
  if (pointAt <= 0) return `${sign}0.${'0'.repeat(-pointAt)}${digits}`;
  // JavaScript writes an exponent from 1e21 on only, where the 17 digits there are at most end before the point.
  return `${sign}${digits.padEnd(pointAt, '0')}`;
}

/** The time of a sample of a vector or matrix: `1435781451.700`, `1435781451`. */
export function formatTime(timeMs: number): string {
  const absoluteMs = Math.abs(timeMs);
  const fractionMs = absoluteMs % 1000;
  const seconds = `${timeMs < 0 ? '-' : ''}${(absoluteMs - fractionMs) / 1000}`;
  return fractionMs === 0 ? seconds : `${seconds}.${String(fractionMs).padStart(3, '0')}`;
}

/** A JSON string, escaped also for pages that paste it into HTML, as Go's encoder does. */
export function quote(text: string): string {
  return quotePlain(text).replace(HTML_SENSITIVE, escapeCode);
}

/** A JSON string as Prometheus writes the names and values of labels: with no more escapes than JSON demands. */
export function quotePlain(text: string): string {
  const quoted = JSON.stringify(text);
  return quoted.includes('\\') ? quoted.replace(SHORT_ESCAPES, (found) => LONG_ESCAPES[found] ?? found) : quoted;
}

function escapeCode(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
