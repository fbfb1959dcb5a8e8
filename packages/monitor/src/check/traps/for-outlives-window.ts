// `for` at least as long as the window of an event.

import { formatDuration } from '../../model/duration.ts';
import { conjunctsOf, soleCondition } from '../expression/conditions.ts';
import { windowBehind } from '../expression/windows.ts';
import type { Trap } from '../interface.ts';

export const FOR_OUTLIVES_WINDOW: Trap = {
  code: 'for-outlives-window',
  level: 'error',
  title: '`for` at least as long as the window of an event',
  why: 'A single event leaves the window before `for` is over: the alert can never fire for it.',
  mend: 'Leave `for` out, or make it shorter than the window.',
  *examine(subject) {
    const { rule } = subject;
    if (rule?.kind !== 'alerting' || rule.forMs === 0) return;
    // Further conditions may be there for another reason, such as a divisor that must not be 0.
    const [first] = conjunctsOf(subject.syntax);
    const condition = first === undefined ? undefined : soleCondition(first);
    if (condition === undefined) return;
    const { syntax, compared, comparison, threshold } = condition;
    const isEvent =
      (comparison === '>' && threshold === 0) ||
      (comparison === '!=' && threshold === 0) ||
      (comparison === '>=' && threshold > 0 && threshold <= 1);
    if (syntax.bool || !isEvent) return;
    const window = windowBehind(compared);
    if (
      window?.windowMs === undefined ||
      !['increase', 'rate', 'irate', 'changes', 'resets'].includes(window.call.name)
    )
      return;
    if (rule.forMs < window.windowMs) return;
    yield {
      level: 'error',
      at: subject.placeOf('for'),
      message: `an event is seen for ${formatDuration(window.windowMs)} by ${window.call.name}, and must hold for ${formatDuration(rule.forMs)}: a single one can never fire`,
      mend: FOR_OUTLIVES_WINDOW.mend,
    };
  },
};
