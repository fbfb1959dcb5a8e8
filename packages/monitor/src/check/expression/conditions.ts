// The conditions of an expression: its comparisons with a number, and which parts decide alone whether there is a result at all.

import type { BinarySyntax, Syntax } from '../../promql/inspect.ts';
import { bare, everyPart, numberOf } from './analysis.ts';
import { COMPARISONS, mirrored } from './binary-facts.ts';
import type { Comparison } from './numeric-range.ts';

export interface Condition {
  readonly syntax: BinarySyntax;
  /** What is compared. */
  readonly compared: Syntax;
  readonly comparison: Comparison;
  readonly threshold: number;
}

export function* conditionsIn(root: Syntax): Generator<Condition> {
  for (const part of everyPart(root)) {
    const condition = part.kind === 'binary' ? conditionOf(part) : undefined;
    if (condition !== undefined) yield condition;
  }
}

export function conditionOf(syntax: BinarySyntax): Condition | undefined {
  const { operator, left, right } = syntax;
  if (!COMPARISONS.has(operator)) return undefined;
  const threshold = numberOf(right);
  if (threshold !== undefined) return { syntax, compared: bare(left), comparison: operator as Comparison, threshold };
  const first = numberOf(left);
  if (first === undefined) return undefined;
  return { syntax, compared: bare(right), comparison: mirrored(operator) as Comparison, threshold: first };
}

const IGNORE_EMPTINESS: ReadonlySet<string> = new Set(['absent', 'absent_over_time', 'scalar', 'vector']);

/** Parts without which there is no result: when one of them is empty, the whole is. */
export function decisiveParts(root: Syntax): ReadonlySet<Syntax> {
  const found = new Set<Syntax>();
  const visit = (part: Syntax): void => {
    found.add(part);
    switch (part.kind) {
      case 'parentheses':
      case 'subquery':
        visit(part.inner);
        return;
      case 'unary':
        visit(part.operand);
        return;
      case 'aggregate': {
        const argument = part.arguments.at(-1);
        if (argument !== undefined) visit(argument);
        return;
      }
      case 'call':
        if (!IGNORE_EMPTINESS.has(part.name)) for (const argument of part.arguments) visit(argument);
        return;
      case 'binary':
        if (part.operator === 'or' || part.matching?.fillLeft !== undefined || part.matching?.fillRight !== undefined)
          return;
        visit(part.left);
        if (part.operator !== 'unless') visit(part.right);
        return;
      default:
    }
  };
  visit(root);
  return found;
}

/** What must hold together for a result: the sides of `and`, without those that are matched on labels of their own. */
export function conjunctsOf(root: Syntax): readonly Syntax[] {
  const inner = bare(root);
  if (inner.kind !== 'binary' || inner.operator !== 'and') return [inner];
  return [...conjunctsOf(inner.left), ...conjunctsOf(inner.right)];
}

/** The comparison that alone decides, when there is only one. */
export function soleCondition(root: Syntax): Condition | undefined {
  const inner = bare(root);
  if (inner.kind === 'aggregate') {
    const argument = inner.arguments.at(-1);
    return argument === undefined ? undefined : soleCondition(argument);
  }
  return inner.kind === 'binary' ? conditionOf(inner) : undefined;
}
