// What Prometheus 2.42, as Debian 12 has it, does not know of what version 3 takes: who runs it is told before it refuses a file.
// https://github.com/prometheus/prometheus/blob/main/CHANGELOG.md

import { inspectExpression, partsOf, type Syntax } from '../../promql/inspect.ts';
import { type Rule, type RuleGroup, ruleName } from '../interface.ts';

/** The functions that version 2.42 has. */
const FUNCTIONS = new Set(
  (
    'abs absent absent_over_time acos acosh asin asinh atan atanh avg_over_time ceil changes clamp clamp_max clamp_min cos cosh ' +
    'count_over_time day_of_month day_of_week day_of_year days_in_month deg delta deriv exp floor histogram_count ' +
    'histogram_fraction histogram_quantile histogram_sum hour idelta increase irate label_join label_replace ' +
    'last_over_time ln log10 log2 max_over_time min_over_time minute month pi predict_linear present_over_time ' +
    'quantile_over_time rad rate resets round scalar sgn sin sinh sort sort_desc sqrt stddev_over_time stdvar_over_time ' +
    'sum_over_time tan tanh time timestamp vector year'
  ).split(' '),
);
const AGGREGATIONS = new Set('avg bottomk count count_values group max min quantile stddev stdvar sum topk'.split(' '));
const NEW_TEMPLATE_FUNCTION = /\{\{[^}]*\b(now|toDuration|urlQueryEscape)\b[^}]*\}\}/;
const PLAIN_LABEL = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** A string right behind the brace, or one behind another. */
const NAME_IN_QUOTES = /^[^{]*\{\s*["'`]|["'`]\s*,\s*["'`]/;
const PLAIN_METRIC = /^[A-Za-z_:][A-Za-z0-9_:]*$/;

/** Why version 2.42 would refuse a group, in words; none where it takes it. */
export function newerThanDebian(group: RuleGroup): readonly string[] {
  const reasons = group.rules.flatMap((rule) => reasonsOf(rule).map((reason) => `${ruleName(rule)}: ${reason}`));
  return group.queryOffsetMs === undefined ? reasons : ['query_offset is not known there', ...reasons];
}

function reasonsOf(rule: Rule): readonly string[] {
  const found = new Set(syntaxReasons(inspectExpression(rule.expression).syntax, rule.expression));
  const names = rule.labels.map(({ name }) => name);
  if (rule.kind === 'recording' && !PLAIN_METRIC.test(rule.record))
    found.add('names of metrics have letters, digits, _ and :');
  if (rule.kind === 'alerting') {
    names.push(...rule.annotations.map(({ name }) => name));
    for (const { value } of [...rule.labels, ...rule.annotations]) {
      const used = NEW_TEMPLATE_FUNCTION.exec(value)?.[1];
      if (used !== undefined) found.add(`the template function ${used} is not known there`);
    }
  }
  for (const name of names)
    if (!PLAIN_LABEL.test(name)) found.add(`the name ${JSON.stringify(name)} is not valid there`);
  return [...found];
}

function* syntaxReasons(syntax: Syntax, text: string): Generator<string> {
  switch (syntax.kind) {
    case 'call':
      if (!FUNCTIONS.has(syntax.name)) yield `the function ${syntax.name} is not known there`;
      break;
    case 'aggregate':
      if (!AGGREGATIONS.has(syntax.operator)) yield `the aggregation ${syntax.operator} is not known there`;
      break;
    case 'number':
      if (syntax.isDuration) yield 'a duration cannot be a number there';
      break;
    case 'selector':
      yield* selectorReasons(syntax, text);
      break;
    case 'subquery':
      if (
        syntax.range.kind !== 'duration-number' ||
        (syntax.step !== undefined && syntax.step.kind !== 'duration-number')
      ) {
        yield 'durations cannot be computed there';
      }
      break;
    case 'binary': {
      const { fillLeft, fillRight } = syntax.matching ?? {};
      if (fillLeft !== undefined || fillRight !== undefined) yield 'fill is not known there';
      if (syntax.operator === '</' || syntax.operator === '>/')
        yield `the operator ${syntax.operator} is not known there`;
      break;
    }
    case 'string':
    case 'unary':
    case 'parentheses':
      break;
  }
  for (const part of partsOf(syntax)) yield* syntaxReasons(part, text);
}

function* selectorReasons(
  { span, range, offset, edges }: Extract<Syntax, { kind: 'selector' }>,
  text: string,
): Generator<string> {
  if (edges !== 'plain') yield `${edges} is not known there`;
  for (const duration of [range, offset]) {
    if (duration === undefined) continue;
    if (duration.kind !== 'duration-number') yield 'durations cannot be computed there';
    else if (!duration.isDuration) yield 'durations need a unit there';
  }
  if (NAME_IN_QUOTES.test(text.slice(span.from, span.to))) yield 'names in quotes are not known there';
}
