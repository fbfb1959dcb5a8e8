// Writes a moment after the pattern of Go's reference time, `2006-01-02 15:04:05`. https://pkg.go.dev/time#Layout

import type { TimeValue } from '../values.ts';
import { digits, type Moment, momentOf, monthName, weekdayName } from './time-text.ts';

const PART =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|_2006|__2|_2|3|4|5|PM|pm|[-Z]07(?::00:00|0000|:00|00)?|[.,](?:0+|9+)(?![0-9])/g;
const HALF_DAY = 12;

export function momentLayout(time: TimeValue, layout: string): string {
  const moment = momentOf(time);
  return layout.replaceAll(PART, (part) => PARTS[part]?.(moment) ?? otherPart(part, moment));
}

const PARTS: Readonly<Record<string, (moment: Moment) => string>> = {
  January: ({ month }) => monthName(BigInt(month)),
  Jan: ({ month }) => monthName(BigInt(month)).slice(0, 3),
  Monday: ({ weekday }) => weekdayName(BigInt(weekday)),
  Mon: ({ weekday }) => weekdayName(BigInt(weekday)).slice(0, 3),
  MST: () => 'UTC',
  1: ({ month }) => String(month),
  '01': ({ month }) => digits(month, 2),
  2: ({ day }) => String(day),
  '02': ({ day }) => digits(day, 2),
  _2: ({ day }) => String(day).padStart(2),
  '002': ({ yearDay }) => digits(yearDay, 3),
  __2: ({ yearDay }) => String(yearDay).padStart(3),
  15: ({ hour }) => digits(hour, 2),
  3: ({ hour }) => String(hour % HALF_DAY || HALF_DAY),
  '03': ({ hour }) => digits(hour % HALF_DAY || HALF_DAY, 2),
  4: ({ minute }) => String(minute),
  '04': ({ minute }) => digits(minute, 2),
  5: ({ second }) => String(second),
  '05': ({ second }) => digits(second, 2),
  2006: ({ year }) => digits(year, 4),
  _2006: ({ year }) => `_${digits(year, 4)}`,
  '06': ({ year }) => digits(year % 100, 2),
  PM: ({ hour }) => (hour >= HALF_DAY ? 'PM' : 'AM'),
  pm: ({ hour }) => (hour >= HALF_DAY ? 'pm' : 'am'),
};

/** The zone, which is that of UTC, or a part of a second. */
function otherPart(part: string, { nanosecond }: Moment): string {
  if (part.startsWith('Z')) return 'Z';
  if (part.startsWith('-')) return part.replace('-', '+').replace('7', '0');
  const fraction = digits(nanosecond, 9)
    .slice(0, part.length - 1)
    .padEnd(part.length - 1, '0');
  if (part[1] === '0') return part[0] + fraction;
  const shorter = fraction.replace(/0+$/, '');
  return shorter === '' ? '' : part[0] + shorter;
}
