// Parts of a date in UTC, of a time in Unix seconds. Fractions of a second are cut off. A time beyond all 64-bit integers, or
// none at all, is the least of them, as Go converts it on x86; the calendar goes on without end in both directions.

const DAY_SECONDS = 86_400;
const CYCLE_DAYS = 146_097;
const CYCLE_YEARS = 400;
/** From 1 March 0000 to 1 January 1970. */
const EPOCH_DAYS = 719_468;
const LEAST_INTEGER = -(2n ** 63n);
/** Go counts seconds from 1 March of this year before ours on, as an unsigned integer: earlier ones come out at its far end. */
const FIRST_YEAR = 292_277_022_400;
const SECONDS_FROM_FIRST_YEAR =
  (BigInt(FIRST_YEAR / CYCLE_YEARS) * BigInt(CYCLE_DAYS) + BigInt(EPOCH_DAYS)) * BigInt(DAY_SECONDS);

interface Moment {
  /** Days since 1 March 0000. */
  readonly cycles: number;
  readonly dayOfCycle: number;
  readonly secondOfDay: number;
}

export function minuteOf(time: number): number {
  return Math.floor(momentOf(time).secondOfDay / 60) % 60;
}

export function hourOf(time: number): number {
  return Math.floor(momentOf(time).secondOfDay / 3600);
}

/** Sunday is 0. */
export function dayOfWeek(time: number): number {
  // 1 March 0000 was a Wednesday, and a cycle is a number of whole weeks.
  return (momentOf(time).dayOfCycle + 3) % 7;
}

export function dayOfMonth(time: number): number {
  return dateOf(momentOf(time)).day;
}

export function monthOf(time: number): number {
  return dateOf(momentOf(time)).month;
}

export function yearOf(time: number): number {
  return dateOf(momentOf(time)).year;
}

export function dayOfYear(time: number): number {
  const moment = momentOf(time);
  const { year, month } = dateOf(moment);
  const { dayFromMarch } = yearFromMarch(moment);
  if (month < 3) return dayFromMarch - 305;
  return dayFromMarch + (isLeap(year) ? 61 : 60);
}

export function daysInMonth(time: number): number {
  const { year, month } = dateOf(momentOf(time));
  if (month === 2) return isLeap(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function momentOf(time: number): Moment {
  const seconds = Math.trunc(time);
  if (!Number.isSafeInteger(seconds)) return distantMoment(time);
  const secondOfDay = positiveRemainder(seconds, DAY_SECONDS);
  const days = (seconds - secondOfDay) / DAY_SECONDS + EPOCH_DAYS;
  const dayOfCycle = positiveRemainder(days, CYCLE_DAYS);
  return { cycles: (days - dayOfCycle) / CYCLE_DAYS, dayOfCycle, secondOfDay };
}

function distantMoment(time: number): Moment {
  const isInteger = time >= -(2 ** 63) && time < 2 ** 63;
  const seconds = isInteger ? BigInt(Math.trunc(time)) : LEAST_INTEGER;
  const fromFirstYear = BigInt.asUintN(64, seconds + SECONDS_FROM_FIRST_YEAR);
  const days = fromFirstYear / BigInt(DAY_SECONDS);
  return {
    cycles: Number(days / BigInt(CYCLE_DAYS)) - FIRST_YEAR / CYCLE_YEARS,
    dayOfCycle: Number(days % BigInt(CYCLE_DAYS)),
    secondOfDay: Number(fromFirstYear % BigInt(DAY_SECONDS)),
  };
}

function positiveRemainder(value: number, divisor: number): number {
  const rest = value % divisor;
  return rest < 0 ? rest + divisor : rest + 0;
}

/** Years that begin in March, so that a leap day is their last. */
function yearFromMarch({ dayOfCycle }: Moment): { readonly yearOfCycle: number; readonly dayFromMarch: number } {
  const leapDays = Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / 146_096);
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
  const daysBefore = 365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100);
  return { yearOfCycle, dayFromMarch: dayOfCycle - daysBefore };
}

function dateOf(moment: Moment): { readonly year: number; readonly month: number; readonly day: number } {
  const { yearOfCycle, dayFromMarch } = yearFromMarch(moment);
  const monthFromMarch = Math.floor((5 * dayFromMarch + 2) / 153);
  const day = dayFromMarch - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  const year = moment.cycles * CYCLE_YEARS + yearOfCycle + (month < 3 ? 1 : 0);
  return { year, month, day };
}

function isLeap(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}
