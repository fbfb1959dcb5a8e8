// A value that the label never has.

import { METRIC_NAME } from '../../model/labels.ts';
import type { Matcher } from '../../model/matcher.ts';
import type { SelectorSyntax } from '../../promql/inspect.ts';
import { selectorsIn, shapeOf } from '../expression/analysis.ts';
import { knownMatchers } from '../expression/any-value.ts';
import { decisiveParts } from '../expression/conditions.ts';
import { type MatcherVerdict, type Shape, verdictOf } from '../expression/label-shape.ts';
import type { Level, Report, Subject, Trap } from '../interface.ts';
import { nearest } from './nearest.ts';
import { consequence, nameOf } from './unknown-metric.ts';

const MAX_TOLD = 12;

export const UNKNOWN_LABEL_VALUE: Trap = {
  code: 'unknown-label-value',
  level: 'error',
  title: 'A value that the label never has',
  why: 'The selector never finds a series: an error where all values are known, a warning where only those are that were seen.',
  mend: 'Write one of the values that the label has.',
  *examine(subject) {
    yield* valueReports(subject, '=');
  },
};

/** Matchers of one operator that no known value passes. */
export function* valueReports(subject: Subject, operator: '=' | '=~'): Generator<Report> {
  const decisive = decisiveParts(subject.syntax);
  for (const selector of selectorsIn(subject.syntax)) {
    const shapes = shapesOf(subject, selector);
    if (shapes.length === 0) continue;
    for (const matcher of knownMatchers(selector.matchers)) {
      if (matcher.operator !== operator || matcher.name === METRIC_NAME) continue;
      const verdict = verdictIn(shapes, matcher);
      if (verdict === 'matches') continue;
      const values = valuesIn(shapes, matcher.name);
      const written = `${matcher.name}${matcher.operator}${JSON.stringify(matcher.value)}`;
      yield {
        level: levelOf(verdict, matcher, { isDecisive: decisive.has(selector), values }),
        at: subject.placeAt(selector.span.from),
        message:
          verdict === 'never'
            ? `${written} matches no value that the label of ${nameOf(selector)} can have${decisive.has(selector) ? `: ${consequence(subject)}` : ''}`
            : `${written} matches no value of ${nameOf(selector)} that was seen`,
        mend: mendOf(matcher, values),
      };
    }
  }
}

/** Labels that say how something went, of which the bad values do not come while all is well. */
const OUTCOME = /code|status|state|reason|outcome|result|error|phase|severity|type|level|kind|cause/i;

interface Surroundings {
  readonly isDecisive: boolean;
  readonly values: readonly string[];
}

function levelOf(
  verdict: MatcherVerdict,
  { name, operator, value }: Matcher,
  { isDecisive, values }: Surroundings,
): Level {
  if (verdict === 'never') return isDecisive ? 'error' : 'warning';
  if (!isDecisive) return 'info';
  // A value that is nearly one that was seen is misspelled; of an outcome that was not seen nothing is known.
  const isMisspelled =
    operator === '=' &&
    nearest(
      value.toLowerCase(),
      values.map((each) => each.toLowerCase()),
    ) !== undefined;
  return isMisspelled || !OUTCOME.test(name) ? 'warning' : 'info';
}

function shapesOf({ analysis }: Subject, selector: SelectorSyntax): readonly Shape[] {
  return (analysis.seriesOf(selector) ?? []).map(shapeOf);
}

/** Labels that no series has are another trap's. */
function verdictIn(shapes: readonly Shape[], matcher: Matcher): MatcherVerdict {
  const having = shapes.filter(({ labels }) => labels.has(matcher.name));
  if (having.length < shapes.length && (having.length === 0 || shapes.some(({ hasOthers }) => hasOthers)))
    return 'matches';
  const verdicts = having.map((shape) => verdictOf(shape, matcher));
  if (verdicts.includes('matches')) return 'matches';
  return verdicts.includes('unseen') ? 'unseen' : 'never';
}

function valuesIn(shapes: readonly Shape[], label: string): readonly string[] {
  return [...new Set(shapes.flatMap(({ labels }) => [...(labels.get(label)?.values ?? [])]))]
    .filter((value) => value !== '')
    .sort();
}

function mendOf({ name, value }: Matcher, values: readonly string[]): string {
  const near = nearest(value, values);
  const told =
    values.length > MAX_TOLD
      ? `${values.slice(0, MAX_TOLD).join(', ')} and ${values.length - MAX_TOLD} more`
      : values.join(', ');
  return `${near === undefined ? '' : `Did you mean ${JSON.stringify(near)}? `}The values of "${name}" are ${told}.`;
}
