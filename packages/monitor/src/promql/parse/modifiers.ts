// What stands behind a selector or a subquery: `[5m]`, `[1h:5m]`, `offset 5m`, `@ 1600000000`, `@ start()`, `anchored`.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#offset-modifier

import type { SyntaxNode } from '@lezer/common';
import { notEnabled } from '../features.ts';
import { offsetDuration, rangeDuration } from './duration-expression.ts';
import { numberValue } from './literals.ts';
import { childrenOf, literal, textOf } from './operands.ts';
import { parseError, type Span } from './positions.ts';
import type { ParseSource } from './source.ts';
import type { AtTime, DurationSyntax, Edges, SelectorSyntax, SubquerySyntax, Syntax } from './syntax-tree.ts';

const MODIFIERS = new Set([
  'OffsetExpr',
  'StepInvariantExpr',
  'MatrixSelector',
  'SubqueryExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);
const PRECEDED_BY = 'must be preceded by an instant vector selector or range vector selector or a subquery';
/** Timestamps are signed 64-bit numbers. */
const MAX_SECONDS = 2 ** 63;

export function isModifier(node: SyntaxNode): boolean {
  return MODIFIERS.has(node.name);
}

/**
 * The operand with its modifier, and where the modifier ends: an offset that is arithmetic may go on behind the node.
 * `node` is the modifier with what the grammar put before it; only its own part, behind that, is read.
 */
export function applyModifier(source: ParseSource, operand: Syntax, node: SyntaxNode): { syntax: Syntax; to: number } {
  const { text } = source;
  const [, second, third] = childrenOf(node);
  const span: Span = { from: operand.span.from, to: node.to };
  switch (node.name) {
    case 'MatrixSelector': {
      const range = rangeDuration(source, second!.from);
      return { syntax: { ...rangeable(text, operand, bracketBefore(text, second!)), span, range }, to: node.to };
    }
    case 'SubqueryExpr':
      return { syntax: subquery(source, operand, span, [second!, third]), to: node.to };
    case 'OffsetExpr': {
      const { duration, to } = offsetDuration(source, third!.from);
      const selector = selectorBefore(text, operand, 'offset modifier');
      if (selector.offset !== undefined && !isZero(selector.offset)) {
        throw parseError(text, span.from, 'offset may not be set multiple times');
      }
      return { syntax: { ...selector, span: { from: span.from, to }, offset: duration }, to };
    }
    case 'StepInvariantExpr': {
      const at = atTime(text, operand, third!);
      const selector = selectorBefore(text, operand, '@ modifier');
      if (selector.at !== undefined) throw parseError(text, span.from, '@ <timestamp> may not be set multiple times');
      return { syntax: { ...selector, span, at }, to: node.to };
    }
    default: {
      const edges = node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed';
      return { syntax: withEdges(source, operand, span, edges), to: node.to };
    }
  }
}

function isZero(duration: DurationSyntax): boolean {
  return duration.kind === 'duration-number' && duration.seconds === 0;
}

function bracketBefore(text: string, node: SyntaxNode): number {
  return text.lastIndexOf('[', node.from);
}

function selectorBefore(text: string, operand: Syntax, what: string): SelectorSyntax | SubquerySyntax {
  if (operand.kind === 'selector' || operand.kind === 'subquery') return operand;
  throw parseError(text, operand.span.from, `${what} ${PRECEDED_BY}`);
}

/** As in Prometheus, what is not computed yet is let through: `@ start()`, an offset of zero or of arithmetic. */
function rangeable(text: string, operand: Syntax, bracket: number): SelectorSyntax {
  if (operand.kind !== 'selector' || operand.range !== undefined) {
    throw parseError(text, bracket, 'ranges only allowed for vector selectors');
  }
  if (operand.offset?.kind === 'duration-number' && !isZero(operand.offset)) {
    throw parseError(text, bracket, 'no offset modifiers allowed before range');
  }
  if (typeof operand.at === 'number') throw parseError(text, bracket, 'no @ modifiers allowed before range');
  return operand;
}

function subquery(
  source: ParseSource,
  inner: Syntax,
  span: Span,
  [rangeNode, stepNode]: readonly [SyntaxNode, SyntaxNode | undefined],
): SubquerySyntax {
  const range = rangeDuration(source, rangeNode.from);
  const step = stepNode === undefined ? undefined : rangeDuration(source, stepNode.from);
  return { kind: 'subquery', span, inner, range, step, offset: undefined, at: undefined };
}

function withEdges({ text, features }: ParseSource, operand: Syntax, span: Span, edges: Edges): SelectorSyntax {
  const fail = (problem: string) => parseError(text, operand.span.from, problem);
  if (!features.extendedRangeSelectors) {
    throw fail(`${edges} modifier is experimental and ${notEnabled('promql-extended-range-selectors')}`);
  }
  if (operand.kind === 'subquery') throw fail(`${edges} modifier is not supported for subqueries`);
  if (operand.kind !== 'selector') throw fail(`${edges} modifier not implemented`);
  if (operand.edges !== 'plain' && operand.edges !== edges) {
    throw fail('anchored and smoothed modifiers cannot be used together');
  }
  return { ...operand, span, edges };
}

function atTime(text: string, operand: Syntax, node: SyntaxNode): AtTime {
  if (node.name === 'AtModifierPreprocessors') return childrenOf(node)[0]!.name === 'AtStart' ? 'start' : 'end';
  const written = textOf(text, node);
  const unsigned = written.replace(/^[-+](?:\s|#[^\n]*\n)*/, '');
  const magnitude = literal(text, node.to - unsigned.length, () => numberValue(unsigned));
  const seconds = written.startsWith('-') ? -magnitude : magnitude;
  const milliseconds = Math.sign(seconds) * Math.round(Math.abs(seconds) * 1000);
  if (!(Math.abs(seconds) < MAX_SECONDS)) {
    throw parseError(text, operand.span.from, `timestamp out of bounds for @ modifier: ${written}`);
  }
  if (!Number.isSafeInteger(milliseconds)) {
    throw parseError(text, operand.span.from, `timestamp too far away for @ modifier: ${written}`);
  }
  return milliseconds;
}
