// `delta`, `deriv` or `predict_linear` of a counter.

import { FOR_GAUGES, windowCallsIn } from '../expression/windows.ts';
import type { Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

export const GAUGE_FUNCTION_ON_COUNTER: Trap = {
  code: 'gauge-function-on-counter',
  level: 'warning',
  title: '`delta`, `deriv` or `predict_linear` of a counter',
  why: 'They do not know that a counter begins again at 0 with each restart: the result falls far below zero then.',
  mend: 'Use `increase` or `rate` of a counter.',
  *examine(subject) {
    for (const { call, argument } of windowCallsIn(subject.syntax)) {
      if (!FOR_GAUGES.has(call.name) || argument.kind !== 'selector') continue;
      const series = subject.analysis.seriesOf(argument) ?? [];
      if (
        series.length === 0 ||
        !series.every(({ role }) => role === 'counter' || role === 'bucket' || role === 'count')
      )
        continue;
      yield {
        level: 'warning',
        at: subject.placeAt(call.span.from),
        message: `${nameOf(argument)} is a counter, and ${call.name} takes a restart for a fall`,
        mend: GAUGE_FUNCTION_ON_COUNTER.mend,
      };
    }
  },
};
