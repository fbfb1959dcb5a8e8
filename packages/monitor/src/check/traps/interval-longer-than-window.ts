// A rule that is evaluated less often than its window is long.

import { formatDuration } from '../../model/duration.ts';
import { NEED_TWO_SAMPLES, windowCallsIn } from '../expression/windows.ts';
import type { Trap } from '../interface.ts';

export const INTERVAL_LONGER_THAN_WINDOW: Trap = {
  code: 'interval-longer-than-window',
  level: 'error',
  title: 'A rule that is evaluated less often than its window is long',
  why: 'What happens between two windows is in none: such an event can never fire.',
  mend: 'Make the window at least as long as the interval of the group, or the interval shorter.',
  *examine(subject, { evaluationIntervalMs }) {
    if (subject.rule === undefined) return;
    const intervalMs = subject.group?.intervalMs ?? evaluationIntervalMs;
    if (intervalMs === undefined) return;
    for (const { call, windowMs, argument } of windowCallsIn(subject.syntax)) {
      const looks = NEED_TWO_SAMPLES.has(call.name) || call.name === 'changes' || call.name === 'resets';
      if (!looks || argument.kind !== 'selector' || windowMs === undefined || windowMs >= intervalMs) continue;
      yield {
        level: 'error',
        at: subject.placeAt(call.span.from),
        message: `the group is evaluated every ${formatDuration(intervalMs)} and looks back ${formatDuration(windowMs)}: what happens in between can never fire`,
        mend: INTERVAL_LONGER_THAN_WINDOW.mend,
      };
    }
  },
};
