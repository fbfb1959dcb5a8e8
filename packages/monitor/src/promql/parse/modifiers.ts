// What stands behind a selector: `[5m]`, `offset 5m`, `@ 1600000000`, `@ start()`.
// https://prometheus.io/docs/prometheus/latest/querying/basics/#offset-modifier

import type { SyntaxNode } from '@lezer/common';
import { MAX_DURATION_MS, secondsToDurationMs } from './durations.ts';
import { numberValue } from './literals.ts';
import { childrenOf, literal, refuse, spanOf, textOf } from './operands.ts';
import { parseError, type Span } from './positions.ts';
import type { AtTime, DurationSyntax, SelectorSyntax, Syntax } from './syntax-tree.ts';

const MODIFIERS = new Set([
  'OffsetExpr',
  'StepInvariantExpr',
  'MatrixSelector',
  'SubqueryExpr',
  'AnchoredExpr',
  'SmoothedExpr',
]);
const PRECEDED_BY = 'must be preceded by an instant vector selector or range vector selector or a subquery';
const LITERAL = 'NumberDurationLiteralInDurationContext';

export function isModifier(node: SyntaxNode): boolean {
  return MODIFIERS.has(node.name);
}

/** `node` is the modifier with what the grammar put before it; only its own part, behind that, is read. */
export function applyModifier(text: string, operand: Syntax, node: SyntaxNode): Syntax {
  const [, second, third] = childrenOf(node);
  const span: Span = { from: operand.span.from, to: node.to };
  switch (node.name) {
    case 'MatrixSelector': {
      const selector = rangeable(text, operand);
      return { ...selector, span, range: durationOf(second!, rangeMs(text, second!)) };
    }
    case 'OffsetExpr': {
      const selector = selectorBefore(text, operand, 'offset modifier');
      if (selector.offset !== undefined) throw parseError(text, second!.from, 'offset may not be set multiple times');
      return { ...selector, span, offset: durationOf(third!, offsetMs(text, third!)) };
    }
    case 'StepInvariantExpr': {
      const selector = selectorBefore(text, operand, '@ modifier');
      if (selector.at !== undefined)
        throw parseError(text, second!.from, '@ <timestamp> may not be set multiple times');
      return { ...selector, span, at: atTime(text, third!) };
    }
    case 'SubqueryExpr':
      throw parseError(text, second!.from - 1, 'a subquery is not supported by this version of Chainpulse');
    default:
      throw refuse(text, second!, `the modifier "${textOf(text, second!)}"`);
  }
}

function durationOf(node: SyntaxNode, ms: number): DurationSyntax {
  return { kind: 'milliseconds', span: spanOf(node), ms };
}

function selectorBefore(text: string, operand: Syntax, what: string): SelectorSyntax {
  if (operand.kind !== 'selector') throw parseError(text, operand.span.from, `${what} ${PRECEDED_BY}`);
  return operand;
}

function rangeable(text: string, operand: Syntax): SelectorSyntax {
  if (operand.kind !== 'selector' || operand.range !== undefined) {
    throw parseError(text, operand.span.from, 'ranges only allowed for vector selectors');
  }
  if (operand.offset !== undefined) {
    throw parseError(text, operand.span.from, 'no offset modifiers allowed before range');
  }
  if (operand.at !== undefined) throw parseError(text, operand.span.from, 'no @ modifiers allowed before range');
  return operand;
}

function rangeMs(text: string, durationExpression: SyntaxNode): number {
  const ms = literalMs(text, durationExpression);
  if (ms <= 0) throw parseError(text, durationExpression.from, 'duration must be greater than 0');
  return ms;
}

function offsetMs(text: string, node: SyntaxNode): number {
  const [first, second] = childrenOf(node);
  if (first?.name !== 'UnaryOp') return literalMs(text, node);
  const ms = offsetMs(text, second!);
  return textOf(text, first) === '-' ? -ms : ms;
}

function literalMs(text: string, node: SyntaxNode): number {
  const children = childrenOf(node);
  const only = children.length === 1 ? children[0] : undefined;
  if (only?.name !== LITERAL || only.from !== node.from) throw refuse(text, node, 'arithmetic with durations');
  const ms = secondsToDurationMs(literal(text, only.from, () => numberValue(textOf(text, only))));
  if (!(Math.abs(ms) <= MAX_DURATION_MS)) throw parseError(text, node.from, 'duration out of range');
  return ms;
}

function atTime(text: string, node: SyntaxNode): AtTime {
  if (node.name === 'AtModifierPreprocessors') return childrenOf(node)[0]!.name === 'AtStart' ? 'start' : 'end';
  const written = textOf(text, node);
  const unsigned = written.replace(/^[-+](?:\s|#[^\n]*\n)*/, '');
  const seconds = literal(text, node.to - unsigned.length, () => numberValue(unsigned));
  const absoluteMs = Math.round(seconds * 1000);
  if (!Number.isSafeInteger(absoluteMs)) {
    throw parseError(text, node.from, `timestamp out of bounds for @ modifier: ${written}`);
  }
  return written.startsWith('-') ? -absoluteMs : absoluteMs;
}
