// Matchers as the selector that every Prometheus-compatible API takes.

import { type Matcher, valuePredicate } from '../../../model/matcher.ts';

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Servers refuse a selector that every series would match; all series that were ever written here have a name. */
const ANY_NAME: Matcher = { name: '__name__', operator: '!=', value: '' };

/** @throws {Error} when a regular expression is not valid. */
export function selectorText(matchers: readonly Matcher[]): string {
  return `{${withOneThatNarrows(matchers).map(matcherText).join(',')}}`;
}

/** The matchers, and one more when all of them let series pass that have none of their labels. */
export function withOneThatNarrows(matchers: readonly Matcher[]): readonly Matcher[] {
  // Each is tried, so that an invalid expression fails here with its own words.
  const narrowing = matchers.filter((matcher) => !valuePredicate(matcher)(''));
  return narrowing.length > 0 ? matchers : [...matchers, ANY_NAME];
}

/** A name beyond the old characters is quoted, which needs Prometheus 3. */
function matcherText({ name, operator, value }: Matcher): string {
  return `${PLAIN_NAME.test(name) ? name : JSON.stringify(name)}${operator}${JSON.stringify(value)}`;
}
