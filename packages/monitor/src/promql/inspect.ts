// Expressions looked at without evaluating them, for those who keep expressions: whether one is valid, of which type, and what
// it is made of.

import type { QueryFeatures } from './features.ts';
import { DEFAULT_QUERY_LIMITS } from './limits.ts';
import { LENIENT_PARSE_OPTIONS, parseExpression } from './parse/parser.ts';
import type { Syntax } from './parse/syntax-tree.ts';
import { checkTypes } from './plan/check-types.ts';
import type { ValueType } from './plan/function-definition.ts';
import { expressionText } from './print/expression-text.ts';

export { positionAt } from './parse/positions.ts';
export type {
  AggregateSyntax,
  BinarySyntax,
  CallSyntax,
  SelectorSyntax,
  SubquerySyntax,
  Syntax,
} from './parse/syntax-tree.ts';
export { partsOf } from './parse/syntax-tree.ts';

export interface InspectedExpression {
  readonly syntax: Syntax;
  readonly type: ValueType;
  /** On one line, as Prometheus writes it. */
  readonly printed: string;
}

/**
 * Parses an expression and checks its types; without `features` everything that the language has is taken.
 * @throws {QueryError} bad_data, with the position.
 */
export function inspectExpression(text: string, features?: QueryFeatures): InspectedExpression {
  const options = features === undefined ? LENIENT_PARSE_OPTIONS : { limits: DEFAULT_QUERY_LIMITS, features };
  const syntax = parseExpression(text, options);
  return { syntax, type: checkTypes(text, syntax, options.features), printed: expressionText(syntax) };
}

/**
 * The shape alone, for those who tell people more than that its types are wrong.
 * @throws {QueryError} bad_data, with the position.
 */
export function readSyntax(text: string): Syntax {
  return parseExpression(text, LENIENT_PARSE_OPTIONS);
}
