// The texts of `formatTime` and `formatSample` as bytes at a place in a buffer, for the many numbers of a matrix. Invariant: the
// bytes are those of the texts.

import { formatSample } from './format.ts';
import { writeDigits, writeWhole } from './format-digits.ts';
import { DOUBLE_MAX, DOUBLE_MIN, writeDouble } from './format-double.ts';

/** The most bytes of a time: a sign, 13 digits of seconds, a point, three more. */
export const TIME_BYTES_MAX = 18;
/** The most bytes of a value, `-0.0000012345678901234567`. */
export const VALUE_BYTES_MAX = 25;

const [MINUS, POINT] = [45, 46];

/** Whole milliseconds as seconds. Gives the place behind them. */
export function writeTime(bytes: Uint8Array, at: number, timeMs: number): number {
  let to = at;
  if (timeMs < 0) bytes[to++] = MINUS;
  const absoluteMs = Math.abs(timeMs);
  const seconds = Math.floor(absoluteMs / 1000);
  to = writeWhole(bytes, to, seconds);
  const fractionMs = absoluteMs - seconds * 1000;
  if (fractionMs === 0) return to;
  bytes[to] = POINT;
  writeDigits(bytes, to + 1, fractionMs, 3);
  return to + 4;
}

/** Gives the place behind the value. */
export function writeValue(bytes: Uint8Array, at: number, value: number): number {
  const absolute = Math.abs(value);
  if (absolute < DOUBLE_MAX) {
    let to = at;
    if (value < 0 || Object.is(value, -0)) bytes[to++] = MINUS;
    if (Math.floor(absolute) === absolute) return writeWhole(bytes, to, absolute);
    if (absolute >= DOUBLE_MIN) {
      const end = writeDouble(bytes, to, absolute);
      if (end >= 0) return end;
    }
  }
  return writeText(bytes, at, formatSample(value));
}

function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index);
  return at + text.length;
}
