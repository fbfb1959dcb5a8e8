// A quantile that is not between 0 and 1.

import { everyPart, numberOf } from '../expression/analysis.ts';
import type { Trap } from '../interface.ts';

const QUANTILES: ReadonlySet<string> = new Set(['histogram_quantile', 'quantile_over_time', 'quantile']);

export const QUANTILE_OUT_OF_RANGE: Trap = {
  code: 'quantile-out-of-range',
  level: 'error',
  title: 'A quantile that is not between 0 and 1',
  why: 'It is minus or plus infinity, whatever the values are: the alert fires always or never, and the panel stays empty.',
  mend: 'Write the quantile as a ratio: 0.99 for the 99th percentile.',
  *examine(subject) {
    for (const part of everyPart(subject.syntax)) {
      const name = part.kind === 'call' ? part.name : part.kind === 'aggregate' ? part.operator : undefined;
      if (name === undefined || !QUANTILES.has(name) || (part.kind !== 'call' && part.kind !== 'aggregate')) continue;
      const [first] = part.arguments;
      const quantile = first === undefined ? undefined : numberOf(first);
      if (quantile === undefined || (quantile >= 0 && quantile <= 1)) continue;
      yield {
        level: 'error',
        at: subject.placeAt(part.span.from),
        message: `${name} is asked for the quantile ${quantile}: the answer is always ${quantile > 1 ? '+' : '-'}Inf`,
        mend: QUANTILE_OUT_OF_RANGE.mend,
      };
    }
  },
};
