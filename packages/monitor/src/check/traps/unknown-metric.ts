// A metric that nothing emits.

import { METRIC_NAME } from '../../model/labels.ts';
import type { SelectorSyntax } from '../../promql/inspect.ts';
import { selectorsIn } from '../expression/analysis.ts';
import { decisiveParts } from '../expression/conditions.ts';
import { readExpression } from '../files/rule-subjects.ts';
import type { Context, Report, Subject, Trap } from '../interface.ts';
import { nearest } from './nearest.ts';
import { ruleTemplates } from './rule-templates.ts';

/** What Prometheus writes itself. */
const WRITTEN: ReadonlySet<string> = new Set(['ALERTS', 'ALERTS_FOR_STATE']);

export const UNKNOWN_METRIC: Trap = {
  code: 'unknown-metric',
  level: 'error',
  title: 'A metric that nothing emits',
  why: 'The selector never finds a series, so there is nothing to compare, and the alert never fires and the panel stays empty.',
  mend: 'Write the name of a metric that is emitted, or add the target that emits it to `--against`.',

  *examine(subject, context) {
    const decisive = decisiveParts(subject.syntax);
    for (const selector of selectorsIn(subject.syntax)) {
      if (!isUnknown(selector, subject)) continue;
      const name = nameOf(selector);
      const isBucketless = context.evidence.named(`${name}_bucket`).length > 0;
      yield {
        level: decisive.has(selector) ? 'error' : isAlternative(subject, selector) ? 'info' : 'warning',
        at: subject.placeAt(selector.span.from),
        message: isBucketless
          ? `${name} is a histogram, and a histogram has no series of its own name: the selector finds nothing`
          : `nothing emits ${name}: the selector finds nothing${decisive.has(selector) ? `, and ${consequence(subject)}` : ''}`,
        mend: isBucketless ? `Write ${name}_bucket, ${name}_sum or ${name}_count.` : mendOf(name, context),
      };
    }
    yield* inTemplates(subject, context);
  },
};

export function consequence({ kind }: Subject): string {
  switch (kind) {
    case 'alert':
      return 'the alert can never fire';
    case 'recording':
      return 'the rule never records anything';
    case 'panel':
      return 'the panel can never fill';
    case 'variable':
      return 'the variable never has a value';
  }
}

export function nameOf({ matchers }: SelectorSyntax): string {
  const [first] = matchers.filter(({ name }) => name === METRIC_NAME);
  return first === undefined ? '' : first.operator === '=' ? first.value : `a metric like ${first.value}`;
}

function isUnknown(selector: SelectorSyntax, { analysis }: Subject): boolean {
  if (WRITTEN.has(nameOf(selector))) return false;
  return analysis.seriesOf(selector)?.length === 0;
}

/** Whether it is a side of `or` whose other side is known: files that serve two versions have such. */
function isAlternative({ syntax, analysis }: Subject, selector: SelectorSyntax): boolean {
  for (const other of selectorsIn(syntax)) {
    if (other !== selector && (analysis.seriesOf(other)?.length ?? 1) > 0) {
      return [...orsAround(syntax, selector)].length > 0;
    }
  }
  return false;
}

function* orsAround(syntax: Subject['syntax'], selector: SelectorSyntax): Generator<Subject['syntax']> {
  const holds = (part: Subject['syntax']): boolean => [...selectorsIn(part)].includes(selector);
  const visit = function* (part: Subject['syntax']): Generator<Subject['syntax']> {
    if (part.kind === 'binary') {
      if (part.operator === 'or' && (holds(part.left) || holds(part.right))) yield part;
      yield* visit(part.left);
      yield* visit(part.right);
    } else if (part.kind === 'parentheses' || part.kind === 'subquery') yield* visit(part.inner);
    else if (part.kind === 'unary') yield* visit(part.operand);
    else if (part.kind === 'call' || part.kind === 'aggregate') for (const each of part.arguments) yield* visit(each);
  };
  yield* visit(syntax);
}

function mendOf(name: string, { evidence }: Context): string {
  const near = nearest(name, evidence.names());
  return near === undefined ? UNKNOWN_METRIC.mend : `Did you mean ${near}? ${UNKNOWN_METRIC.mend}`;
}

function* inTemplates(subject: Subject, { evidence }: Context): Generator<Report> {
  for (const { parts, field, name } of ruleTemplates(subject)) {
    for (const { expression, line, column } of parts.queries) {
      const read = readExpression(expression);
      if (!('kind' in read) || !evidence.isComplete) continue;
      for (const selector of selectorsIn(read)) {
        const metric = nameOf(selector);
        const isExact = selector.matchers.some((matcher) => matcher.name === METRIC_NAME && matcher.operator === '=');
        if (!isExact || WRITTEN.has(metric) || evidence.named(metric).length > 0) continue;
        yield {
          level: 'warning',
          at: subject.placeOf(field, name, { line, column }),
          message: `the text asks for ${metric}, which nothing emits: that part of it stays empty`,
          mend: UNKNOWN_METRIC.mend,
        };
      }
    }
  }
}
