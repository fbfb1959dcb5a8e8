// A recording rule that feeds itself.

import { selectorsIn } from '../expression/analysis.ts';
import { decisiveParts } from '../expression/conditions.ts';
import type { Subject, Trap } from '../interface.ts';
import { nameOf } from './unknown-metric.ts';

export const RECORDING_LOOP: Trap = {
  code: 'recording-loop',
  level: 'error',
  title: 'A recording rule that feeds itself',
  why: 'It is computed from its own last value: where that is all it is computed from it never begins, and a wrong value never leaves it.',
  mend: 'Record under another name than what the expression reads.',
  *examine(subject, { subjects, evidence }) {
    if (subject.kind !== 'recording') return;
    const cycle = cycleFrom(subject, subjects);
    if (cycle === undefined) return;
    const [next = subject.name] = cycle;
    const selector = [...selectorsIn(subject.syntax)].find((each) => nameOf(each) === next);
    const isDirect = cycle.length === 1;
    const neverBegins =
      isDirect &&
      selector !== undefined &&
      decisiveParts(subject.syntax).has(selector) &&
      evidence.isComplete &&
      evidence.emitted(subject.name).length === 0;
    yield {
      level: neverBegins ? 'error' : 'warning',
      at: selector === undefined ? subject.placeOf('record') : subject.placeAt(selector.span.from),
      message: isDirect
        ? `${subject.name} is computed from itself${neverBegins ? ': it never has a first value' : ''}`
        : `${subject.name} is computed from itself, through ${cycle.slice(0, -1).join(', ')}`,
      mend: RECORDING_LOOP.mend,
    };
  },
};

/** The names from the one that the rule reads up to its own; undefined when it does not come back. */
function cycleFrom({ name }: Subject, subjects: readonly Subject[]): readonly string[] | undefined {
  const reads = readsOf(subjects);
  const seen = new Set<string>();
  const path: string[] = [];
  const visit = (at: string): boolean => {
    for (const read of reads.get(at) ?? []) {
      path.push(read);
      if (read === name) return true;
      if (reads.has(read) && !seen.has(read)) {
        seen.add(read);
        if (visit(read)) return true;
      }
      path.pop();
    }
    return false;
  };
  return visit(name) ? path : undefined;
}

const known = new WeakMap<readonly Subject[], ReadonlyMap<string, ReadonlySet<string>>>();

/** What each recorded name is computed from. */
function readsOf(subjects: readonly Subject[]): ReadonlyMap<string, ReadonlySet<string>> {
  const before = known.get(subjects);
  if (before !== undefined) return before;
  const reads = new Map<string, Set<string>>();
  for (const subject of subjects) {
    if (subject.kind !== 'recording') continue;
    const names = reads.get(subject.name) ?? new Set();
    for (const selector of selectorsIn(subject.syntax)) names.add(nameOf(selector));
    reads.set(subject.name, names);
  }
  known.set(subjects, reads);
  return reads;
}
