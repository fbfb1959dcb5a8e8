// Methods of moments, durations, months and weekdays, which `toTime` and `toDuration` lead to.
// https://pkg.go.dev/time

import { bool, float, type IntegerValue, integer, type TimeValue, text, type Value } from '../values.ts';
import { secondsOf } from './humanize.ts';
import { momentLayout } from './moment-layout.ts';
import { type Signature, textArgument } from './signature.ts';
import {
  durationText,
  momentOf,
  momentSource,
  momentText,
  monthName,
  NANOSECONDS_PER_MILLISECOND,
  NANOSECONDS_PER_SECOND,
  weekdayName,
} from './time-text.ts';

/** Undefined where the value has none of that name. */
export function methodOf(of: Value, name: string): Signature | undefined {
  const value = of.kind === 'pointer' ? of.to : of;
  if (value?.kind === 'time') return own(MOMENT_METHODS, name)?.(value);
  if (value?.kind !== 'integer') return undefined;
  switch (value.type) {
    case 'time.Duration':
      return own(DURATION_METHODS, name)?.(value.value);
    case 'time.Month':
      return name === 'String' ? giving(() => text(monthName(value.value))) : undefined;
    case 'time.Weekday':
      return name === 'String' ? giving(() => text(weekdayName(value.value))) : undefined;
    default:
      return undefined;
  }
}

function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function giving(call: () => Value): Signature {
  return { parameters: [], call };
}

type MomentMethods = Readonly<Record<string, (time: TimeValue) => Signature>>;

const YEAR_ONE_SECONDS = 62_135_596_800n;

const MOMENT_METHODS: MomentMethods = {
  String: (time) => giving(() => text(momentText(time))),
  GoString: (time) => giving(() => text(momentSource(time))),
  Format: (time) => ({ parameters: ['string'], call: (values) => text(momentLayout(time, textArgument(values, 0))) }),
  Unix: (time) => giving(() => integer(floorDivided(time.nanoseconds, NANOSECONDS_PER_SECOND), 'int64')),
  UnixMilli: (time) => giving(() => integer(floorDivided(time.nanoseconds, NANOSECONDS_PER_MILLISECOND), 'int64')),
  UnixMicro: (time) => giving(() => integer(floorDivided(time.nanoseconds, 1000n), 'int64')),
  UnixNano: (time) => giving(() => integer(time.nanoseconds, 'int64')),
  Year: (time) => giving(() => integer(momentOf(time).year)),
  Month: (time) => giving(() => integer(momentOf(time).month, 'time.Month')),
  Day: (time) => giving(() => integer(momentOf(time).day)),
  YearDay: (time) => giving(() => integer(momentOf(time).yearDay)),
  Weekday: (time) => giving(() => integer(momentOf(time).weekday, 'time.Weekday')),
  Hour: (time) => giving(() => integer(momentOf(time).hour)),
  Minute: (time) => giving(() => integer(momentOf(time).minute)),
  Second: (time) => giving(() => integer(momentOf(time).second)),
  Nanosecond: (time) => giving(() => integer(momentOf(time).nanosecond)),
  UTC: (time) => giving(() => time),
  IsZero: (time) => giving(() => bool(time.nanoseconds === -YEAR_ONE_SECONDS * NANOSECONDS_PER_SECOND)),
  Add: (time) => ({
    parameters: ['time.Duration'],
    call: ([duration]) => moved(time, time.nanoseconds + integerArgument(duration)),
  }),
  AddDate: (time) => ({
    parameters: ['int', 'int', 'int'],
    call: ([years, months, days]) => movedByDate(time, years, months, days),
  }),
  Truncate: (time) => ({
    parameters: ['time.Duration'],
    call: ([duration]) => moved(time, time.nanoseconds - sinceYearOne(time, integerArgument(duration))),
  }),
  Sub: (time) => ({
    parameters: ['time.Time'],
    call: ([other]) => integer(time.nanoseconds - momentArgument(other), 'time.Duration'),
  }),
  Before: (time) => comparing((other) => time.nanoseconds < other),
  After: (time) => comparing((other) => time.nanoseconds > other),
  Equal: (time) => comparing((other) => time.nanoseconds === other),
};

function comparing(by: (other: bigint) => boolean): Signature {
  return { parameters: ['time.Time'], call: ([other]) => bool(by(momentArgument(other))) };
}

function moved(time: TimeValue, nanoseconds: bigint): TimeValue {
  return { ...time, nanoseconds };
}

function movedByDate(time: TimeValue, ...by: (Value | undefined)[]): TimeValue {
  const { year, month, day } = momentOf(time);
  const [years = 0, months = 0, days = 0] = by.map((value) => Number(integerArgument(value)));
  const fromMs = Date.UTC(year, month - 1, day);
  const toMs = Date.UTC(year + years, month - 1 + months, day + days);
  if (Number.isNaN(toMs)) return time;
  return moved(time, time.nanoseconds + BigInt(toMs - fromMs) * NANOSECONDS_PER_MILLISECOND);
}

/** What is left over of the whole durations since the year 1. */
function sinceYearOne({ nanoseconds }: TimeValue, duration: bigint): bigint {
  return duration <= 0n ? 0n : (nanoseconds + YEAR_ONE_SECONDS * NANOSECONDS_PER_SECOND) % duration;
}

const DURATION_METHODS: Readonly<Record<string, (duration: bigint) => Signature>> = {
  String: (duration) => giving(() => text(durationText(duration))),
  Hours: (duration) => giving(() => float(divided(duration, 3600n * NANOSECONDS_PER_SECOND))),
  Minutes: (duration) => giving(() => float(divided(duration, 60n * NANOSECONDS_PER_SECOND))),
  Seconds: (duration) => giving(() => float(secondsOf(duration))),
  Milliseconds: (duration) => giving(() => integer(duration / NANOSECONDS_PER_MILLISECOND, 'int64')),
  Microseconds: (duration) => giving(() => integer(duration / 1000n, 'int64')),
  Nanoseconds: (duration) => giving(() => integer(duration, 'int64')),
  Abs: (duration) => giving(() => durationValue(duration < 0n ? -duration : duration)),
  Truncate: (duration) => ({
    parameters: ['time.Duration'],
    call: ([to]) => durationValue(truncated(duration, integerArgument(to))),
  }),
  Round: (duration) => ({
    parameters: ['time.Duration'],
    call: ([to]) => durationValue(rounded(duration, integerArgument(to))),
  }),
};

function durationValue(nanoseconds: bigint): IntegerValue {
  return integer(nanoseconds, 'time.Duration');
}

function divided(duration: bigint, by: bigint): number {
  return Number(duration / by) + Number(duration % by) / Number(by);
}

function floorDivided(value: bigint, by: bigint): bigint {
  return value % by < 0n ? value / by - 1n : value / by;
}

function truncated(duration: bigint, to: bigint): bigint {
  return to <= 0n ? duration : duration - (duration % to);
}

/** Halves away from zero. */
function rounded(duration: bigint, to: bigint): bigint {
  if (to <= 0n) return duration;
  const rest = duration % to;
  const magnitude = rest < 0n ? -rest : rest;
  if (magnitude * 2n < to) return duration - rest;
  return duration < 0n ? duration + magnitude - to : duration - rest + to;
}

function integerArgument(value: Value | undefined): bigint {
  if (value?.kind !== 'integer') throw new TypeError('the argument is no whole number');
  return value.value;
}

function momentArgument(value: Value | undefined): bigint {
  if (value?.kind !== 'time') throw new TypeError('the argument is no moment');
  return value.nanoseconds;
}
