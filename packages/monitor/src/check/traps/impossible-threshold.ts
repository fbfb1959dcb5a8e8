// A threshold that the value can never reach.

import { conditionsIn, decisiveParts } from '../expression/conditions.ts';
import { isEmpty, type NumericRange, neverHolds } from '../expression/numeric-range.ts';
import type { Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const IMPOSSIBLE_THRESHOLD: Trap = {
  code: 'impossible-threshold',
  level: 'error',
  title: 'A threshold that the value can never reach',
  why: 'A ratio is never above 1, a counter never below 0, and a quantile never above the highest bound of its buckets: the condition never holds.',
  mend: 'Write a threshold within what the metric can be, in its unit.',
  *examine(subject) {
    const decisive = decisiveParts(subject.syntax);
    for (const { syntax, compared, comparison, threshold } of conditionsIn(subject.syntax)) {
      const { range, metric, shapes } = subject.analysis.of(compared);
      if (shapes.length === 0 || isEmpty(range) || !neverHolds(range, comparison, threshold)) continue;
      const isDecisive = decisive.has(syntax) && !syntax.bool;
      yield {
        level: isDecisive ? 'error' : 'warning',
        at: subject.placeAt(syntax.span.from),
        message: `${metric ?? 'the value'} is ${told(range)}, never ${comparison} ${threshold}${isDecisive ? `: ${consequence(subject)}` : ''}`,
        mend: IMPOSSIBLE_THRESHOLD.mend,
      };
    }
  },
};

export function told({ min, max }: NumericRange): string {
  if (min === max) return `always ${min}`;
  if (max === Number.POSITIVE_INFINITY) return `at least ${min}`;
  return min === Number.NEGATIVE_INFINITY ? `at most ${max}` : `from ${min} to ${max}`;
}
