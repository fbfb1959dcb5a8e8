// A total since the start compared with a number.

import { soleCondition } from '../expression/conditions.ts';
import type { Trap } from '../interface.ts';

export const LIFETIME_COUNTER: Trap = {
  code: 'lifetime-counter',
  level: 'error',
  title: 'A total since the start compared with a number',
  why: 'A counter never falls: once it is above the threshold the alert can never clear, until the process restarts.',
  mend: 'Compare the growth in a window: `increase(metric[10m]) > …`.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    const condition = soleCondition(subject.syntax);
    if (condition === undefined || condition.syntax.bool) return;
    const { compared, comparison, threshold, syntax } = condition;
    const { nature, metric } = subject.analysis.of(compared);
    const rises = comparison === '>' || comparison === '>=' || (comparison === '!=' && threshold === 0);
    if (nature !== 'counter' || !rises) return;
    yield {
      level: 'error',
      at: subject.placeAt(syntax.span.from),
      message: `${metric ?? 'this'} is a total since the start: once it is ${comparison} ${threshold} it stays so, and the alert can never clear`,
      mend: LIFETIME_COUNTER.mend,
    };
  },
};
