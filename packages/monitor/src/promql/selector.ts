// Series selectors by themselves, as `match[]` of the API carries them, and those that an expression is made of.

import type { Matcher } from '../model/matcher.ts';
import { DEFAULT_PARSE_OPTIONS, parseExpression } from './parse/parser.ts';
import { parseError } from './parse/positions.ts';
import type { Syntax } from './parse/syntax-tree.ts';

/**
 * The matchers of `name{label="value", …}`.
 * @throws {QueryError} bad_data, with the position, when the text is anything but an instant vector selector.
 */
export function parseSelector(text: string): Matcher[] {
  const syntax = parseExpression(text, DEFAULT_PARSE_OPTIONS);
  if (syntax.kind !== 'selector') throw parseError(text, 0, 'expected a series selector, such as up{job="node"}');
  if (syntax.range !== undefined || syntax.offset !== undefined || syntax.at !== undefined) {
    throw parseError(text, 0, 'a series selector takes no range, offset or @');
  }
  return [...syntax.matchers];
}

/** The matchers of every selector in an expression, in the order of the text. @throws {QueryError} bad_data */
export function selectorsIn(expression: string): readonly (readonly Matcher[])[] {
  return [...selectorsOf(parseExpression(expression, DEFAULT_PARSE_OPTIONS))];
}

function* selectorsOf(syntax: Syntax): Generator<readonly Matcher[]> {
  switch (syntax.kind) {
    case 'selector':
      yield syntax.matchers;
      break;
    case 'call':
    case 'aggregate':
      for (const argument of syntax.arguments) yield* selectorsOf(argument);
      break;
    case 'unary':
      yield* selectorsOf(syntax.operand);
      break;
    case 'binary':
      yield* selectorsOf(syntax.left);
      yield* selectorsOf(syntax.right);
      break;
    case 'parentheses':
    case 'subquery':
      yield* selectorsOf(syntax.inner);
      break;
    case 'number':
    case 'string':
      break;
  }
}
