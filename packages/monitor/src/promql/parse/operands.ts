// The parts of an expression that no operator touches: literals, selectors, calls, aggregations, parentheses.

import type { SyntaxNode } from '@lezer/common';
import { METRIC_NAME } from '../../model/labels.ts';
import { type Matcher, type MatchOperator, valuePredicate } from '../../model/matcher.ts';
import type { QueryError } from '../interface.ts';
import { LiteralError, numberValue, stringValue } from './literals.ts';
import { parseError, type Span } from './positions.ts';
import type { Grouping, SelectorSyntax, Syntax } from './syntax-tree.ts';

/** `convert` makes a whole expression of a node inside the operand. */
export function convertOperand(text: string, node: SyntaxNode, convert: (inner: SyntaxNode) => Syntax): Syntax {
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
    case 'AggregateExpr': {
      const children = childrenOf(node);
      const modifier = children.find(({ name }) => name === 'AggregateModifier');
      const body = children.find(({ name }) => name === 'FunctionCallBody');
      return {
        kind: 'aggregate',
        span: spanOf(node),
        operator: textOf(text, children[0]!).toLowerCase(),
        grouping: modifier === undefined ? { without: false, labels: [] } : convertGrouping(text, modifier),
        arguments: childrenOf(body!).map(convert),
      };
    }
    default:
      throw refuse(text, node, `"${textOf(text, node)}"`);
  }
}

/** What the language has and this evaluator does not. */
export function refuse(text: string, node: SyntaxNode, what: string): QueryError {
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
  return childrenOf(groupingLabels).map((node) =>
    node.name === 'QuotedLabelName' ? convertString(text, childrenOf(node)[0]!) : textOf(text, node),
  );
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
    isDuration: /[a-z]$/.test(unsigned) && /^[0-9]/.test(unsigned),
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
  let metricName: string | undefined;
  const setName = (name: string, at: SyntaxNode): void => {
    if (metricName !== undefined) {
      throw parseError(text, at.from, `metric name must not be set twice: "${metricName}" or "${name}"`);
    }
    metricName = name;
  };
  for (const part of childrenOf(node)) {
    if (part.name === 'Identifier') setName(textOf(text, part), part);
    for (const child of part.name === 'LabelMatchers' ? childrenOf(part) : []) {
      if (child.name === 'QuotedLabelName') setName(convertString(text, childrenOf(child)[0]!), child);
      else matchers.push(convertMatcher(text, child));
    }
  }
  const namedAgain = matchers.find(({ name }) => name === METRIC_NAME);
  if (metricName !== undefined && namedAgain !== undefined) setName(namedAgain.value, node);
  if (metricName !== undefined) matchers.push({ name: METRIC_NAME, operator: '=', value: metricName });
  if (matchers.every((matcher) => valuePredicate(matcher)(''))) {
    throw parseError(text, node.from, 'vector selector must contain at least one non-empty matcher');
  }
  return {
    kind: 'selector',
    span: spanOf(node),
    name: metricName ?? '',
    matchers,
    range: undefined,
    offset: undefined,
    at: undefined,
    edges: 'plain',
  };
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
    throw parseError(text, valueNode!.from, `invalid regular expression: ${reason}`);
  }
  return matcher;
}
