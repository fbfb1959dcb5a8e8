// Conditions that exclude each other.

import type { Syntax } from '../../promql/inspect.ts';
import { bare, everyPart } from '../expression/analysis.ts';
import { type Condition, conditionOf, conjunctsOf, decisiveParts } from '../expression/conditions.ts';
import { ALL, intersection, isEmpty, type NumericRange, satisfying } from '../expression/numeric-range.ts';
import type { Subject, Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const CONTRADICTION: Trap = {
  code: 'contradiction',
  level: 'error',
  title: 'Conditions that exclude each other',
  why: 'No value is above 5 and below 3 at one moment.',
  mend: 'Write `or` where either is meant, or mend one of the thresholds.',
  *examine(subject) {
    const decisive = decisiveParts(subject.syntax);
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'binary' || part.operator !== 'and' || !isOutermost(part, subject.syntax)) continue;
      const met = new Map<string, { range: NumericRange; first: Condition }>();
      for (const conjunct of conjunctsOf(part)) {
        for (const condition of chainOf(conjunct)) {
          if (condition.syntax.bool) continue;
          const text = textOf(condition.compared, subject);
          const before = met.get(text);
          const range = intersection(before?.range ?? ALL, satisfying(condition.comparison, condition.threshold));
          met.set(text, { range, first: before?.first ?? condition });
          if (!isEmpty(range) || before === undefined) continue;
          yield {
            level: decisive.has(part) && !isMatchedOn(part) ? 'error' : 'warning',
            at: subject.placeAt(condition.syntax.span.from),
            message: `${text} is to be ${written(before.first)} and ${written(condition)}: no value is both, and ${consequence(subject)}`,
            mend: CONTRADICTION.mend,
          };
          break;
        }
      }
    }
  },
};

function written({ comparison, threshold }: Condition): string {
  return `${comparison} ${threshold}`;
}

/** `x > 5 < 3` is two conditions of one value. */
function chainOf(syntax: Syntax): readonly Condition[] {
  const inner = bare(syntax);
  const condition = inner.kind === 'binary' ? conditionOf(inner) : undefined;
  if (condition === undefined) return [];
  const before = chainOf(condition.compared);
  const { compared = condition.compared } = before[0] ?? {};
  return [...before, { ...condition, compared }];
}

function isOutermost(part: Syntax, root: Syntax): boolean {
  for (const other of everyPart(root)) {
    if (other !== part && other.kind === 'binary' && other.operator === 'and') {
      if (bare(other.left) === part || bare(other.right) === part) return false;
    }
  }
  return true;
}

/** Values of other series may meet then. */
function isMatchedOn(root: Syntax): boolean {
  const inner = bare(root);
  if (inner.kind !== 'binary' || inner.operator !== 'and') return false;
  return inner.matching !== undefined || isMatchedOn(inner.left) || isMatchedOn(inner.right);
}

function textOf(syntax: Syntax, { text }: Subject): string {
  const { from, to } = bare(syntax).span;
  return text.slice(from, to).replaceAll(/\s+/g, ' ');
}
