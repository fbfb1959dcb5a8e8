// Matchers of one label that exclude each other.

import { valuePredicate } from '../../model/matcher.ts';
import { selectorsIn } from '../expression/analysis.ts';
import { knownMatchers } from '../expression/any-value.ts';
import { decisiveParts } from '../expression/conditions.ts';
import type { Trap } from '../interface.ts';
import { consequence } from './unknown-metric.ts';

export const CONTRADICTING_MATCHERS: Trap = {
  code: 'contradicting-matchers',
  level: 'error',
  title: 'Matchers of one label that exclude each other',
  why: 'A label has one value: the selector never finds a series.',
  mend: 'Write one matcher: `label=~"a|b"` for either.',
  *examine(subject) {
    const decisive = decisiveParts(subject.syntax);
    for (const selector of selectorsIn(subject.syntax)) {
      const matchers = knownMatchers(selector.matchers);
      for (const exact of matchers) {
        if (exact.operator !== '=') continue;
        const against = matchers.find(
          (other) => other !== exact && other.name === exact.name && !valuePredicate(other)(exact.value),
        );
        if (against === undefined) continue;
        yield {
          level: decisive.has(selector) ? 'error' : 'warning',
          at: subject.placeAt(selector.span.from),
          message: `${exact.name} is to be ${JSON.stringify(exact.value)} and ${against.operator}${JSON.stringify(against.value)}: no series is both${decisive.has(selector) ? `, and ${consequence(subject)}` : ''}`,
          mend: CONTRADICTING_MATCHERS.mend,
        };
        break;
      }
    }
  },
};
