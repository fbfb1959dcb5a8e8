// An expression as Prometheus lays it out: on one line where that is short enough, else each part on a line of its own.

import { NO_FEATURES, type QueryFeatures } from '../features.ts';
import { DEFAULT_QUERY_LIMITS, type ParseLimits } from '../limits.ts';
import { parseExpression } from '../parse/parser.ts';
import type { Syntax } from '../parse/syntax-tree.ts';
import { checkTypes } from '../plan/check-types.ts';
import { aggregationText, expressionText, operatorText, subquerySuffix } from './expression-text.ts';

/** UTF-8 bytes. */
const LONGEST_LINE = 100;
const INDENT = '  ';

/**
 * @example formatQuery('sum(a)by(b)') === 'sum by (b) (a)'
 * @throws {QueryError} bad_data, with the position.
 */
export function formatQuery(
  expression: string,
  features: QueryFeatures = NO_FEATURES,
  limits: ParseLimits = DEFAULT_QUERY_LIMITS,
): string {
  const syntax = parseExpression(expression, { limits, features });
  checkTypes(expression, syntax, features);
  return laidOut(syntax, 0);
}

function laidOut(syntax: Syntax, level: number): string {
  const indent = INDENT.repeat(level);
  // Its operand shares its line.
  if (syntax.kind === 'unary') return `${indent}${syntax.operator}${laidOut(syntax.operand, level).trim()}`;
  const line = expressionText(syntax);
  const isShort = Buffer.byteLength(line) <= LONGEST_LINE;
  if (syntax.kind === 'subquery') return isShort ? line : laidOut(syntax.inner, level) + subquerySuffix(syntax);
  if (isShort) return indent + line;
  switch (syntax.kind) {
    case 'number':
    case 'string':
    case 'selector':
      return indent + line;
    case 'parentheses':
      return `${indent}(\n${laidOut(syntax.inner, level + 1)}\n${indent})`;
    case 'binary':
      return `${laidOut(syntax.left, level + 1)}\n${indent}${operatorText(syntax)}\n${laidOut(syntax.right, level + 1)}`;
    case 'call':
      return `${indent}${syntax.name}(\n${argumentLines(syntax.arguments, level + 1)}\n${indent})`;
    case 'aggregate':
      return `${indent}${aggregationText(syntax)}(\n${argumentLines(syntax.arguments, level + 1)}\n${indent})`;
  }
}

function argumentLines(given: readonly Syntax[], level: number): string {
  return given.map((argument) => laidOut(argument, level)).join(',\n');
}
