// `histogram_quantile` without `_bucket`, without `rate`, or with `le` summed away.

import type { CallSyntax } from '../../promql/inspect.ts';
import { everyPart, selectorsIn } from '../expression/analysis.ts';
import { presenceIn } from '../expression/label-shape.ts';
import type { Context, Report, Subject, Trap } from '../interface.ts';
import { consequence, nameOf } from './unknown-metric.ts';

export const QUANTILE_WITHOUT_BUCKETS: Trap = {
  code: 'quantile-without-buckets',
  level: 'error',
  title: '`histogram_quantile` without `_bucket`, without `rate`, or with `le` summed away',
  why: 'A quantile is computed from the growth of buckets, told apart by `le`: without them there is none.',
  mend: 'Write `histogram_quantile(0.99, sum by (le, …) (rate(metric_bucket[5m])))`.',
  *examine(subject, context) {
    for (const part of everyPart(subject.syntax)) {
      if (part.kind === 'call' && part.name === 'histogram_quantile') yield* reportsOf(part, subject, context);
    }
  },
};

function* reportsOf(call: CallSyntax, subject: Subject, { evidence }: Context): Generator<Report> {
  const argument = call.arguments[1];
  if (argument === undefined) return;
  const at = subject.placeAt(call.span.from);
  const mend = QUANTILE_WITHOUT_BUCKETS.mend;
  const { shapes, nature, hasBuckets } = subject.analysis.of(argument);
  const names = [...selectorsIn(argument)].map(nameOf);
  const bucketless = names.find(
    (name) =>
      !name.endsWith('_bucket') && evidence.named(`${name}_bucket`).length > 0 && evidence.named(name).length === 0,
  );
  if (bucketless !== undefined) {
    yield {
      level: 'error',
      at,
      message: `${bucketless} has its buckets as ${bucketless}_bucket: there is no quantile of what is given here, and ${consequence(subject)}`,
      mend,
    };
    return;
  }
  const areBuckets = names.some((name) => name.endsWith('_bucket'));
  if (hasBuckets === false && !areBuckets && names.length > 0 && shapes.length > 0) {
    yield {
      level: 'error',
      at,
      message: `${names.join(', ')} has no buckets: there is no quantile of it, and ${consequence(subject)}`,
      mend,
    };
    return;
  }
  if (!areBuckets) return;
  if (shapes.length > 0 && presenceIn(shapes, 'le') === 'never') {
    yield {
      level: 'error',
      at,
      message: `the buckets are added up without keeping "le": there is no quantile of them, and ${consequence(subject)}`,
      mend,
    };
  }
  if (nature === 'counter') {
    yield {
      level: 'warning',
      at,
      message: 'the buckets are totals since the start: the quantile is of all time, and hardly moves any more',
      mend,
    };
  }
}
