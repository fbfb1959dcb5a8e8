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
  const pattern = compiledExpression(expression);
  return (value) => pattern.matches(value);
}

/** A longer expression is refused: compiling it would hold the thread. Some thousand short names fit into half of it. */
export const MAX_EXPRESSION_CHARACTERS = 16_384;
/** Compiled expressions that are kept, the least recently used of which goes when there is one more. */
const MAX_KEPT = 256;
/** Longer expressions, and those with counted repetitions, compile to too much to be kept; but the last of them is. */
const MAX_KEPT_CHARACTERS = 1024;
const COUNTED_REPETITION = /\{[0-9]/;
const kept = new Map<string, RE2JS>();
let lastLarge: { readonly expression: string; readonly pattern: RE2JS } | undefined;

/**
 * A query and the store ask for the same expression one after the other, and dashboards again and again.
 * @throws {Error} when it is no valid expression, or too long.
 */
export function compiledExpression(expression: string): RE2JS {
  if (expression.length > MAX_EXPRESSION_CHARACTERS) {
    throw new Error(
      `a regular expression may have ${MAX_EXPRESSION_CHARACTERS} characters, and this one has ${expression.length}: ask in several queries, or match by fewer or shorter alternatives`,
    );
  }
  const isLarge = expression.length > MAX_KEPT_CHARACTERS || COUNTED_REPETITION.test(expression);
  const known = isLarge ? (lastLarge?.expression === expression ? lastLarge.pattern : undefined) : kept.get(expression);
  const pattern = known ?? RE2JS.compile(expression, RE2JS.DOTALL);
  if (isLarge) {
    lastLarge = { expression, pattern };
    return pattern;
  }
  kept.delete(expression);
  kept.set(expression, pattern);
  if (kept.size > MAX_KEPT) kept.delete(kept.keys().next().value!);
  return pattern;
}

/** Makes the test of a whole label set for all matchers together. */
export function labelsPredicate(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: valuePredicate(matcher) }));
  return (labels) => tests.every(({ name, test }) => test(labelValue(labels, name)));
}
