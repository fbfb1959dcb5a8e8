// A label of the rule that overwrites one of the series.

import { presenceIn } from '../expression/label-shape.ts';
import type { Trap } from '../interface.ts';

export const LABEL_OVERWRITTEN: Trap = {
  code: 'label-overwritten',
  level: 'warning',
  title: 'A label of the rule that overwrites one of the series',
  why: 'All results get the same value: nothing tells any more where they are from, and two that differed in that label alone make the evaluation fail.',
  mend: 'Give the label of the rule another name.',
  *examine(subject) {
    if (subject.rule === undefined) return;
    const { shapes } = subject.analysis.of(subject.syntax);
    if (shapes.length === 0) return;
    for (const { name, value } of subject.rule.labels) {
      if (value.includes('{{') || presenceIn(shapes, name) !== 'always') continue;
      if (shapes.every(({ labels }) => labels.get(name)?.values?.size === 1)) continue;
      yield {
        level: 'warning',
        at: subject.placeOf('labels', name),
        message: `the series have the label "${name}" themselves, and each gets ${JSON.stringify(value)} instead`,
        mend: LABEL_OVERWRITTEN.mend,
      };
    }
  },
};
