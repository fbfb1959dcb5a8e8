// Series selectors by themselves, as `match[]` of the API carries them, and those that an expression is made of.

import { type Matcher, valuePredicate } from '../model/matcher.ts';
import { QueryError } from './interface.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from './parse/parser.ts';
import { parseError } from './parse/positions.ts';
import { unexpectedToken } from './parse/syntax-error.ts';
import { partsOf, type Syntax } from './parse/syntax-tree.ts';
import { checkTypes } from './plan/check-types.ts';

/**
 * The matchers of `name{label="value", …}`.
 * @throws {QueryError} bad_data, with the position, when the text is anything but an instant vector selector.
 */
export function parseSelector(text: string): Matcher[] {
  const wrongAt = endOfSelector(text);
  if (wrongAt !== undefined) throw unexpectedAt(text, wrongAt);
  const syntax = parseExpression(text, LENIENT_PARSE_OPTIONS);
  if (syntax.kind !== 'selector') throw unexpectedToken(text, syntax.span.from);
  if (syntax.matchers.every((matcher) => valuePredicate(matcher)(''))) {
    throw new QueryError('bad_data', 'match[] must contain at least one non-empty matcher');
  }
  return [...syntax.matchers];
}

/** Brackets that nothing has opened. */
function unexpectedAt(text: string, at: number): QueryError {
  switch (text[at]) {
    case ')':
      return parseError(text, at + 1, "unexpected right parenthesis ')'");
    case ']':
      return parseError(text, at, "unexpected right bracket ']'");
    case '}':
      return parseError(text, at, "unexpected character: '}'");
    default:
      return unexpectedToken(text, at);
  }
}

const BLANK = /(?:[ \t\n\r]|#[^\n\r]*)*/y;
const NAME = /(?:[A-Za-z_:][A-Za-z0-9_:]*)?/y;
const BRACES = /(?:\{(?:[^"'`#}]|#[^\n\r]*|"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|`[^`]*`)*\})?/y;

/** Where the text goes on that should have ended, or no selector starts; undefined where it is one, or its braces do not close. */
function endOfSelector(text: string): number | undefined {
  let at = 0;
  const pass = (form: RegExp): number => {
    form.lastIndex = at;
    const { length } = form.exec(text)![0];
    at += length;
    return length;
  };
  pass(BLANK);
  const start = at;
  pass(NAME);
  pass(BLANK);
  const isOpen = text[at] === '{';
  if (pass(BRACES) === 0 && isOpen) return undefined;
  const isSelector = at > start;
  pass(BLANK);
  return isSelector && at === text.length ? undefined : at;
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
