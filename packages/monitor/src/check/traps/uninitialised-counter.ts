// The first event of a counter that is not there before it.

import type { CallSyntax, Syntax } from '../../promql/inspect.ts';
import { everyPart, selectorsIn } from '../expression/analysis.ts';
import { conditionsIn } from '../expression/conditions.ts';
import { windowBehind } from '../expression/windows.ts';
import type { Subject, Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

export const UNINITIALISED_COUNTER: Trap = {
  code: 'uninitialised-counter',
  level: 'warning',
  title: 'The first event of a counter that is not there before it',
  why: 'A series that comes with its first event begins at 1, and `increase` sees no growth: the first event is missed.',
  mend: 'Let the counter begin at 0, or add the series that are new: `increase(metric[10m]) or (metric unless metric offset 10m)`.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    for (const { compared, comparison, threshold } of conditionsIn(subject.syntax)) {
      const isFirst = (comparison === '>' && threshold < 1) || (comparison === '>=' && threshold > 0 && threshold <= 1);
      if (!isFirst) continue;
      const window = windowBehind(compared);
      if (window === undefined || window.argument.kind !== 'selector') continue;
      const { call, argument } = window;
      if (call.name !== 'increase' && !(call.name === 'rate' && threshold === 0)) continue;
      const series = subject.analysis.seriesOf(argument) ?? [];
      if (series.length === 0 || series.some(({ startsAtZero }) => startsAtZero !== false)) continue;
      if (isSeenOtherwise(call, nameOf(argument), subject)) continue;
      yield {
        level: 'warning',
        at: subject.placeAt(call.span.from),
        message: `a series of ${nameOf(argument)} comes with its first event, and ${call.name} does not see that one`,
        mend: UNINITIALISED_COUNTER.mend,
      };
    }
  },
};

/** Whether the other side of an `or` names the same metric. */
function isSeenOtherwise(call: CallSyntax, metric: string, { syntax }: Subject): boolean {
  for (const part of everyPart(syntax)) {
    if (part.kind !== 'binary' || part.operator !== 'or') continue;
    for (const [own, other] of [
      [part.left, part.right],
      [part.right, part.left],
    ] as const) {
      if (!holds(own, call)) continue;
      for (const selector of selectorsIn(other)) if (nameOf(selector) === metric) return true;
    }
  }
  return false;
}

function holds(root: Syntax, wanted: Syntax): boolean {
  for (const part of everyPart(root)) if (part === wanted) return true;
  return false;
}
