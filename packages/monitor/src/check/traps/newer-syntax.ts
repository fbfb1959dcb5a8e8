// What an older Prometheus refuses.

import { METRIC_NAME } from '../../model/labels.ts';
import { everyPart } from '../expression/analysis.ts';
import { isAny } from '../expression/any-value.ts';
import type { Report, Subject, Trap } from '../interface.ts';

const PLAIN_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Newer than Prometheus 2.42, which Debian has. */
const NEWER_FUNCTIONS: ReadonlySet<string> = new Set([
  'histogram_avg',
  'histogram_stddev',
  'histogram_stdvar',
  'double_exponential_smoothing',
  'sort_by_label',
  'sort_by_label_desc',
  'mad_over_time',
  'info',
  'ts_of_min_over_time',
  'ts_of_max_over_time',
  'ts_of_last_over_time',
  'first_over_time',
  'histogram_quantiles',
]);
const NEWER_OPERATORS: ReadonlySet<string> = new Set(['limitk', 'limit_ratio']);

export const NEWER_SYNTAX: Trap = {
  code: 'newer-syntax',
  level: 'info',
  title: 'What an older Prometheus refuses',
  why: 'Prometheus 2, which Debian has, refuses a whole file for one `query_offset`, one name in quotes or one new function.',
  mend: 'Leave it out where the file is to be read by an older Prometheus, too.',
  *examine(subject) {
    const report = (what: string, at = subject.placeOf('expr')): Report => ({
      level: 'info',
      at,
      message: `${what}: Prometheus 2 refuses the file`,
      mend: NEWER_SYNTAX.mend,
    });
    const { group, rule } = subject;
    if (group?.queryOffsetMs !== undefined && group.rules[0] === rule)
      yield report('the group has a query_offset', group.place);
    for (const part of everyPart(subject.syntax)) {
      const what = newerIn(part);
      if (what !== undefined) yield report(what, subject.placeAt(part.span.from));
    }
  },
};

function newerIn(part: Subject['syntax']): string | undefined {
  if (part.kind === 'call' && NEWER_FUNCTIONS.has(part.name)) return `${part.name} is newer`;
  if (part.kind === 'aggregate' && NEWER_OPERATORS.has(part.operator)) return `${part.operator} is newer`;
  if (part.kind !== 'selector') return undefined;
  const names = part.matchers.map(({ name, operator, value }) =>
    name === METRIC_NAME ? (operator === '=' ? value : METRIC_NAME) : name,
  );
  const odd = names.find((name) => !PLAIN_NAME.test(name) && !isAny(name));
  return odd === undefined ? undefined : `${JSON.stringify(odd)} is a name that needs quotes`;
}
