// Moments and durations as Go writes them. https://pkg.go.dev/time
// Moments are of UTC, in nanoseconds since 1970; durations are nanoseconds.

import type { TimeValue } from '../values.ts';

export const NANOSECONDS_PER_MILLISECOND = 1_000_000n;
export const NANOSECONDS_PER_SECOND = 1_000_000_000n;
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];

/** `1h2m3.5s`. */
export function durationText(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '0s';
  const sign = nanoseconds < 0n ? '-' : '';
  const magnitude = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  if (magnitude < 1000n) return `${sign}${magnitude}ns`;
  if (magnitude < NANOSECONDS_PER_MILLISECOND) return `${sign}${decimalText(magnitude, 3)}µs`;
  if (magnitude < NANOSECONDS_PER_SECOND) return `${sign}${decimalText(magnitude, 6)}ms`;
  const seconds = decimalText(magnitude % (60n * NANOSECONDS_PER_SECOND), 9);
  const minutes = magnitude / (60n * NANOSECONDS_PER_SECOND);
  if (minutes === 0n) return `${sign}${seconds}s`;
  return minutes < 60n ? `${sign}${minutes}m${seconds}s` : `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}s`;
}

/** With the point before so many digits, and no zeros at the end. */
function decimalText(value: bigint, fractionDigits: number): string {
  const digits = value.toString().padStart(fractionDigits + 1, '0');
  const fraction = digits.slice(-fractionDigits).replace(/0+$/, '');
  return digits.slice(0, -fractionDigits) + (fraction === '' ? '' : `.${fraction}`);
}

export interface Moment {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** From 0, Sunday. */
  readonly weekday: number;
  /** From 1. */
  readonly yearDay: number;
}

export function momentOf({ nanoseconds }: TimeValue): Moment {
  const nanosecond = ((nanoseconds % NANOSECONDS_PER_SECOND) + NANOSECONDS_PER_SECOND) % NANOSECONDS_PER_SECOND;
  const date = new Date(Number((nanoseconds - nanosecond) / NANOSECONDS_PER_MILLISECOND));
  const year = date.getUTCFullYear();
  const dayStart = Date.UTC(year, date.getUTCMonth(), date.getUTCDate());
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond: Number(nanosecond),
    weekday: date.getUTCDay(),
    yearDay: (dayStart - Date.UTC(year, 0, 1)) / 86_400_000 + 1,
  };
}

/** `2026-01-02 03:04:05.678 +0000 UTC`. */
export function momentText(time: TimeValue): string {
  const { year, month, day, hour, minute, second, nanosecond } = momentOf(time);
  const fraction = nanosecond === 0 ? '' : `.${digits(nanosecond, 9).replace(/0+$/, '')}`;
  const date = `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`;
  return `${date} ${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}${fraction} +0000 UTC`;
}

/** As Go's source has it. */
export function momentSource(time: TimeValue): string {
  const { year, month, day, hour, minute, second, nanosecond } = momentOf(time);
  return `time.Date(${year}, time.${MONTHS[month - 1]}, ${day}, ${hour}, ${minute}, ${second}, ${nanosecond}, time.UTC)`;
}

export function monthName(month: bigint): string {
  return MONTHS[Number(month) - 1] ?? `%!Month(${month})`;
}

export function weekdayName(weekday: bigint): string {
  return WEEKDAYS[Number(weekday)] ?? `%!Weekday(${weekday})`;
}

export function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
