// A standstill that is also that of what is finished.

import { METRIC_NAME } from '../../model/labels.ts';
import { bare, selectorsIn } from '../expression/analysis.ts';
import { conditionsIn, decisiveParts } from '../expression/conditions.ts';
import { windowBehind } from '../expression/windows.ts';
import type { Subject, Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

const MOVEMENT: ReadonlySet<string> = new Set(['rate', 'irate', 'increase', 'delta', 'idelta', 'deriv', 'changes']);
const PROGRESS = /progress|complet|percent_done|fraction_done/i;
const STATE = /phase|state|status|active|running|finished|done|complete|in_progress/i;

export const STALLED_WHEN_FINISHED: Trap = {
  code: 'stalled-when-finished',
  level: 'error',
  title: 'A standstill that is also that of what is finished',
  why: 'What is complete moves no more either: the alert fires when it is done, and can never clear.',
  mend: 'Add that it is not finished: `… and progress < 1`, with the value that means complete.',
  *examine(subject) {
    if (subject.kind !== 'alert') return;
    const decisive = decisiveParts(subject.syntax);
    for (const { syntax, compared, comparison, threshold } of conditionsIn(subject.syntax)) {
      const isStandstill =
        (comparison === '==' && threshold === 0) ||
        (comparison === '<=' && threshold === 0) ||
        (comparison === '<' && threshold > 0 && threshold <= 0.01);
      const window = windowBehind(compared);
      if (!isStandstill || !decisive.has(syntax) || window === undefined || !MOVEMENT.has(window.call.name)) continue;
      const { argument } = window;
      if (argument.kind !== 'selector') continue;
      const metric = nameOf(argument);
      if (!PROGRESS.test(metric) || isGuarded(subject, window.call)) continue;
      const series = subject.analysis.seriesOf(argument) ?? [];
      const isBounded =
        series.length > 0 && series.every(({ range, role }) => role !== 'counter' && Number.isFinite(range.max));
      yield {
        level: isBounded ? 'error' : 'warning',
        at: subject.placeAt(syntax.span.from),
        message: `${metric} stands still when it is complete, too: the alert fires for what is finished, and can never clear`,
        mend: STALLED_WHEN_FINISHED.mend,
      };
    }
  },
};

/** Whether another part says that it is still going on. */
function isGuarded({ syntax }: Subject, call: unknown): boolean {
  for (const { compared } of conditionsIn(syntax)) {
    const inner = bare(compared);
    if (inner === call || windowBehind(inner)?.call === call) continue;
    for (const selector of selectorsIn(inner)) {
      if (STATE.test(nameOf(selector)) || PROGRESS.test(nameOf(selector))) return true;
    }
  }
  // A series that is there only while it goes on.
  for (const selector of selectorsIn(syntax)) {
    if (selector.matchers.some(({ name }) => name !== METRIC_NAME && STATE.test(name) && name !== 'phase')) return true;
  }
  return false;
}
