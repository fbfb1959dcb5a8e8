// A ratio of two totals without a window.

import { everyPart } from '../expression/analysis.ts';
import type { Trap } from '../interface.ts';

export const COUNTER_RATIO: Trap = {
  code: 'counter-ratio',
  level: 'warning',
  title: 'A ratio of two totals without a window',
  why: 'It is the mean since the start: after some days a fault hardly moves it, and once moved it hardly comes back.',
  mend: 'Divide the growth in a window: `rate(a[5m]) / rate(b[5m])`.',
  *examine(subject) {
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'binary' || part.operator !== '/') continue;
      const left = subject.analysis.of(part.left);
      const right = subject.analysis.of(part.right);
      if (left.isScalar || right.isScalar || left.nature !== 'counter' || right.nature !== 'counter') continue;
      yield {
        level: 'warning',
        at: subject.placeAt(part.operatorSpan.from),
        message: `both ${left.metric ?? 'sides'} and ${right.metric ?? 'its divisor'} are totals since the start: the quotient is the mean of all time`,
        mend: COUNTER_RATIO.mend,
      };
    }
  },
};
