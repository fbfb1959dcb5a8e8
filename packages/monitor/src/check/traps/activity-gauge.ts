// A gauge that is only set while something happens.

import { bare } from '../expression/analysis.ts';
import { conditionsIn, decisiveParts } from '../expression/conditions.ts';
import type { Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

const OF_THE_LAST = /(?:^|_)(?:last|latest)_(?!.*timestamp)/;
const TOLD_OF_THE_LAST = /\b(?:last|latest|most recent)\b/i;

export const ACTIVITY_GAUGE: Trap = {
  code: 'activity-gauge',
  level: 'warning',
  title: 'A gauge that is only set while something happens',
  why: 'When nothing happens any more it keeps the value of the last time, and silence looks healthy: the alert can never fire for a standstill.',
  mend: 'Alert on the time since the last event as well: `time() - …_timestamp_seconds > …`, or `changes(…) == 0`.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    const decisive = decisiveParts(subject.syntax);
    for (const { syntax, compared } of conditionsIn(subject.syntax)) {
      const inner = bare(compared);
      if (inner.kind !== 'selector' || inner.range !== undefined || !decisive.has(syntax)) continue;
      const series = subject.analysis.seriesOf(inner) ?? [];
      const isOfTheLast = series.some(
        ({ role, name, help, unit, isSetByEvents }) =>
          role === 'gauge' &&
          isSetByEvents !== false &&
          unit !== 'timestamp' &&
          ['seconds', 'milliseconds', 'bytes', 'per_second'].includes(unit ?? '') &&
          (OF_THE_LAST.test(name) || TOLD_OF_THE_LAST.test(help)),
      );
      if (!isOfTheLast) continue;
      yield {
        level: 'warning',
        at: subject.placeAt(syntax.span.from),
        message: `${nameOf(inner)} is of the last time that something happened: when nothing happens it keeps its value, and silence looks healthy`,
        mend: ACTIVITY_GAUGE.mend,
      };
    }
  },
};
