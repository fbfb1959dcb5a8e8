// A recorded series that is read before it is recorded.

import { selectorsIn } from '../expression/analysis.ts';
import type { Subject, Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

export const RECORDED_LATER: Trap = {
  code: 'recorded-later',
  level: 'warning',
  title: 'A recorded series that is read before it is recorded',
  why: 'Rules of a group run one after the other, and groups at moments of their own: what is recorded later is read one evaluation old.',
  mend: 'Put the recording rule before the rule that reads it, in the same group.',
  *examine(subject, { subjects }) {
    if (subject.rule === undefined || subject.group === undefined) return;
    const { rules } = subject.group;
    const own = rules.indexOf(subject.rule);
    for (const name of new Set([...selectorsIn(subject.syntax)].map(nameOf))) {
      if (name === subject.name) continue;
      const recorders = recordersOf(subjects).get(name) ?? [];
      if (recorders.length === 0) continue;
      const inGroup = recorders.filter(({ group }) => group === subject.group);
      if (inGroup.some(({ rule }) => rule !== undefined && rules.indexOf(rule) < own)) continue;
      const selector = [...selectorsIn(subject.syntax)].find((each) => nameOf(each) === name);
      yield {
        level: inGroup.length > 0 ? 'warning' : 'info',
        at: subject.placeAt(selector?.span.from ?? 0),
        message:
          inGroup.length > 0
            ? `${name} is recorded further down in the group: its value is that of the evaluation before`
            : `${name} is recorded in the group "${recorders[0]?.group?.name ?? ''}": its value may be one interval old`,
        mend: RECORDED_LATER.mend,
      };
    }
  },
};

const known = new WeakMap<readonly Subject[], ReadonlyMap<string, readonly Subject[]>>();

function recordersOf(subjects: readonly Subject[]): ReadonlyMap<string, readonly Subject[]> {
  const before = known.get(subjects);
  if (before !== undefined) return before;
  const made = Map.groupBy(
    subjects.filter(({ kind }) => kind === 'recording'),
    ({ name }) => name,
  );
  known.set(subjects, made);
  return made;
}
