// Several series of one side that match the same of the other.

import { METRIC_NAME } from '../../model/labels.ts';
import type { BinarySyntax, Syntax } from '../../promql/inspect.ts';
import { everyPart } from '../expression/analysis.ts';
import { isAny } from '../expression/any-value.ts';
import { SET_OPERATORS } from '../expression/set-operators.ts';
import type { Subject, Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const MANY_TO_MANY: Trap = {
  code: 'many-to-many',
  level: 'error',
  title: 'Several series of one side that match the same of the other',
  why: 'Prometheus refuses to choose: the evaluation fails each time.',
  mend: 'Aggregate until one is left, or say which side has several: `on (…) group_left`.',
  *examine(subject) {
    for (const part of everyPart(subject.syntax)) {
      if (part.kind !== 'binary' || SET_OPERATORS.has(part.operator)) continue;
      const { analysis } = subject;
      if (analysis.of(part.left).isScalar || analysis.of(part.right).isScalar) continue;
      const many = part.matching?.many;
      const sides = many === undefined ? [part.left, part.right] : [many === 'left' ? part.right : part.left];
      for (const side of sides) {
        const label = severalBy(side, part, subject);
        if (label === undefined) continue;
        yield {
          level: 'error',
          at: subject.placeAt(part.operatorSpan.from),
          message: `the ${side === part.left ? 'left' : 'right'} side has a series for each value of "${label}", by which nothing is matched: the evaluation fails, and ${consequence(subject)}`,
          mend: MANY_TO_MANY.mend,
        };
        break;
      }
    }
  },
};

/** A label that tells series of the side apart for certain, and that the matching does not look at. */
function severalBy(side: Syntax, { matching, left, right }: BinarySyntax, { analysis }: Subject): string | undefined {
  if (matching?.labels.some(isAny) === true || matching?.fillLeft !== undefined || matching?.fillRight !== undefined)
    return undefined;
  // Without series to match on the other side nothing fails.
  const other = analysis.of(side === left ? right : left);
  if (!other.shapes.some(({ isFull }) => isFull)) return undefined;
  const isMatched = (label: string): boolean =>
    matching === undefined || (matching.on ? matching.labels.includes(label) : !matching.labels.includes(label));
  const { shapes } = analysis.of(side);
  if (shapes.length !== 1 || shapes[0]?.isFull !== true) return undefined;
  for (const [label, { isExhaustive, values }] of shapes[0].labels) {
    if (label !== METRIC_NAME && isExhaustive && values !== undefined && values.size > 1 && !isMatched(label))
      return label;
  }
  return undefined;
}
