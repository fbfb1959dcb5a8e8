// Matchers select series by one label. Regular expressions are RE2's, anchored at both ends, as in Prometheus; RE2 runs
// in time linear to the text, so no expression can stall the store.

import { RE2JS } from 're2js';
import { type Labels, labelValue } from './labels.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  readonly value: string;
}

/**
 * Makes the test of a label value for one matcher. A label that is absent has the value ''.
 * @throws {Error} when the value is not a valid regular expression; the message says what is wrong with it.
 */
export function valuePredicate(matcher: Matcher): (value: string) => boolean {
  const { value: wanted } = matcher;
  switch (matcher.operator) {
    case '=':
      return (value) => value === wanted;
    case '!=':
      return (value) => value !== wanted;
    case '=~':
      return regexPredicate(wanted);
    case '!~': {
      const matches = regexPredicate(wanted);
      return (value) => !matches(value);
    }
  }
}

function regexPredicate(expression: string): (value: string) => boolean {
  const pattern = RE2JS.compile(expression, RE2JS.DOTALL);
  return (value) => pattern.matches(value);
}

/** Makes the test of a whole label set for all matchers together. */
export function labelsPredicate(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: valuePredicate(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(labelValue(labels, name)));
}
