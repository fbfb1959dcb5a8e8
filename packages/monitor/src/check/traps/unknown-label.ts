// A label that the series do not have.

import { METRIC_NAME } from '../../model/labels.ts';
import type { Syntax } from '../../promql/inspect.ts';
import { everyPart, shapeOf } from '../expression/analysis.ts';
import { isAny, knownMatchers } from '../expression/any-value.ts';
import { decisiveParts } from '../expression/conditions.ts';
import { presenceIn, type Shape, verdictOf } from '../expression/label-shape.ts';
import type { Report, Subject, Trap } from '../interface.ts';
import { nearest } from './nearest.ts';
import { ruleTemplates } from './rule-templates.ts';
import { consequence, nameOf } from './unknown-metric.ts';

/** Labels that every alert has beside those of its series. */
const OF_ALERTS: ReadonlySet<string> = new Set(['alertname']);

export const UNKNOWN_LABEL: Trap = {
  code: 'unknown-label',
  level: 'error',
  title: 'A label that the series do not have',
  why: 'A matcher on it finds nothing, grouping by it puts everything together, and in a text it is empty.',
  mend: 'Write a label that the series have, or keep it in `by (…)`.',

  *examine(subject) {
    yield* inMatchers(subject);
    yield* inGroupings(subject);
    yield* inTexts(subject);
  },
};

function* inMatchers(subject: Subject): Generator<Report> {
  const decisive = decisiveParts(subject.syntax);
  for (const part of everyPart(subject.syntax)) {
    if (part.kind !== 'selector') continue;
    const shapes = emittedShapes(subject, part);
    for (const matcher of knownMatchers(part.matchers)) {
      if (matcher.name === METRIC_NAME || !isMissing(shapes, matcher.name)) continue;
      const isHarmless = shapes.every((shape) => verdictOf({ ...shape, hasOthers: false }, matcher) === 'matches');
      const isCertain = presenceIn(shapes, matcher.name) === 'never';
      const told = `${nameOf(part)} has no label "${matcher.name}"`;
      yield {
        level: isHarmless
          ? matcher.value === '' || matcher.operator === '=~'
            ? 'info'
            : 'warning'
          : decisive.has(part) && isCertain
            ? 'error'
            : 'warning',
        at: subject.placeAt(part.span.from),
        message: isHarmless
          ? `${told}: the matcher does nothing`
          : `${told}: the selector finds nothing${decisive.has(part) ? `, and ${consequence(subject)}` : ''}`,
        mend: mendOf(matcher.name, shapes),
      };
    }
  }
}

/** Before matchers narrow them. */
function emittedShapes({ analysis }: Subject, part: Extract<Syntax, { kind: 'selector' }>): readonly Shape[] {
  return (analysis.seriesOf(part) ?? []).map(shapeOf);
}

function* inGroupings(subject: Subject): Generator<Report> {
  const { analysis } = subject;
  for (const part of everyPart(subject.syntax)) {
    if (part.kind === 'aggregate') {
      const argument = part.arguments.at(-1);
      const shapes = argument === undefined ? [] : analysis.of(argument).shapes;
      for (const label of part.grouping.labels) {
        if (isAny(label) || label === METRIC_NAME || !isMissing(shapes, label)) continue;
        yield {
          level: part.grouping.without ? 'info' : 'warning',
          at: subject.placeAt(part.span.from),
          message: part.grouping.without
            ? `no series here has the label "${label}": to leave it out does nothing`
            : `no series here has the label "${label}": grouping by it tells nothing apart`,
          mend: mendOf(label, shapes),
        };
      }
    }
    if (part.kind === 'binary' && part.matching?.on === true) {
      const shapes = [...analysis.of(part.left).shapes, ...analysis.of(part.right).shapes];
      for (const label of part.matching.labels) {
        if (isAny(label) || !isMissing(shapes, label)) continue;
        yield {
          level: 'warning',
          at: subject.placeAt(part.operatorSpan.from),
          message: `neither side has the label "${label}": matching on it tells nothing apart`,
          mend: mendOf(label, shapes),
        };
      }
    }
  }
}

function* inTexts(subject: Subject): Generator<Report> {
  const { rule } = subject;
  if (rule?.kind !== 'alerting') return;
  const { shapes } = subject.analysis.of(subject.syntax);
  for (const { field, name, parts } of ruleTemplates(subject)) {
    for (const { name: label, line, column } of parts.labels) {
      // Labels of the rule come after the templates of its labels.
      if (field === 'annotations' && (OF_ALERTS.has(label) || rule.labels.some((own) => own.name === label))) continue;
      if (shapes.length === 0 || label === METRIC_NAME || !isMissing(shapes, label)) continue;
      yield {
        level: isTested(subject, field, name, label)
          ? 'info'
          : presenceIn(shapes, label) === 'never'
            ? 'error'
            : 'warning',
        at: subject.placeOf(field, name, { line, column }),
        message: `the text names the label "${label}", which no series of the expression has: it stays empty`,
        mend: mendOf(label, shapes),
      };
    }
  }
}

/** Whether the text asks first if the label is there. */
function isTested({ rule }: Subject, field: 'labels' | 'annotations', name: string, label: string): boolean {
  if (rule?.kind !== 'alerting') return false;
  const text = rule[field].find((each) => each.name === name)?.value ?? '';
  return new RegExp(`\\{\\{-?\\s*(?:else\\s+)?(?:if|with)\\b[^}]*[.$]labels\\.${label}\\b`, 'i').test(text);
}

function isMissing(shapes: readonly Shape[], label: string): boolean {
  const found = presenceIn(shapes, label);
  return found === 'never' || found === 'unlikely';
}

function mendOf(label: string, shapes: readonly Shape[]): string {
  const known = [...new Set(shapes.flatMap(({ labels }) => [...labels.keys()]))].sort();
  if (known.length === 0) return 'The series have no labels at all: leave it out, or aggregate less before.';
  const near = nearest(label, known);
  return `${near === undefined ? '' : `Did you mean ${near}? `}The labels are ${known.join(', ')}.`;
}
