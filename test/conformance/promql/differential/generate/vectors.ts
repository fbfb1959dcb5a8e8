// Instant vectors: selectors, calls, aggregations, and the operators between vectors and scalars.

import { optional, type Part, type Tree, tree } from '../tree.ts';
import { aggregation } from './aggregations.ts';
import { binary } from './binary.ts';
import { rangeCall, vectorCall } from './calls.ts';
import { type Context, vector, within } from './context.ts';
import { duration } from './durations.ts';
import { scalar } from './scalars.ts';
import { instantSelector, selection, someMetric, timeModifiers } from './selectors.ts';

export function anyVector(context: Context): Tree {
  const { dice, depth, features, flavour } = context;
  if (depth <= 0) return leaf(context);
  // Most operations turn a histogram into a float, and buckets into no buckets: where one is wanted, few are chosen.
  const plain = flavour === undefined ? 2 : 8;
  switch (
    dice.weighted([
      [plain, 'leaf'],
      [4, 'range-call'],
      [flavour === undefined ? 4 : 0.5, 'call'],
      [3, 'aggregation'],
      [flavour === undefined ? 5 : 2, 'binary'],
      [0.6, 'sign'],
      [0.5, 'parentheses'],
      [features.extendedRangeSelectors ? 0.2 : 0, 'smoothed'],
    ] as const)
  ) {
    case 'leaf':
      return leaf(context);
    case 'range-call':
      return flavour === undefined || dice.chance(0.2) ? rangeCall(context) : rateOf(context);
    case 'call':
      return vectorCall(context);
    case 'aggregation':
      return aggregation(context);
    case 'binary':
      return binary(context);
    case 'sign':
      return tree('vector', dice.pick(['-', '+', '- ']), vector(within(context, { flavour })));
    case 'parentheses':
      return tree('vector', dice.pick(['(', '( ', '(\n']), vector(within(context, { flavour })), ')');
    case 'smoothed':
      return tree('vector', ...selection(context, someMetric(context)), ' smoothed', ...timeModifiers(context));
  }
}

function leaf(context: Context): Tree {
  const { dice } = context;
  if (dice.chance(0.03)) return tree('vector', 'vector(', scalar(within(context, { depth: 0 })), ')');
  return instantSelector(context);
}

/** What histograms are mostly asked for. */
function rateOf(context: Context): Tree {
  const { dice } = context;
  const name = dice.pick([
    'rate',
    'increase',
    'delta',
    'irate',
    'idelta',
    'sum_over_time',
    'avg_over_time',
    'last_over_time',
  ]);
  const parts: Part[] = [...selection(context, someMetric(context)), '[', duration(context), ']'];
  return tree('vector', `${name}(`, ...parts, optional(...timeModifiers(context)), ')');
}
