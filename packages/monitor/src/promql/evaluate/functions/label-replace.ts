// label_replace(v, destination, replacement, source, expression): where the expression matches the whole value of the
// source label, the destination label becomes the replacement with `$1`, `${name}` filled in as Go's Regexp.Expand does.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#label_replace

import type { RE2JS } from 're2js';
import { labelValue } from '../../../model/labels.ts';
import { compiledExpression, MAX_EXPRESSION_CHARACTERS } from '../../../model/matcher.ts';
import { QueryError } from '../../interface.ts';
import { MAX_REPEATED_CHARACTERS, repeatedCharacters } from '../../parse/regex-size.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import type { SeriesStream } from '../series.ts';
import { isLabelName, relabelled } from './relabelled.ts';

/** Characters of the expression times those of a value: a match takes that much, and cannot be interrupted. */
const MATCH_WORK_MAX = 4_000_000;

export function labelReplace(call: CallArguments): SeriesStream {
  return mergeEqual(replaced(call), call.context.budget);
}

async function* replaced(call: CallArguments): SeriesStream {
  const destination = call.string(1);
  const replace = replacer(call.string(4), call.string(2));
  if (!isLabelName(destination)) {
    throw new QueryError('execution', `invalid destination label name in label_replace(): ${destination}`);
  }
  const source = call.string(3);
  const expression = call.string(4);
  const { budget } = call.context;
  for await (const series of call.vector(0)) {
    const old = labelValue(series.labels, source);
    if (expression.length * old.length > MATCH_WORK_MAX) throw matchTooLarge(expression, old);
    const value = replace(old);
    if (value !== undefined) budget.holdLabel(value);
    if (budget.isDue()) await budget.pause();
    yield value === undefined ? series : relabelled(series, destination, value);
  }
}

function matchTooLarge(expression: string, value: string): QueryError {
  return new QueryError(
    'execution',
    `label_replace() would match an expression of ${expression.length} characters with a value of ${value.length}: shorten one of them`,
  );
}

/** The replacement for a value that matches; undefined for one that does not. */
function replacer(expression: string, template: string): (value: string) => string | undefined {
  if (repeatedCharacters(expression) > MAX_REPEATED_CHARACTERS) {
    throw new QueryError(
      'execution',
      `the repetitions of the regular expression in label_replace() add more than ${MAX_REPEATED_CHARACTERS} characters`,
    );
  }
  if (expression.length > MAX_EXPRESSION_CHARACTERS) {
    throw new QueryError(
      'execution',
      `the regular expression in label_replace() has more than ${MAX_EXPRESSION_CHARACTERS} characters: shorten it`,
    );
  }
  let pattern: RE2JS;
  try {
    pattern = compiledExpression(expression);
  } catch {
    throw new QueryError('execution', `invalid regular expression in label_replace(): ${expression}`);
  }
  const parts = templateParts(template);
  return (value) => {
    const match = pattern.matcher(value);
    if (!match.matches()) return undefined;
    const names = new Map(Object.entries(match.namedGroups));
    return parts.map((part) => (typeof part === 'string' ? part : groupText(part.group))).join('');

    function groupText(group: string): string {
      const index = GROUP_NUMBER.test(group) ? Number(group) : names.get(group);
      return index === undefined || index > match.groupCount() ? '' : (match.group(index) ?? '');
    }
  };
}

/** With a zero before it, it is a name, and no group has it. */
const GROUP_NUMBER = /^(?:0|[1-9][0-9]*)$/;

type TemplatePart = string | { readonly group: string };

/** `$$` is a dollar; `$name` takes the longest name there is; a `$` that starts nothing stands for itself. */
function templateParts(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  let index = 0;
  for (const match of template.matchAll(/\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu)) {
    parts.push(template.slice(index, match.index));
    const group = match[1] ?? match[2];
    parts.push(group === undefined ? '$' : { group });
    index = match.index + match[0].length;
  }
  parts.push(template.slice(index));
  return parts;
}
