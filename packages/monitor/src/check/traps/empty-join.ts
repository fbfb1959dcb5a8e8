// Two sides of an operator whose series never match.

import { METRIC_NAME } from '../../model/labels.ts';
import type { BinarySyntax } from '../../promql/inspect.ts';
import { everyPart } from '../expression/analysis.ts';
import { isAny } from '../expression/any-value.ts';
import { decisiveParts } from '../expression/conditions.ts';
import { clashingLabel } from '../expression/label-shape.ts';
import type { Subject, Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const EMPTY_JOIN: Trap = {
  code: 'empty-join',
  level: 'error',
  title: 'Two sides of an operator whose series never match',
  why: 'Series are matched by all their labels, or by those of `on` and all but those of `ignoring`: where one side has a label that the other lacks there is no result.',
  mend: 'Say by which labels they belong together: `on (job, instance)`, or aggregate both to the same labels.',
  *examine(subject) {
    const decisive = decisiveParts(subject.syntax);
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'binary' || part.operator === 'or') continue;
      const label = neverMatches(part, subject);
      if (label === undefined) continue;
      const isUnless = part.operator === 'unless';
      yield {
        level: isUnless || !decisive.has(part) ? 'warning' : 'error',
        at: subject.placeAt(part.operatorSpan.from),
        message: isUnless
          ? `the sides differ in the label "${label}": nothing is ever taken away`
          : `the sides of "${part.operator}" differ in the label "${label}": no series of one matches one of the other${decisive.has(part) ? `, and ${consequence(subject)}` : ''}`,
        mend: EMPTY_JOIN.mend,
      };
    }
  },
};

/** A label by which each pair of series differs; undefined when some pair may match. */
function neverMatches({ left, right, matching }: BinarySyntax, { analysis }: Subject): string | undefined {
  const one = analysis.of(left);
  const other = analysis.of(right);
  const isFilled = matching?.fillLeft !== undefined || matching?.fillRight !== undefined;
  if (one.isScalar || other.isScalar || isFilled || matching?.labels.some(isAny) === true) return undefined;
  const isMatched = (label: string): boolean => {
    if (label === METRIC_NAME) return false;
    return matching === undefined || (matching.on ? matching.labels.includes(label) : !matching.labels.includes(label));
  };
  let found: string | undefined;
  for (const shape of one.shapes) {
    for (const against of other.shapes) {
      const label = clashingLabel(shape, against, isMatched);
      if (label === undefined) return undefined;
      found ??= label;
    }
  }
  return found;
}
