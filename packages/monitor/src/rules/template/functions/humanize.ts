// Numbers for people, by Prometheus' rules: four significant digits and a prefix, a duration, a percentage, a moment.
// https://prometheus.io/docs/prometheus/latest/configuration/template_reference/#numbers

import { quoted } from '../../../promql/go-text.ts';
import { floatFrom, int64Of } from '../go-float.ts';
import { integer, NO_VALUE, type PointerValue, type TimeValue, text, unwrapped, type Value } from '../values.ts';
import { FEWEST_DIGITS, floatText } from './printf/float-text.ts';
import { CallError, type Functions, type Signature } from './signature.ts';
import { momentText, NANOSECONDS_PER_MILLISECOND } from './time-text.ts';

const SIGNIFICANT_DIGITS = 4;
const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const LARGE_BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];

export const HUMANIZE: Functions = {
  humanize: ofNumber((value) => text(humanized(value))),
  humanize1024: ofNumber((value) => text(humanizedBinary(value))),
  humanizeDuration: ofNumber((value) => text(humanizedDuration(value))),
  humanizePercentage: ofNumber((value) => text(`${fourDigits(value * 100)}%`)),
  humanizeTimestamp: ofNumber((value) =>
    text(Number.isFinite(value) ? momentText(momentAt(value)) : fourDigits(value)),
  ),
  toTime: ofNumber((value): PointerValue => {
    if (!Number.isFinite(value)) throw new CallError('value is NaN or Inf');
    return { kind: 'pointer', type: '*time.Time', to: momentAt(value) };
  }),
  toDuration: ofNumber((value): PointerValue => {
    return { kind: 'pointer', type: '*time.Duration', to: integer(int64Of(value * 1e9), 'time.Duration') };
  }),
};

function ofNumber(call: (value: number) => Value): Signature {
  return { parameters: ['interface {}'], call: ([value]) => call(numberOf(unwrapped(value ?? NO_VALUE))) };
}

function numberOf(value: Value): number {
  if (value.kind === 'float') return value.value;
  if (value.kind === 'text' && value.type === 'string') return numberFromText(value.value);
  if (value.kind === 'integer' && (value.type === 'int' || value.type === 'int64')) return Number(value.value);
  if (value.kind === 'integer' && value.type === 'time.Duration') return secondsOf(value.value);
  throw new CallError(`can't convert ${value.type} to float`);
}

function numberFromText(written: string): number {
  const value = floatFrom(written);
  const isInfinite = value !== undefined && !Number.isFinite(value) && /[0-9]/.test(written);
  if (value !== undefined && !isInfinite) return value;
  const reason = isInfinite ? 'value out of range' : 'invalid syntax';
  throw new CallError(`strconv.ParseFloat: parsing ${quoted(written)}: ${reason}`);
}

/** As Go divides them: whole seconds and the rest by itself. */
export function secondsOf(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9;
}

function fourDigits(value: number): string {
  return floatText(value, 'g', SIGNIFICANT_DIGITS);
}

function humanized(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return fourDigits(value);
  return Math.abs(value) >= 1 ? withLargePrefix(value, LARGE, 1000) : withSmallPrefix(value);
}

function humanizedBinary(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return fourDigits(value);
  return withLargePrefix(value, LARGE_BINARY, 1024);
}

function withLargePrefix(value: number, prefixes: readonly string[], base: number): string {
  let [rest, prefix] = [value, ''];
  for (const next of prefixes) {
    if (Math.abs(rest) < base) break;
    prefix = next;
    rest /= base;
  }
  return fourDigits(rest) + prefix;
}

function withSmallPrefix(value: number): string {
  let [rest, prefix] = [value, ''];
  for (const next of SMALL) {
    if (Math.abs(rest) >= 1) break;
    prefix = next;
    rest *= 1000;
  }
  return fourDigits(rest) + prefix;
}

function humanizedDuration(value: number): string {
  if (!Number.isFinite(value)) return fourDigits(value);
  if (value === 0) return `${fourDigits(value)}s`;
  if (Math.abs(value) < 1) return `${withSmallPrefix(value)}s`;
  const sign = value < 0 ? '-' : '';
  const whole = int64Of(Math.abs(value));
  const [seconds, minutes, hours] = [whole % 60n, (whole / 60n) % 60n, (whole / 3600n) % 24n];
  const days = whole / 86_400n;
  if (days !== 0n) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0n) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0n) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${fourDigits(Math.abs(value))}s`;
}

/** To the millisecond, as Prometheus keeps time. */
function momentAt(seconds: number): TimeValue {
  const nanoseconds = seconds * 1e9;
  if (nanoseconds > 2 ** 63 || nanoseconds < -(2 ** 63)) {
    const shown = floatText(seconds, 'g', FEWEST_DIGITS);
    throw new CallError(`${shown} cannot be represented as a nanoseconds timestamp since it overflows int64`);
  }
  const milliseconds = int64Of(nanoseconds) / NANOSECONDS_PER_MILLISECOND;
  return { kind: 'time', type: 'time.Time', nanoseconds: milliseconds * NANOSECONDS_PER_MILLISECOND };
}
