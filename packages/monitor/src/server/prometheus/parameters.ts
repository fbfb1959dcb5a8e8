// The parameters of the Prometheus API, from the address and, in a POST, from the form: the form comes first. Times are
// RFC 3339 or unix seconds, durations Prometheus' own or seconds. Everything comes out in whole milliseconds.
// Source: the HTTP API page of Prometheus' documentation.

import type { FastifyRequest } from 'fastify';
import { parseDurationMs } from '../../model/duration.ts';
import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import { ExpressionSizes } from '../../promql/expression-sizes.ts';
import { parseSelector } from '../../promql/selector.ts';
import { ApiError, apiErrorOf, invalidParameter } from './error.ts';

/** Earliest and latest time, unix milliseconds: those of JavaScript's dates, the year -271821 to 275760. */
export const MIN_TIME_MS = -8.64e15;
export const MAX_TIME_MS = 8.64e15;

/** How Prometheus' own clients write "from the beginning" and "to the end". */
const BOUNDARY_TIMES: Readonly<Record<string, number>> = {
  '-292273086-05-16T16:47:06Z': MIN_TIME_MS,
  '292277025-08-18T07:12:54.999999999Z': MAX_TIME_MS,
};

/** The longest duration that Prometheus' clock counts, in nanoseconds of 64 bits. */
const MAX_DURATION_MS = 2 ** 63 / 1e6;
const INT64_MAX = 2n ** 63n - 1n;
/** What Go's ParseBool takes. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true'].map((text) => [text, true] as const),
  ...['0', 'f', 'false'].map((text) => [text, false] as const),
]);

const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const WHOLE = /^[+-]?\d+$/;
const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

export class Parameters {
  readonly #sources: readonly Readonly<Record<string, unknown>>[];
  readonly #address: unknown;

  constructor(request: FastifyRequest) {
    this.#address = request.query;
    this.#sources = [request.body, request.query].filter(
      (source) => typeof source === 'object' && source !== null,
    ) as Record<string, unknown>[];
  }

  /** Every value of a parameter, those of the form before those of the address. */
  all(name: string): readonly string[] {
    return this.#sources.flatMap((source) => (Object.hasOwn(source, name) ? (source[name] as string | string[]) : []));
  }

  /** The first value, or '' when there is none. */
  first(name: string): string {
    return this.all(name)[0] ?? '';
  }

  /** The first value in the address, whatever the form holds. */
  firstOfAddress(name: string): string {
    if (typeof this.#address !== 'object' || this.#address === null || !Object.hasOwn(this.#address, name)) return '';
    return [(this.#address as Record<string, string | string[]>)[name]].flat()[0] ?? '';
  }

  /** @throws {ApiError} */
  timeMs(name: string, absentMs?: number): number {
    const text = this.first(name);
    if (text === '' && absentMs !== undefined) return absentMs;
    const timeMs = parseTimeMs(text);
    if (timeMs !== undefined) return timeMs;
    // Prometheus words it in two ways, for a time that may be left out and one that may not.
    const begin = absentMs === undefined ? '' : `invalid time value for '${name}': `;
    throw invalidParameter(name, `${begin}cannot parse ${JSON.stringify(text)} to a valid timestamp`);
  }

  /** Undefined when the parameter is absent. @throws {ApiError} */
  optionalDurationMs(name: string): number | undefined {
    return this.first(name) === '' ? undefined : this.durationMs(name);
  }

  /** @throws {ApiError} */
  durationMs(name: string): number {
    const duration = parseDuration(this.first(name));
    if (typeof duration === 'string') throw invalidParameter(name, duration);
    return duration;
  }

  /** A whole number, 0 when the parameter is absent, refused in the words of Prometheus' newer parameters. @throws {ApiError} */
  limit(name: string): number {
    const text = this.first(name);
    if (text === '') return 0;
    if (!WHOLE.test(text))
      throw invalidParameter(name, `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
    const value = BigInt(text.replace('+', ''));
    if (value > INT64_MAX || value < -INT64_MAX - 1n) {
      throw invalidParameter(name, `strconv.Atoi: parsing ${JSON.stringify(text)}: value out of range`);
    }
    if (value < 0n) throw invalidParameter(name, `${name} must be non-negative`);
    return Math.min(Number(value), Number.MAX_SAFE_INTEGER - 1);
  }

  /** Undefined when it is none that Prometheus takes; false when the parameter is absent. */
  boolean(name: string): boolean | undefined {
    const text = this.first(name).toLowerCase();
    return text === '' ? false : BOOLEANS.get(text);
  }

  /** A whole number, or undefined when the parameter is absent. @throws {ApiError} */
  optionalCount(name: string): number | undefined {
    const text = this.first(name);
    if (text === '') return undefined;
    const count = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined;
    if (count === undefined) throw new ApiError('bad_data', `${name} must be a number`);
    return count;
  }

  /** The series selectors of `match[]`; errors of reading them name the parameter where it is given. @throws {ApiError} */
  selectors(maxSelectors: number, named?: 'match[]'): readonly (readonly Matcher[])[] {
    const texts = this.all('match[]');
    if (texts.length > maxSelectors) {
      throw invalidParameter('match[]', `${texts.length} selectors are given, at most ${maxSelectors} are taken`);
    }
    const sizes = new ExpressionSizes();
    return texts.map((text) => {
      const matchers = readSelector(text, named);
      for (const matcher of matchers) countIn(sizes, matcher);
      return matchers;
    });
  }
}

function countIn(sizes: ExpressionSizes, matcher: Matcher): void {
  try {
    sizes.add(matcher);
  } catch (error) {
    throw invalidParameter('match[]', (error as Error).message, { cause: error });
  }
}

/** Milliseconds, or why the text is no duration. */
export function parseDuration(text: string): number | string {
  const durationMs = DECIMAL.test(text) ? Number(text) * 1000 : parseDurationMs(text);
  const problem = `cannot parse ${JSON.stringify(text)} to a valid duration`;
  if (durationMs === undefined) return problem;
  return Math.abs(durationMs) > MAX_DURATION_MS ? `${problem}. It overflows int64` : durationMs;
}

function parseTimeMs(text: string): number | undefined {
  const timeMs = DECIMAL.test(text) ? secondsToMs(Number(text)) : (BOUNDARY_TIMES[text] ?? parseRfc3339Ms(text));
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
  const [, fraction = '', zone = ''] = parts;
  // Digits below the millisecond are cut off, not rounded, as Prometheus does.
  const local = text.slice(0, 19);
  const timeMs = Date.parse(`${local}${fraction.slice(0, 4)}${zone}`);
  // A day that its month does not have, and the hour 24, would be read as the next day.
  return Number.isNaN(timeMs) || !isOnCalendar(local) ? undefined : timeMs;
}

function isOnCalendar(local: string): boolean {
  return new Date(`${local}Z`).toISOString().startsWith(local);
}

function readSelector(text: string, named: string | undefined): readonly Matcher[] {
  try {
    const matchers = parseSelector(text);
    if (matchers.some((matcher) => !valuePredicate(matcher)(''))) return matchers;
  } catch (error) {
    throw apiErrorOf(error, named);
  }
  const message = 'match[] must contain at least one non-empty matcher';
  throw named === undefined ? new ApiError('bad_data', message) : invalidParameter(named, message);
}
