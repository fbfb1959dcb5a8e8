// The parts of an expression that no operator touches: literals, selectors, calls, aggregations, parentheses.

import type { SyntaxNode } from '@lezer/common';
import { METRIC_NAME } from '../../model/labels.ts';
import { type Matcher, type MatchOperator, valuePredicate } from '../../model/matcher.ts';
import { notEnabled } from '../features.ts';
import type { QueryError } from '../interface.ts';
import { isDurationText, LiteralError, numberValue, stringValue } from './literals.ts';
import { parseError, type Span } from './positions.ts';
import type { ParseSource } from './source.ts';
import type { Grouping, SelectorSyntax, Syntax } from './syntax-tree.ts';

/** Of the aggregations that take a parameter before the vector. */
export const PARAMETER_TYPES: ReadonlyMap<string, 'scalar' | 'string'> = new Map([
  ['quantile', 'scalar'],
  ['topk', 'scalar'],
  ['bottomk', 'scalar'],
  ['limitk', 'scalar'],
  ['limit_ratio', 'scalar'],
  ['count_values', 'string'],
] as const);
export const EXPERIMENTAL_AGGREGATIONS: ReadonlySet<string> = new Set(['limitk', 'limit_ratio']);

/** `convert` makes a whole expression of a node inside the operand. */
export function convertOperand(source: ParseSource, node: SyntaxNode, convert: (inner: SyntaxNode) => Syntax): Syntax {
  const { text } = source;
  switch (node.name) {
    case 'NumberDurationLiteral':
      return convertNumber(text, node);
    case 'StringLiteral':
      return { kind: 'string', span: spanOf(node), value: convertString(text, node) };
    case 'VectorSelector':
      return convertSelector(text, node);
    case 'ParenExpr':
      return { kind: 'parentheses', span: spanOf(node), inner: convert(childrenOf(node)[0]!) };
    case 'FunctionCall': {
      const [name, body] = childrenOf(node);
      const calledWith = childrenOf(body!).map(convert);
      return { kind: 'call', span: spanOf(node), name: textOf(text, name!), arguments: calledWith };
    }
    case 'AggregateExpr':
      return convertAggregate(source, node, convert);
    default:
      throw refuse(text, node, `"${textOf(text, node)}"`);
  }
}

function convertAggregate(
  { text, features }: ParseSource,
  node: SyntaxNode,
  convert: (inner: SyntaxNode) => Syntax,
): Syntax {
  const children = childrenOf(node);
  const modifier = children.find(({ name }) => name === 'AggregateModifier');
  const body = children.find(({ name }) => name === 'FunctionCallBody');
  const operator = textOf(text, children[0]!).toLowerCase();
  const given = childrenOf(body!).map(convert);
  if (given.length === 0) throw parseError(text, node.from, 'no arguments for aggregate expression provided');
  if (EXPERIMENTAL_AGGREGATIONS.has(operator) && !features.experimentalFunctions) {
    throw parseError(
      text,
      node.from,
      `${operator}() is experimental and ${notEnabled('promql-experimental-functions')}`,
    );
  }
  const expected = PARAMETER_TYPES.has(operator) ? 2 : 1;
  if (given.length !== expected) {
    throw parseError(
      text,
      node.from,
      `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${given.length}`,
    );
  }
  const grouping = modifier === undefined ? { without: false, labels: [] } : convertGrouping(text, modifier);
  return { kind: 'aggregate', span: spanOf(node), operator, grouping, arguments: given };
}

/** What the grammar has and nothing here reads. */
function refuse(text: string, node: SyntaxNode, what: string): QueryError {
  return parseError(text, node.from, `${what} is not supported by this version of Chainpulse`);
}

export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

export function spanOf(node: SyntaxNode): Span {
  return { from: node.from, to: node.to };
}

export function textOf(text: string, node: SyntaxNode): string {
  return text.slice(node.from, node.to);
}

/** The names in `(a, "b c")`. */
export function labelNames(text: string, groupingLabels: SyntaxNode): readonly string[] {
  return childrenOf(groupingLabels).map((node) => {
    const name = node.name === 'QuotedLabelName' ? convertString(text, childrenOf(node)[0]!) : textOf(text, node);
    if (name === '') throw parseError(text, node.from, 'invalid label name for grouping: ""');
    return name;
  });
}

/** The sign, where there is one, was taken off before. */
function convertNumber(text: string, node: SyntaxNode): Syntax {
  const unsigned = textOf(text, node).replace(/^[-+](?:\s|#[^\n]*\n)*/, '');
  const from = node.to - unsigned.length;
  const value = literal(text, from, () => numberValue(unsigned));
  return {
    kind: 'number',
    span: { from, to: node.to },
    value,
    isDuration: isDurationText(unsigned),
  };
}

function convertString(text: string, node: SyntaxNode): string {
  return literal(text, node.from, () => stringValue(textOf(text, node)));
}

/** Gives what is wrong with a literal its place in the text. */
export function literal<T>(text: string, from: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof LiteralError)) throw cause;
    throw parseError(text, from + cause.offset, cause.message);
  }
}

function convertGrouping(text: string, modifier: SyntaxNode): Grouping {
  const [keyword, names] = childrenOf(modifier);
  return { without: keyword!.name === 'Without', labels: labelNames(text, names!) };
}

function convertSelector(text: string, node: SyntaxNode): SelectorSyntax {
  const matchers: Matcher[] = [];
  let name = '';
  for (const part of childrenOf(node)) {
    if (part.name === 'Identifier') name = textOf(text, part);
    for (const child of part.name === 'LabelMatchers' ? childrenOf(part) : []) {
      if (child.name !== 'QuotedLabelName') matchers.push(convertMatcher(text, child));
      else matchers.push(nameMatcher(convertString(text, childrenOf(child)[0]!)));
    }
  }
  if (name !== '') matchers.push(nameMatcher(name));
  return {
    kind: 'selector',
    span: spanOf(node),
    name,
    matchers,
    range: undefined,
    offset: undefined,
    at: undefined,
    edges: 'plain',
  };
}

function nameMatcher(value: string): Matcher {
  return { name: METRIC_NAME, operator: '=', value };
}

function convertMatcher(text: string, node: SyntaxNode): Matcher {
  const [nameNode, operatorNode, valueNode] = childrenOf(node);
  const quoted = nameNode!.name === 'QuotedLabelName';
  const name = quoted ? convertString(text, childrenOf(nameNode!)[0]!) : textOf(text, nameNode!);
  const operator = textOf(text, operatorNode!) as MatchOperator;
  const matcher: Matcher = { name, operator, value: convertString(text, valueNode!) };
  try {
    valuePredicate(matcher);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    // What the compiler put in front to let a dot match a line break is no part of what was written.
    throw parseError(text, nameNode!.from, reason.replace('`(?s)', '`'));
  }
  return matcher;
}
