// `absent()` without the labels that route its alert.

import { everyPart } from '../expression/analysis.ts';
import type { Trap } from '../interface.ts';

const NO_ROUTE: ReadonlySet<string> = new Set(['severity', 'severity_level', 'priority']);

export const ABSENT_WITHOUT_LABELS: Trap = {
  code: 'absent-without-labels',
  level: 'warning',
  title: '`absent()` without the labels that route its alert',
  why: 'Its result has the labels of the matchers with `=` alone: without them the alert says of nobody what is missing, and one series of any target keeps it silent.',
  mend: 'Write one `absent(metric{job="…",instance="…"})` for each target, or give the rule labels that route it.',
  *examine(subject) {
    if (subject.kind !== 'alert' || subject.rule === undefined) return;
    if (subject.rule.labels.some(({ name }) => !NO_ROUTE.has(name))) return;
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'call' || (part.name !== 'absent' && part.name !== 'absent_over_time')) continue;
      if (subject.analysis.of(part).shapes.some(({ labels }) => labels.size > 0)) continue;
      yield {
        level: 'warning',
        at: subject.placeAt(part.span.from),
        message: `the result of ${part.name} has no label: nothing tells what is missing, nor whom to tell`,
        mend: ABSENT_WITHOUT_LABELS.mend,
      };
    }
  },
};
