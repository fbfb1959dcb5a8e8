// Times of the API: unix seconds in any form that Go reads as a number, or RFC 3339 as leniently as Go reads that: a comma for the
// point, one digit for the hour, offsets up to 24:60. Source: the HTTP API page of Prometheus' documentation, pkg.go.dev/time

import { parseGoNumber } from './go-number.ts';

/** Earliest and latest time, unix milliseconds: those of JavaScript's dates, the year -271821 to 275760. */
export const MIN_TIME_MS = -8.64e15;
export const MAX_TIME_MS = 8.64e15;

/** How Prometheus' own clients write "from the beginning" and "to the end". */
const BOUNDARY_TIMES: Readonly<Record<string, number>> = {
  '-292273086-05-16T16:47:06Z': MIN_TIME_MS,
  '292277025-08-18T07:12:54.999999999Z': MAX_TIME_MS,
};
const RFC3339 = /^(\d{4}-\d\d-\d\d)T(\d\d?)(:\d\d:\d\d)(?:[.,](\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;
const MAX_OFFSET_HOURS = 24;
const MAX_OFFSET_MINUTES = 60;

/** Unix milliseconds, or undefined for what is no time. */
export function parseTimeMs(text: string): number | undefined {
  const seconds = parseGoNumber(text);
  const timeMs = seconds === undefined ? (BOUNDARY_TIMES[text] ?? parseRfc3339Ms(text)) : secondsToMs(seconds);
  return timeMs !== undefined && Math.abs(timeMs) <= MAX_TIME_MS ? timeMs : undefined;
}

/** Rounds the fraction alone, so that times far from 1970 lose nothing more. */
function secondsToMs(seconds: number): number {
  const whole = Math.trunc(seconds);
  return whole * 1000 + Math.sign(seconds) * Math.round(Math.abs(seconds - whole) * 1000);
}

function parseRfc3339Ms(text: string): number | undefined {
  const parts = RFC3339.exec(text);
  if (parts === null) return undefined;
  const [, date, hour = '', rest, fraction = '', sign = '+', offsetHours = '0', offsetMinutes = '0'] = parts;
  if (Number(offsetHours) > MAX_OFFSET_HOURS || Number(offsetMinutes) > MAX_OFFSET_MINUTES) return undefined;
  const local = `${date}T${hour.padStart(2, '0')}${rest}`;
  const localMs = Date.parse(`${local}Z`);
  // A day that its month does not have, and the hour 24, would be read as the next day.
  if (Number.isNaN(localMs) || !new Date(localMs).toISOString().startsWith(local)) return undefined;
  const offsetMs = (Number(offsetHours) * 60 + Number(offsetMinutes)) * 60_000;
  const wholeMs = localMs - (sign === '-' ? -offsetMs : offsetMs) + Number(fraction.slice(0, 3).padEnd(3, '0'));
  // Digits below the millisecond are cut off towards 1970, as Prometheus does.
  return wholeMs < 0 && /[1-9]/.test(fraction.slice(3)) ? wholeMs + 1 : wholeMs;
}
