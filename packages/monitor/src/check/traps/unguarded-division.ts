// A division whose divisor can be 0.

import type { BinarySyntax } from '../../promql/inspect.ts';
import { bare, everyPart } from '../expression/analysis.ts';
import { conditionsIn } from '../expression/conditions.ts';
import { includes } from '../expression/numeric-range.ts';
import type { Subject, Trap } from '../interface.ts';

/** What is never 0 in practice, though nothing says so. */
const NEVER_ZERO = /(?:size|limit|capacity|max|total|cores|count)(?:_bytes|_fds|_seconds|_transactions)?$/;

export const UNGUARDED_DIVISION: Trap = {
  code: 'unguarded-division',
  level: 'warning',
  title: 'A division whose divisor can be 0',
  why: 'A quotient by 0 is infinite, which is above every threshold, or no number, which no comparison lets through: the alert fires for nothing, or stays silent when nothing runs at all.',
  mend: 'Guard it: `a / clamp_min(b, 1e-9)`, or `a / (b > 0)`.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'binary' || part.operator !== '/') continue;
      const level = levelOf(part, subject);
      if (level === undefined || isGuarded(part, subject)) continue;
      yield {
        level,
        at: subject.placeAt(part.operatorSpan.from),
        message: `the divisor ${textOf(part.right, subject)} is 0 when nothing happens: the quotient is then infinite, or no number at all`,
        mend: UNGUARDED_DIVISION.mend,
      };
    }
  },
};

function levelOf({ left, right }: BinarySyntax, { analysis }: Subject): 'warning' | 'info' | undefined {
  const divisor = analysis.of(right);
  const dividend = analysis.of(left);
  if (divisor.isScalar || !includes(divisor.range, 0)) return undefined;
  // A part of the divisor is 0 with it: no number, which passes no comparison.
  if (dividend.metric !== undefined && dividend.metric === divisor.metric) return 'info';
  if (divisor.nature === 'rate') return 'warning';
  if (divisor.nature !== 'gauge' || divisor.metric === undefined) return undefined;
  return NEVER_ZERO.test(divisor.metric) ? 'info' : 'warning';
}

/** Another condition of the alert that keeps the divisor from 0. */
function isGuarded({ right }: BinarySyntax, subject: Subject): boolean {
  const divisor = textOf(right, subject);
  for (const { compared, comparison, threshold } of conditionsIn(subject.syntax)) {
    const excludesZero =
      (comparison === '>' && threshold >= 0) ||
      (comparison === '>=' && threshold > 0) ||
      (comparison === '!=' && threshold === 0);
    if (excludesZero && textOf(compared, subject) === divisor) return true;
  }
  return false;
}

function textOf(syntax: BinarySyntax['right'], { text }: Subject): string {
  const { from, to } = bare(syntax).span;
  return text.slice(from, to).replaceAll(/\s+/g, ' ');
}
