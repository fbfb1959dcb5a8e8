// Text to syntax tree. The official grammar (`@prometheus-io/lezer-promql`) decides what is an expression; it is made
// for editors, and ranks neither signs nor the modifiers behind a selector: it reads `-1^2` as (-1)^2 and
// `a + b offset 5m` as (a + b) offset 5m. So its tree is flattened where operators meet, and ranked here as
// https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operator-precedence says.

import type { SyntaxNode } from '@lezer/common';
import { parser as grammar } from '@prometheus-io/lezer-promql';
import { notEnabled, type QueryFeatures } from '../features.ts';
import { DEFAULT_QUERY_LIMITS, type ParseLimits } from '../limits.ts';
import { checkBounds } from './bounds.ts';
import { coveredText } from './lexical.ts';
import { applyModifier, isModifier } from './modifiers.ts';
import { childrenOf, convertOperand, textOf } from './operands.ts';
import { type Operation, operationOf } from './operation.ts';
import { parseError, type Span } from './positions.ts';
import type { ParseSource } from './source.ts';
import { syntaxError } from './syntax-error.ts';
import type { Syntax } from './syntax-tree.ts';

/** For what reads an expression and does not evaluate it. */
const ALL_FEATURES: QueryFeatures = {
  experimentalFunctions: true,
  delayedNameRemoval: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
  typeAndUnitLabels: true,
};

const strictGrammar = grammar.configure({ strict: true });

export interface ParseOptions {
  readonly limits: ParseLimits;
  readonly features: QueryFeatures;
}

/** Of an expression that is only looked at: whatever the language has. */
export const LENIENT_PARSE_OPTIONS: ParseOptions = { limits: DEFAULT_QUERY_LIMITS, features: ALL_FEATURES };

/** @throws {QueryError} bad_data, with the position. */
export function parseExpression(text: string, { limits, features }: ParseOptions): Syntax {
  checkBounds(text, limits);
  const top = strictParse(text);
  return convert({ text, features }, childrenOf(top)[0]!);
}

/** The grammar's own tree, of everything that is PromQL. @throws {QueryError} bad_data, with the position. */
export function strictParse(text: string): SyntaxNode {
  const covered = coveredText(text);
  try {
    return strictGrammar.parse(covered).topNode;
  } catch (cause) {
    const offset = /^No parse at ([0-9]+)$/.exec(cause instanceof Error ? cause.message : '')?.[1];
    if (offset === undefined) throw cause;
    throw syntaxError(text, Number(offset));
  }
}

type Item =
  | { readonly kind: 'sign'; readonly from: number; readonly operator: '+' | '-' }
  | { readonly kind: 'operand'; readonly from: number; readonly syntax: Syntax }
  | { readonly kind: 'modifier'; readonly from: number; readonly node: SyntaxNode }
  | { readonly kind: 'operator'; readonly from: number; readonly operation: Operation };

const RANKS: Readonly<Record<string, number>> = {
  or: 1,
  and: 2,
  unless: 2,
  '==': 3,
  '!=': 3,
  '<': 3,
  '<=': 3,
  '>': 3,
  '>=': 3,
  '</': 3,
  '>/': 3,
  '+': 4,
  '-': 4,
  '*': 5,
  '/': 5,
  '%': 5,
  atan2: 5,
  '^': 6,
};
export const BINARY_OPERATORS: readonly string[] = Object.keys(RANKS);
const LOWEST_RANK = 1;
const POWER_RANK = 6;

function convert(source: ParseSource, node: SyntaxNode): Syntax {
  const items: Item[] = [];
  flatten(source, node, items);
  return new Ranking(source, items).expression(LOWEST_RANK);
}

/** Appends the signs, operands, modifiers and operators under the node in the order of the text. */
function flatten(source: ParseSource, node: SyntaxNode, items: Item[]): void {
  // Modifiers may be many, each around what is before it.
  const modifiers: SyntaxNode[] = [];
  let bare = node;
  while (isModifier(bare)) {
    modifiers.push(bare);
    bare = bare.firstChild!;
  }
  flattenBare(source, bare, items);
  for (const modifier of modifiers.reverse()) {
    items.push({ kind: 'modifier', from: childrenOf(modifier)[1]!.from, node: modifier });
  }
}

function flattenBare(source: ParseSource, node: SyntaxNode, items: Item[]): void {
  const { text } = source;
  const children = childrenOf(node);
  const { from } = node;
  if (node.name === 'BinaryExpr') {
    flatten(source, children[0]!, items);
    const operation = operationOf(source, children.slice(1, -1));
    items.push({ kind: 'operator', from: operation.operatorSpan.from, operation });
    flatten(source, children.at(-1)!, items);
  } else if (node.name === 'UnaryExpr') {
    items.push({ kind: 'sign', from, operator: textOf(text, children[0]!) === '-' ? '-' : '+' });
    flatten(source, children[1]!, items);
  } else {
    const sign = node.name === 'NumberDurationLiteral' ? text[from] : undefined;
    if (sign === '-' || sign === '+') items.push({ kind: 'sign', from, operator: sign });
    items.push({ kind: 'operand', from, syntax: convertOperand(source, node, (inner) => convert(source, inner)) });
  }
}

/** Ranks operators by precedence climbing. */
class Ranking {
  readonly #source: ParseSource;
  readonly #items: readonly Item[];
  #index = 0;

  constructor(source: ParseSource, items: readonly Item[]) {
    this.#source = source;
    this.#items = items;
  }

  expression(lowestRank: number): Syntax {
    let left = this.#signed();
    for (;;) {
      const item = this.#items[this.#index];
      if (item?.kind !== 'operator') return left;
      const { operation } = item;
      const rank = RANKS[operation.operator]!;
      if (rank < lowestRank) return left;
      this.#index++;
      const right = this.expression(rank === POWER_RANK ? rank : rank + 1);
      const span: Span = { from: left.span.from, to: right.span.to };
      if (operation.fillSpan !== undefined && !this.#source.features.fillModifiers) {
        const problem = `binop fill modifiers are experimental and ${notEnabled('promql-binop-fill-modifiers')}`;
        throw parseError(this.#source.text, span.from, problem);
      }
      const { operator, operatorSpan, bool, matching } = operation;
      left = { kind: 'binary', span, operator, operatorSpan, bool, matching, left, right };
    }
  }

  /** A sign binds less than `^` and more than everything else. */
  #signed(): Syntax {
    const item = this.#items[this.#index];
    if (item?.kind !== 'sign') return this.#modified();
    this.#index++;
    const { from, operator } = item;
    const operand = this.expression(POWER_RANK);
    const span: Span = { from, to: operand.span.to };
    if (operand.kind !== 'number') return { kind: 'unary', span, operator, operand };
    return { ...operand, span, value: operator === '-' ? -operand.value : operand.value };
  }

  #modified(): Syntax {
    const { text } = this.#source;
    const item = this.#items[this.#index++];
    if (item?.kind !== 'operand') throw parseError(text, text.length, 'unexpected end of input');
    let { syntax } = item;
    for (let next = this.#items[this.#index]; next?.kind === 'modifier'; next = this.#items[this.#index]) {
      const modified = applyModifier(this.#source, syntax, next.node);
      syntax = modified.syntax;
      do this.#index++;
      while ((this.#items[this.#index]?.from ?? Infinity) < modified.to);
    }
    return syntax;
  }
}
