// What aggregations make of labels, ranges and units.

import type { AggregateSyntax, Syntax } from '../../promql/inspect.ts';
import { isAny } from './any-value.ts';
import { ANY_LABELS, adding, dropping, filtered, keeping, type Shape } from './label-shape.ts';
import { ALL, between, NOT_NEGATIVE, type NumericRange } from './numeric-range.ts';
import type { PartFacts } from './part-facts.ts';

/** They pick series, and these keep their labels. */
const PICKING: ReadonlySet<string> = new Set(['topk', 'bottomk', 'limitk', 'limit_ratio']);
/** Their result is one of the values, or between them. */
const BETWEEN: ReadonlySet<string> = new Set([
  'avg',
  'min',
  'max',
  'quantile',
  'topk',
  'bottomk',
  'limitk',
  'limit_ratio',
]);

export function aggregateFacts(syntax: AggregateSyntax, factsOf: (part: Syntax) => PartFacts): PartFacts {
  const argument = syntax.arguments.at(-1);
  if (argument === undefined) throw new Error('an aggregation has an argument');
  const inner = factsOf(argument);
  const keepsValues = BETWEEN.has(syntax.operator);
  return {
    ...inner,
    isScalar: false,
    shapes: shapesOf(syntax, inner.shapes),
    range: rangeOf(syntax.operator, inner.range),
    unit: keepsValues || syntax.operator === 'sum' ? inner.unit : undefined,
    nature: keepsValues || syntax.operator === 'sum' ? inner.nature : 'gauge',
    hasBuckets: inner.hasBuckets,
  };
}

function shapesOf(
  { operator, grouping, arguments: given }: AggregateSyntax,
  shapes: readonly Shape[],
): readonly Shape[] {
  if (PICKING.has(operator)) return filtered(shapes);
  const { without, labels } = grouping;
  const grouped = labels.some(isAny)
    ? [ANY_LABELS]
    : shapes.map((shape) => (without ? dropping(shape, labels) : keeping(shape, labels)));
  const first = given[0];
  if (operator !== 'count_values' || first?.kind !== 'string') return grouped;
  return filtered(grouped.map((shape) => adding(shape, first.value)));
}

function rangeOf(operator: string, range: NumericRange): NumericRange {
  switch (operator) {
    case 'sum':
      return between(range.min >= 0 ? 0 : Number.NEGATIVE_INFINITY, range.max <= 0 ? 0 : Number.POSITIVE_INFINITY);
    case 'count':
    case 'count_values':
      return between(1, Number.POSITIVE_INFINITY);
    case 'group':
      return between(1, 1);
    case 'stddev':
    case 'stdvar':
      return NOT_NEGATIVE;
    default:
      return BETWEEN.has(operator) ? range : ALL;
  }
}
