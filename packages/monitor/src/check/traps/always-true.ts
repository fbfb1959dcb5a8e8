// A condition that always holds.

import { bare } from '../expression/analysis.ts';
import { soleCondition } from '../expression/conditions.ts';
import { alwaysHolds, isEmpty } from '../expression/numeric-range.ts';
import type { Trap } from '../interface.ts';
import { told } from './impossible-threshold.ts';

export const ALWAYS_TRUE: Trap = {
  code: 'always-true',
  level: 'error',
  title: 'A condition that always holds',
  why: 'Whatever the value is, it passes: the alert fires from the first evaluation on and can never clear.',
  mend: 'Write a threshold that a healthy value does not pass.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    const root = bare(subject.syntax);
    if (root.kind === 'binary' && root.bool) {
      yield {
        level: 'error',
        at: subject.placeAt(root.operatorSpan.from),
        message:
          'with `bool` a comparison gives 0 or 1 and drops nothing: the alert fires for both, and can never clear',
        mend: 'Leave `bool` out.',
      };
      return;
    }
    const condition = soleCondition(subject.syntax);
    if (condition === undefined) return;
    const { compared, comparison, threshold, syntax } = condition;
    const { range, metric, shapes } = subject.analysis.of(compared);
    const inner = bare(compared);
    // `absent() == 1` is there only when something is absent.
    const mayBeEmpty = range.min === range.max || (inner.kind === 'binary' && shapes.every(({ isFull }) => !isFull));
    if (shapes.length === 0 || isEmpty(range) || mayBeEmpty || !alwaysHolds(range, comparison, threshold)) return;
    yield {
      level: 'error',
      at: subject.placeAt(syntax.span.from),
      message: `${metric ?? 'the value'} is ${told(range)}, and so always ${comparison} ${threshold}: the alert can never clear`,
      mend: ALWAYS_TRUE.mend,
    };
  },
};
