// Series selectors by themselves, as `match[]` of the API carries them, and those that an expression is made of.

import { type Matcher, valuePredicate } from '../model/matcher.ts';
import { QueryError } from './interface.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from './parse/parser.ts';
import { parseError } from './parse/positions.ts';
import { partsOf, type Syntax } from './parse/syntax-tree.ts';
import { checkTypes } from './plan/check-types.ts';

/**
 * The matchers of `name{label="value", …}`.
 * @throws {QueryError} bad_data, with the position, when the text is anything but an instant vector selector.
 */
export function parseSelector(text: string): Matcher[] {
  const syntax = parseExpression(text, LENIENT_PARSE_OPTIONS);
  if (syntax.kind !== 'selector') throw parseError(text, 0, 'expected a series selector, such as up{job="node"}');
  const { range, offset, at, edges } = syntax;
  if (range !== undefined || offset !== undefined || at !== undefined || edges !== 'plain') {
    throw parseError(text, 0, 'a series selector takes no range, offset, @ or other modifier');
  }
  if (syntax.matchers.every((matcher) => valuePredicate(matcher)(''))) {
    throw new QueryError('bad_data', 'match[] must contain at least one non-empty matcher');
  }
  return [...syntax.matchers];
}

/** The matchers of every selector in an expression, in the order of the text. @throws {QueryError} bad_data */
export function selectorsIn(expression: string): readonly (readonly Matcher[])[] {
  const syntax = parseExpression(expression, LENIENT_PARSE_OPTIONS);
  checkTypes(expression, syntax, LENIENT_PARSE_OPTIONS.features);
  return [...selectorsOf(syntax)];
}

function* selectorsOf(syntax: Syntax): Generator<readonly Matcher[]> {
  if (syntax.kind === 'selector') yield syntax.matchers;
  for (const part of partsOf(syntax)) yield* selectorsOf(part);
}
