// A binary operator with what stands behind it: `bool`, `on (…) group_left (…)`, `fill (0)`.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching

import type { SyntaxNode } from '@lezer/common';
import { numberValue } from './literals.ts';
import { childrenOf, labelNames, literal, spanOf, textOf } from './operands.ts';
import type { Span } from './positions.ts';
import type { ParseSource } from './source.ts';
import type { BinarySyntax, Matching } from './syntax-tree.ts';

export interface Operation extends Pick<BinarySyntax, 'operator' | 'operatorSpan' | 'bool' | 'matching'> {
  /** Where values for missing series are written, if they are. */
  readonly fillSpan: Span | undefined;
}

/** `nodes`: the operator and its modifiers. */
export function operationOf({ text }: ParseSource, nodes: readonly SyntaxNode[]): Operation {
  const [operatorNode, ...modifiers] = nodes;
  let bool = false;
  let matching: Matching | undefined;
  let fillSpan: Span | undefined;
  for (const node of modifiers) {
    if (node.name === 'BoolModifier') bool = true;
    else if (node.name === 'MatchingModifierClause') matching = matchingOf(text, node);
    else {
      fillSpan = spanOf(node);
      matching = { ...(matching ?? { on: false, labels: [] }), ...fillOf(text, node) };
    }
  }
  const operator = textOf(text, operatorNode!).toLowerCase();
  return { operator, operatorSpan: spanOf(operatorNode!), bool, matching, fillSpan };
}

function matchingOf(text: string, node: SyntaxNode): Matching {
  const [keyword, names, group, include] = childrenOf(node);
  const matching: Matching = { on: keyword!.name === 'On', labels: labelNames(text, names!) };
  if (group === undefined) return matching;
  const included = include === undefined ? [] : labelNames(text, include);
  return { ...matching, many: group.name === 'GroupLeft' ? 'left' : 'right', include: included };
}

function fillOf(text: string, node: SyntaxNode): Pick<Matching, 'fillLeft' | 'fillRight'> {
  let fill: Pick<Matching, 'fillLeft' | 'fillRight'> = {};
  for (const clause of childrenOf(node)) {
    const value = fillValue(text, childrenOf(clause).find(({ name }) => name === 'NumberDurationLiteral')!);
    if (clause.name !== 'FillRightClause') fill = { ...fill, fillLeft: value };
    if (clause.name !== 'FillLeftClause') fill = { ...fill, fillRight: value };
  }
  return fill;
}

function fillValue(text: string, node: SyntaxNode): number {
  const written = textOf(text, node);
  const unsigned = written.replace(/^[-+](?:\s|#[^\n]*\n)*/, '');
  const value = literal(text, node.to - unsigned.length, () => numberValue(unsigned));
  return written.startsWith('-') ? -value : value;
}
