// Aggregations with and without groupings, the grouping in front or behind.

import { list, type Part, type Tree, tree } from '../tree.ts';
import { LABELS } from '../vocabulary.ts';
import { type Context, vector, within } from './context.ts';
import { quantile, scalar } from './scalars.ts';
import { instantSelector } from './selectors.ts';

const INEXACT_FOLDS = ['sum', 'avg', 'sum', 'avg', 'stddev', 'stdvar'] as const;
const EXACT_FOLDS = ['min', 'max', 'count', 'group'] as const;

export function aggregation(context: Context): Tree {
  const { dice, features, isExact, flavour, theme } = context;
  const isNative = (flavour ?? theme) === 'native';
  if (isNative && !isExact && dice.chance(0.6)) {
    return grouped(context, dice.pick(['sum', 'avg']), [vector(within(context, { flavour: 'native' }))]);
  }
  const kind = dice.weighted([
    [isExact ? 0 : 6, 'inexact'],
    [5, 'exact'],
    [1.5, 'ranked'],
    [1, 'quantile'],
    [0.7, 'count_values'],
    [features.experimentalFunctions ? 1 : 0, 'limit'],
  ] as const);
  switch (kind) {
    case 'inexact': {
      const operator = dice.pick(INEXACT_FOLDS);
      const isVariance = operator === 'stddev' || operator === 'stdvar';
      return grouped(context, operator, [vector(within(context, { flavour, isExact: isVariance }))]);
    }
    case 'exact':
      return grouped(context, dice.pick(EXACT_FOLDS), [vector(within(context, { flavour, isExact }))]);
    case 'ranked':
      return grouped(context, dice.pick(['topk', 'bottomk']), [count(context), ', ', distinctVector(context)]);
    case 'quantile':
      return grouped(context, 'quantile', [quantile(context), ', ', vector(within(context, { isExact }))]);
    case 'count_values': {
      const label = tree('string', dice.pick(['"value"', '"zone"', '"odd label"', '"__name__"', '""']));
      return grouped(context, 'count_values', [label, ', ', vector(within(context, { isExact: true }))]);
    }
    case 'limit':
      return dice.chance(0.5)
        ? grouped(context, 'limitk', [count(context), ', ', instantSelector(within(context))])
        : grouped(context, 'limit_ratio', [ratio(context), ', ', vector(within(context, { isExact }))]);
  }
}

function grouped(context: Context, operator: string, inner: readonly Part[]): Tree {
  const { dice } = context;
  const name = dice.chance(0.03) ? operator.toUpperCase() : operator;
  const grouping: Part = dice.chance(0.35) ? '' : { optional: groupingOf(context) };
  if (dice.chance(0.7)) return tree('vector', name, grouping, ' (', ...inner, ')');
  return tree('vector', `${name}(`, ...inner, ')', grouping);
}

function groupingOf({ dice }: Context): Part[] {
  const labels = dice.some(LABELS, 0.3).map((label) => (/^\w+$/.test(label) ? label : `"${label}"`));
  return [
    dice.pick([' by', ' without', ' by ', ' BY ']),
    '(',
    list(labels, ', '),
    dice.chance(0.05) && labels.length > 0 ? ',' : '',
    ')',
  ];
}

/** Which of equal values comes first is no store's promise, so there are none. */
function distinctVector(context: Context): Tree {
  const { dice, metrics } = context;
  const distinct = metrics.filter(({ isDistinct }) => isDistinct === true);
  if (distinct.length === 0) return tree('vector', 'synthetic_gauge');
  const metric = dice.pick(distinct);
  if (dice.chance(0.6)) return instantSelector(within(context), metric);
  const window = dice.pick(['[1m]', '[30s]', '[2m]']);
  return tree(
    'vector',
    dice.pick(['sum_over_time', 'avg_over_time', 'last_over_time', 'deriv']),
    '(',
    metric.name,
    window,
    ')',
  );
}

function count(context: Context): Tree {
  const { dice } = context;
  if (dice.chance(0.1)) return scalar(within(context, { isExact: true, depth: 1 }));
  return tree('scalar', dice.pick(['1', '2', '3', '0', '-1', '1.9', '100', '5']));
}

function ratio({ dice }: Context): Tree {
  return tree('scalar', dice.pick(['0.5', '-0.5', '0.3', '-0.7', '1', '-1', '0', '1.5', '-2', 'NaN']));
}
