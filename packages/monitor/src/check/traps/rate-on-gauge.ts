// `rate`, `irate` or `increase` of a gauge.

import type { SelectorSyntax } from '../../promql/inspect.ts';
import { FOR_COUNTERS, windowCallsIn } from '../expression/windows.ts';
import type { Subject, Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

/** Names that no counter has. */
const GAUGE_NAME = /_(?:ratio|percent|percentage|celsius|height)$/;

export const RATE_ON_GAUGE: Trap = {
  code: 'rate-on-gauge',
  level: 'error',
  title: '`rate`, `irate` or `increase` of a gauge',
  why: 'They take each fall of the value for a restart and count it as growth: the result means nothing.',
  mend: 'Use `delta`, `deriv` or `changes` of a gauge.',
  *examine(subject) {
    for (const { call, argument } of windowCallsIn(subject.syntax)) {
      if (!FOR_COUNTERS.has(call.name) || argument.kind !== 'selector') continue;
      const isGauge = gaugeness(subject, argument);
      if (isGauge === undefined) continue;
      yield {
        level: isGauge === 'certain' ? 'error' : 'warning',
        at: subject.placeAt(call.span.from),
        message: `${nameOf(argument)} ${isGauge === 'certain' ? 'is' : 'looks like'} a gauge, and ${call.name} takes each of its falls for a restart`,
        mend: RATE_ON_GAUGE.mend,
      };
    }
  },
};

function gaugeness({ analysis }: Subject, selector: SelectorSyntax): 'certain' | 'likely' | undefined {
  const series = analysis.seriesOf(selector);
  if (series === undefined || series.length === 0) return GAUGE_NAME.test(nameOf(selector)) ? 'likely' : undefined;
  if (series.every(({ role }) => role === 'gauge' || role === 'state' || role === 'info')) return 'certain';
  return series.every(({ role, name }) => role === 'unknown' && GAUGE_NAME.test(name)) ? 'likely' : undefined;
}
