// The same rule twice.

import { labelsKey } from '../../model/labels.ts';
import type { Subject, Trap } from '../interface.ts';

export const DUPLICATE_RULE: Trap = {
  code: 'duplicate-rule',
  level: 'warning',
  title: 'The same rule twice',
  why: 'Two rules that make the same series overwrite each other; two that make the same alert notify as one and are edited as two.',
  mend: 'Keep one of them.',
  *examine(subject, { subjects }) {
    if (subject.rule === undefined) return;
    const first = firstLike(subjects).get(keyOf(subject));
    if (first === undefined || first === subject) return;
    const at = first.placeOf(subject.kind === 'alert' ? 'alert' : 'record');
    yield {
      // Other files may be for another place.
      level: first.path === subject.path ? 'warning' : 'info',
      at: subject.placeOf(subject.kind === 'alert' ? 'alert' : 'record'),
      message: `${subject.name} is there already, at ${first.path}:${at.line}, with the same ${subject.kind === 'alert' ? 'expression and labels' : 'labels'}`,
      mend: DUPLICATE_RULE.mend,
    };
  },
};

const firsts = new WeakMap<readonly Subject[], ReadonlyMap<string, Subject>>();

function firstLike(subjects: readonly Subject[]): ReadonlyMap<string, Subject> {
  const known = firsts.get(subjects);
  if (known !== undefined) return known;
  const made = new Map<string, Subject>();
  for (const subject of subjects) {
    if (subject.rule !== undefined && !made.has(keyOf(subject))) made.set(keyOf(subject), subject);
  }
  firsts.set(subjects, made);
  return made;
}

/** Recording rules of one name often record parts, so their expressions must be the same, too. */
function keyOf({ kind, name, rule, text }: Subject): string {
  return JSON.stringify([kind, name, labelsKey(rule?.labels ?? []), text.replaceAll(/\s+/g, ' ').trim()]);
}
