// The parameters of the Prometheus API, from the address and, in a POST, from the form: the form comes first. Times are
// RFC 3339 or unix seconds, durations Prometheus' own or seconds. Everything comes out in whole milliseconds.
// Source: the HTTP API page of Prometheus' documentation.

import type { FastifyRequest } from 'fastify';
import { parseDurationMs } from '../../model/duration.ts';
import { type Matcher, valuePredicate } from '../../model/matcher.ts';
import { ExpressionSizes } from '../../promql/expression-sizes.ts';
import { parseSelector } from '../../promql/selector.ts';
import { formProblem } from '../form.ts';
import { ApiError, apiErrorOf, invalidParameter } from './error.ts';
import { parseGoNumber } from './go-number.ts';
import { shownValue } from './shown-value.ts';
import { parseTimeMs } from './time-text.ts';

/** The longest duration that Prometheus' clock counts, in nanoseconds of 64 bits. */
const MAX_DURATION_MS = 2 ** 63 / 1e6;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_DIGITS = 19;
/** What Go's ParseBool takes. */
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true'].map((text) => [text, true] as const),
  ...['0', 'f', 'false'].map((text) => [text, false] as const),
]);

const WHOLE = /^[+-]?\d+$/;
const INFINITE = /^[+-]?inf(inity)?$/i;

export class Parameters {
  readonly #sources: readonly Readonly<Record<string, unknown>>[];
  readonly #address: unknown;

  constructor(request: FastifyRequest) {
    this.#address = request.query;
    this.#sources = [request.body, request.query].filter(
      (source) => typeof source === 'object' && source !== null,
    ) as Record<string, unknown>[];
  }

  /** Refuses a form that was not readable as a whole, which Prometheus does on some paths alone. @throws {ApiError} */
  refuseUnreadable(): void {
    const problem = this.#sources.map(formProblem).find((one) => one !== undefined);
    if (problem !== undefined) throw new ApiError('bad_data', `error parsing form values: ${problem}`);
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
    throw invalidParameter(name, `${begin}cannot parse ${shownValue(text)} to a valid timestamp`);
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
    if (!WHOLE.test(text)) throw invalidParameter(name, `strconv.Atoi: parsing ${shownValue(text)}: invalid syntax`);
    const value = int64Of(text);
    if (value === undefined) {
      throw invalidParameter(name, `strconv.Atoi: parsing ${shownValue(text)}: value out of range`);
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
    const count = WHOLE.test(text) ? int64Of(text) : undefined;
    if (count === undefined) throw new ApiError('bad_data', `${name} must be a number`);
    return Math.max(-1, Math.min(Number(count), Number.MAX_SAFE_INTEGER - 1));
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

/** Of a whole number; undefined when it does not fit. Digits that cannot fit are not computed with: there may be millions. */
function int64Of(whole: string): bigint | undefined {
  const isNegative = whole.startsWith('-');
  let from = isNegative || whole.startsWith('+') ? 1 : 0;
  while (whole[from] === '0') from++;
  if (whole.length - from > INT64_DIGITS) return undefined;
  const magnitude = BigInt(whole.slice(from));
  if (isNegative) return magnitude > INT64_MAX + 1n ? undefined : -magnitude;
  return magnitude > INT64_MAX ? undefined : magnitude;
}

/** Milliseconds, or why the text is no duration. */
export function parseDuration(text: string): number | string {
  const problem = (): string => `cannot parse ${shownValue(text)} to a valid duration`;
  const seconds = parseGoNumber(text);
  if (seconds !== undefined || INFINITE.test(text)) {
    const durationMs = (seconds ?? Infinity) * 1000;
    return Math.abs(durationMs) < MAX_DURATION_MS ? durationMs : `${problem()}. It overflows int64`;
  }
  const durationMs = parseDurationMs(text);
  return durationMs === undefined || durationMs >= MAX_DURATION_MS ? problem() : durationMs;
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
