// What the functions make of labels, ranges and units.

import { METRIC_NAME } from '../../model/labels.ts';
import type { CallSyntax, Syntax } from '../../promql/inspect.ts';
import { unitOfName } from '../evidence/units.ts';
import { isAny } from './any-value.ts';
import { ANY_LABELS, adding, dropping, filtered, NO_LABELS, oneValue, type Shape } from './label-shape.ts';
import { ALL, between, intersection, NOT_NEGATIVE, type NumericRange } from './numeric-range.ts';
import type { PartFacts } from './part-facts.ts';

type FactsOf = (syntax: Syntax) => PartFacts;

/** What grows a second, by what is counted. */
const UNIT_A_SECOND: Readonly<Record<string, string>> = { seconds: 'seconds_per_second', bytes: 'bytes_per_second' };

const SAME_VALUES: ReadonlySet<string> = new Set([
  'sort',
  'sort_desc',
  'sort_by_label',
  'sort_by_label_desc',
  'last_over_time',
  'first_over_time',
  'min_over_time',
  'max_over_time',
  'avg_over_time',
  'quantile_over_time',
  'label_replace',
  'label_join',
  'info',
]);
/** How often, how many, or when: never below 0, in no unit of the metric. */
const COUNTS: ReadonlySet<string> = new Set(['changes', 'resets', 'count_over_time']);
const CALENDAR: Readonly<Record<string, NumericRange>> = {
  day_of_month: between(1, 31),
  day_of_week: between(0, 6),
  day_of_year: between(1, 366),
  days_in_month: between(28, 31),
  hour: between(0, 23),
  minute: between(0, 59),
  month: between(1, 12),
  year: ALL,
};
/** Results that nothing is known of but their labels. */
const PLAIN = { unit: undefined, nature: 'gauge', metric: undefined, bounds: undefined, hasBuckets: false } as const;

export function callFacts(call: CallSyntax, factsOf: FactsOf): PartFacts {
  const { name } = call;
  const vector = vectorArgument(call, factsOf);
  const base: PartFacts = { isScalar: false, shapes: vector?.shapes ?? [NO_LABELS], range: ALL, ...PLAIN };
  if (name === 'time' || name === 'pi') {
    return { ...base, isScalar: true, range: NOT_NEGATIVE, unit: name === 'time' ? 'timestamp' : undefined };
  }
  if (name === 'scalar') return { ...base, isScalar: true, shapes: [NO_LABELS], range: vector?.range ?? ALL };
  if (name === 'vector') {
    const of = call.arguments[0] === undefined ? undefined : factsOf(call.arguments[0]);
    return { ...base, shapes: [NO_LABELS], range: of?.range ?? ALL, unit: of?.unit };
  }
  const calendar = CALENDAR[name];
  if (calendar !== undefined) return { ...base, range: calendar };
  if (vector === undefined) return base;
  if (name === 'absent' || name === 'absent_over_time')
    return { ...base, shapes: [absentShape(call)], range: between(1, 1) };
  if (SAME_VALUES.has(name)) return { ...vector, shapes: relabelled(call, vector.shapes) };
  return windowFacts(call, vector) ?? valueFacts(call, vector, factsOf) ?? base;
}

function vectorArgument(call: CallSyntax, factsOf: FactsOf): PartFacts | undefined {
  return call.arguments.map(factsOf).find(({ isScalar }) => !isScalar);
}

function windowFacts({ name }: CallSyntax, vector: PartFacts): PartFacts | undefined {
  const { bounds, hasBuckets, metric, unit } = vector;
  switch (name) {
    case 'rate':
    case 'irate': {
      const each = unit === undefined ? undefined : (UNIT_A_SECOND[unit] ?? 'per_second');
      return {
        ...vector,
        range: NOT_NEGATIVE,
        unit: each,
        nature: 'rate',
        metric,
        bounds,
        hasBuckets,
      };
    }
    case 'increase':
      return { ...vector, range: NOT_NEGATIVE, nature: 'rate' };
    case 'delta':
    case 'idelta':
    case 'predict_linear':
    case 'double_exponential_smoothing':
    case 'holt_winters':
      return { ...vector, range: ALL, nature: 'gauge' };
    case 'deriv':
      return { ...vector, range: ALL, unit: undefined, nature: 'gauge' };
    case 'sum_over_time':
      return { ...vector, range: vector.range.min >= 0 ? NOT_NEGATIVE : ALL, unit: undefined, nature: 'gauge' };
    default:
      return COUNTS.has(name) ? { ...vector, range: NOT_NEGATIVE, ...PLAIN } : undefined;
  }
}

function valueFacts(call: CallSyntax, vector: PartFacts, factsOf: FactsOf): PartFacts | undefined {
  const {
    name,
    arguments: [, second, third],
  } = call;
  const { range } = vector;
  const limit = (syntax: Syntax | undefined) => (syntax === undefined ? ALL : factsOf(syntax).range);
  switch (name) {
    case 'abs':
      return { ...vector, range: range.min >= 0 ? range : between(0, Math.max(-range.min, range.max)) };
    case 'ceil':
    case 'floor':
      return { ...vector, range: between(Math.floor(range.min), Math.ceil(range.max)) };
    case 'round':
      return {
        ...vector,
        range:
          second === undefined
            ? between(Math.floor(range.min), Math.ceil(range.max))
            : range.min >= 0
              ? NOT_NEGATIVE
              : ALL,
      };
    case 'clamp_min':
      return {
        ...vector,
        range: between(Math.max(range.min, limit(second).min), Math.max(range.max, limit(second).max)),
      };
    case 'clamp_max':
      return {
        ...vector,
        range: between(Math.min(range.min, limit(second).min), Math.min(range.max, limit(second).max)),
      };
    case 'clamp':
      return { ...vector, range: intersection(between(limit(second).min, limit(third).max), ALL) };
    case 'sgn':
      return { ...vector, ...PLAIN, range: between(-1, 1) };
    case 'timestamp':
      return { ...vector, ...PLAIN, range: NOT_NEGATIVE, unit: 'timestamp' };
    case 'sqrt':
    case 'exp':
      return { ...vector, ...PLAIN, range: NOT_NEGATIVE };
    case 'histogram_quantile':
    case 'histogram_quantiles':
      return quantileFacts(vector);
    case 'histogram_count':
    case 'histogram_stddev':
    case 'histogram_stdvar':
      return { ...vector, ...PLAIN, range: NOT_NEGATIVE };
    case 'histogram_fraction':
      return {
        ...vector,
        ...PLAIN,
        shapes: vector.shapes.map((shape) => dropping(shape, ['le'])),
        range: between(0, 1),
        unit: 'ratio',
      };
    default:
      return undefined;
  }
}

/** A quantile never lies above the highest finite bound: what is beyond it is told as that bound. */
function quantileFacts({ shapes, bounds, metric, hasBuckets }: PartFacts): PartFacts {
  const highest = hasBuckets === true ? bounds?.at(-1) : undefined;
  const lowest = Math.min(0, bounds?.[0] ?? 0);
  const unit = metric === undefined ? undefined : unitOfName(metric);
  return {
    isScalar: false,
    shapes: filtered(shapes.map((shape) => dropping(shape, ['le']))),
    range: highest === undefined ? ALL : between(lowest, highest),
    ...PLAIN,
    unit,
  };
}

/** `absent` has the labels of the matchers with `=`, of which no other matcher has the same name. */
function absentShape({ arguments: [argument] }: CallSyntax): Shape {
  let inner = argument;
  while (inner?.kind === 'parentheses') inner = inner.inner;
  if (inner?.kind !== 'selector') return NO_LABELS;
  let shape: Shape = { ...NO_LABELS, isFull: false };
  const { matchers } = inner;
  for (const { name, operator, value } of matchers) {
    if (name === METRIC_NAME || operator !== '=' || value === '') continue;
    if (matchers.filter((other) => other.name === name).length > 1) continue;
    shape = adding(shape, name, isAny(value) ? undefined : oneValue(value));
  }
  return shape;
}

function relabelled(call: CallSyntax, shapes: readonly Shape[]): readonly Shape[] {
  if (call.name === 'info') return [ANY_LABELS];
  if (call.name !== 'label_replace' && call.name !== 'label_join') return shapes;
  const target = call.arguments[1];
  if (target?.kind !== 'string' || isAny(target.value)) return [ANY_LABELS];
  // It may keep what was there, or be written anew.
  return shapes.map((shape) => adding(shape, target.value));
}
