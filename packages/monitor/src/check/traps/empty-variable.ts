// A variable whose query gives nothing.

import { presenceIn } from '../expression/label-shape.ts';
import type { Trap } from '../interface.ts';

export const EMPTY_VARIABLE: Trap = {
  code: 'empty-variable',
  level: 'error',
  title: 'A variable whose query gives nothing',
  why: 'The label that it lists is on none of the series: it never has a value, and every panel that uses it stays empty.',
  mend: 'Ask for a label that the metric has.',
  *examine(subject) {
    const { asksFor, analysis, syntax } = subject;
    if (subject.kind !== 'variable' || asksFor === undefined || asksFor.startsWith('$')) return;
    const { shapes } = analysis.of(syntax);
    if (shapes.length === 0 || presenceIn(shapes, asksFor) !== 'never' || asksFor === '__name__') return;
    yield {
      level: 'error',
      at: subject.placeAt(0),
      message: `no series here has the label "${asksFor}": the variable never has a value`,
      mend: EMPTY_VARIABLE.mend,
    };
  },
};
