// Text to syntax tree. The official grammar (`@prometheus-io/lezer-promql`) decides what is an expression; it is made
// for editors, and ranks neither signs nor the modifiers behind a selector: it reads `-1^2` as (-1)^2 and
// `a + b offset 5m` as (a + b) offset 5m. So its tree is flattened where operators meet, and ranked here as
// https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence says.

import type { SyntaxNode } from '@lezer/common';
import { parser as grammar } from '@prometheus-io/lezer-promql';
import { NO_FEATURES, type QueryFeatures } from '../features.ts';
import { DEFAULT_QUERY_LIMITS, type ParseLimits } from '../limits.ts';
import { checkBounds } from './bounds.ts';
import { applyModifier, isModifier } from './modifiers.ts';
import { childrenOf, convertOperand, labelNames, refuse, spanOf, textOf } from './operands.ts';
import { parseError, type Span } from './positions.ts';
import { syntaxError } from './syntax-error.ts';
import type { BinarySyntax, Matching, Syntax } from './syntax-tree.ts';

const strictGrammar = grammar.configure({ strict: true });

export interface ParseOptions {
  readonly limits: ParseLimits;
  readonly features: QueryFeatures;
}

export const DEFAULT_PARSE_OPTIONS: ParseOptions = { limits: DEFAULT_QUERY_LIMITS, features: NO_FEATURES };

/** @throws {QueryError} bad_data, with the position. */
export function parseExpression(text: string, { limits }: ParseOptions): Syntax {
  checkBounds(text, limits);
  const top = strictParse(text);
  return convert(text, childrenOf(top)[0]!);
}

/** The grammar's own tree, of everything that is PromQL. @throws {QueryError} bad_data, with the position. */
export function strictParse(text: string): SyntaxNode {
  try {
    return strictGrammar.parse(text).topNode;
  } catch (cause) {
    const offset = /^No parse at ([0-9]+)$/.exec(cause instanceof Error ? cause.message : '')?.[1];
    if (offset === undefined) throw cause;
    throw syntaxError(text, Number(offset));
  }
}

type Item =
  | { readonly kind: 'sign'; readonly operator: '+' | '-'; readonly from: number }
  | { readonly kind: 'operand'; readonly syntax: Syntax }
  | { readonly kind: 'modifier'; readonly node: SyntaxNode }
  | ({ readonly kind: 'operator' } & Pick<BinarySyntax, 'operator' | 'operatorSpan' | 'bool' | 'matching'>);

const RANKS: Readonly<Record<string, number>> = {
  '==': 1,
  '!=': 1,
  '<': 1,
  '<=': 1,
  '>': 1,
  '>=': 1,
  '+': 2,
  '-': 2,
  '*': 3,
  '/': 3,
  '%': 3,
  '^': 4,
};
const LOWEST_RANK = 1;
const POWER_RANK = 4;

function convert(text: string, node: SyntaxNode): Syntax {
  const items: Item[] = [];
  flatten(text, node, items);
  return new Ranking(text, items).expression(LOWEST_RANK);
}

/** Appends the signs, operands, modifiers and operators under the node in the order of the text. */
function flatten(text: string, node: SyntaxNode, items: Item[]): void {
  const children = childrenOf(node);
  if (node.name === 'BinaryExpr') {
    flatten(text, children[0]!, items);
    items.push(operatorItem(text, children.slice(1, -1)));
    flatten(text, children.at(-1)!, items);
  } else if (node.name === 'UnaryExpr') {
    items.push({ kind: 'sign', operator: textOf(text, children[0]!) === '-' ? '-' : '+', from: node.from });
    flatten(text, children[1]!, items);
  } else if (isModifier(node)) {
    flatten(text, children[0]!, items);
    items.push({ kind: 'modifier', node });
  } else {
    const sign = node.name === 'NumberDurationLiteral' ? text[node.from] : undefined;
    if (sign === '-' || sign === '+') items.push({ kind: 'sign', operator: sign, from: node.from });
    items.push({ kind: 'operand', syntax: convertOperand(text, node, (inner) => convert(text, inner)) });
  }
}

function operatorItem(text: string, nodes: readonly SyntaxNode[]): Item {
  const [operatorNode, ...modifiers] = nodes;
  const operator = textOf(text, operatorNode!);
  if (RANKS[operator] === undefined) throw refuse(text, operatorNode!, `the operator "${operator}"`);
  let bool = false;
  let matching: Matching | undefined;
  for (const node of modifiers) {
    if (node.name === 'BoolModifier') bool = true;
    else if (node.name === 'MatchingModifierClause') matching = convertMatching(text, node);
    else throw refuse(text, node, 'the modifier "fill"');
  }
  return { kind: 'operator', operator, operatorSpan: spanOf(operatorNode!), bool, matching };
}

function convertMatching(text: string, node: SyntaxNode): Matching {
  const children = childrenOf(node);
  const grouped = children.find(({ name }) => name === 'GroupLeft' || name === 'GroupRight');
  if (grouped !== undefined) throw refuse(text, grouped, `the modifier "${textOf(text, grouped)}"`);
  return { on: children[0]!.name === 'On', labels: labelNames(text, children[1]!) };
}

/** Ranks operators by precedence climbing. */
class Ranking {
  readonly #text: string;
  readonly #items: readonly Item[];
  #index = 0;

  constructor(text: string, items: readonly Item[]) {
    this.#text = text;
    this.#items = items;
  }

  expression(lowestRank: number): Syntax {
    let left = this.#signed();
    for (;;) {
      const item = this.#items[this.#index];
      if (item?.kind !== 'operator') return left;
      const rank = RANKS[item.operator]!;
      if (rank < lowestRank) return left;
      this.#index++;
      const right = this.expression(rank === POWER_RANK ? rank : rank + 1);
      const span: Span = { from: left.span.from, to: right.span.to };
      const { operator, operatorSpan, bool, matching } = item;
      left = { kind: 'binary', span, operator, operatorSpan, bool, matching, left, right };
    }
  }

  /** A sign binds less than `^` and more than everything else. */
  #signed(): Syntax {
    const item = this.#items[this.#index];
    if (item?.kind !== 'sign') return this.#modified();
    this.#index++;
    const operand = this.expression(POWER_RANK);
    return { kind: 'unary', span: { from: item.from, to: operand.span.to }, operator: item.operator, operand };
  }

  #modified(): Syntax {
    const item = this.#items[this.#index++];
    if (item?.kind !== 'operand') throw parseError(this.#text, this.#text.length, 'unexpected end of input');
    let syntax = item.syntax;
    for (let next = this.#items[this.#index]; next?.kind === 'modifier'; next = this.#items[++this.#index]) {
      syntax = applyModifier(this.#text, syntax, next.node);
    }
    return syntax;
  }
}
