// What operators make of labels, ranges and units.

import type { BinarySyntax } from '../../promql/inspect.ts';
import { isAny } from './any-value.ts';
import { ANY_LABELS, dropping, filtered, including, keeping, type Shape } from './label-shape.ts';
import { arithmetic, type Comparison, hull, intersection, satisfying, UNIT_INTERVAL } from './numeric-range.ts';
import type { PartFacts } from './part-facts.ts';

export const COMPARISONS: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);

export function binaryFacts(syntax: BinarySyntax, left: PartFacts, right: PartFacts): PartFacts {
  const { operator } = syntax;
  if (operator === 'or') {
    return {
      ...left,
      shapes: [...left.shapes, ...right.shapes],
      range:
        left.shapes.length === 0 ? right.range : right.shapes.length === 0 ? left.range : hull(left.range, right.range),
      unit: left.unit === right.unit ? left.unit : undefined,
      nature: left.nature === right.nature ? left.nature : 'unknown',
      metric: left.metric === right.metric ? left.metric : undefined,
      bounds: undefined,
      hasBuckets: left.hasBuckets === right.hasBuckets ? left.hasBuckets : undefined,
    };
  }
  if (operator === 'and' || operator === 'unless') return { ...left, shapes: filtered(left.shapes) };
  const shapes = resultShapes(syntax, left, right);
  if (COMPARISONS.has(operator)) return comparisonFacts(syntax, left, right, shapes);
  const one = left.isScalar ? right : left;
  return {
    isScalar: left.isScalar && right.isScalar,
    shapes,
    range: arithmetic(operator, left.range, right.range),
    unit: unitOf(operator, left, right),
    nature: natureOf(operator, left, right),
    metric: left.isScalar || right.isScalar || left.metric === right.metric ? one.metric : undefined,
    bounds: undefined,
    hasBuckets: left.isScalar || right.isScalar ? one.hasBuckets : undefined,
  };
}

function comparisonFacts(
  { bool, operator }: BinarySyntax,
  left: PartFacts,
  right: PartFacts,
  shapes: readonly Shape[],
): PartFacts {
  const one = left.isScalar ? right : left;
  if (bool)
    return {
      ...one,
      isScalar: left.isScalar && right.isScalar,
      shapes,
      range: UNIT_INTERVAL,
      unit: undefined,
      nature: 'gauge',
    };
  // The value that is kept is that of the left side, or of the only vector.
  const kept = right.isScalar ? right.range : left.isScalar ? left.range : undefined;
  const threshold = kept !== undefined && kept.min === kept.max ? kept.min : undefined;
  const seen = (left.isScalar ? mirrored(operator) : operator) as Comparison;
  const range = threshold === undefined ? one.range : intersection(one.range, satisfying(seen, threshold));
  return { ...one, shapes: filtered(shapes), range };
}

/** The comparison with its sides exchanged. */
export function mirrored(operator: string): string {
  const mirror: Readonly<Record<string, string>> = { '>': '<', '<': '>', '>=': '<=', '<=': '>=' };
  return mirror[operator] ?? operator;
}

function resultShapes({ matching }: BinarySyntax, left: PartFacts, right: PartFacts): readonly Shape[] {
  if (left.isScalar) return right.shapes;
  if (right.isScalar) return left.shapes;
  const isFilled = matching?.fillLeft !== undefined || matching?.fillRight !== undefined;
  if (matching?.labels.some(isAny) === true || isFilled) return [ANY_LABELS];
  if (matching?.many !== undefined) {
    const [many, one] = matching.many === 'left' ? [left, right] : [right, left];
    const { include = [] } = matching;
    if (include.length === 0) return filtered(many.shapes);
    return filtered(many.shapes.flatMap((shape) => one.shapes.map((other) => including(shape, other, include))));
  }
  if (matching === undefined) return filtered(left.shapes);
  const { labels, on } = matching;
  return filtered(left.shapes.map((shape) => (on ? keeping(shape, labels) : dropping(shape, labels))));
}

function unitOf(operator: string, left: PartFacts, right: PartFacts): string | undefined {
  if (left.isScalar && right.isScalar) return undefined;
  if (operator === '+' || operator === '-') {
    if (left.unit === 'timestamp' && right.unit === 'timestamp') return operator === '-' ? 'seconds' : undefined;
    if (left.isScalar || right.isScalar) return left.isScalar ? right.unit : left.unit;
    return left.unit === right.unit ? left.unit : undefined;
  }
  const number = constantOf(right) ?? constantOf(left);
  if (operator === '*' && number === 100 && (left.unit === 'ratio' || right.unit === 'ratio')) return 'percent';
  if (operator === '/' && constantOf(right) === 100 && left.unit === 'percent') return 'ratio';
  if (operator === '/' && !left.isScalar && !right.isScalar && isSameQuantity(left, right)) return 'ratio';
  return undefined;
}

/** Both in the same unit that says what is counted, or of the same metric. */
function isSameQuantity(left: PartFacts, right: PartFacts): boolean {
  if (left.unit !== undefined && left.unit === right.unit && ['bytes', 'ratio', 'percent'].includes(left.unit))
    return true;
  return left.metric !== undefined && left.metric === right.metric && left.nature === right.nature;
}

function constantOf({ isScalar, range }: PartFacts): number | undefined {
  return isScalar && range.min === range.max ? range.min : undefined;
}

function natureOf(operator: string, left: PartFacts, right: PartFacts): PartFacts['nature'] {
  const one = left.isScalar ? right : left;
  const isScaled = left.isScalar || right.isScalar;
  if (isScaled && !(left.isScalar && operator === '-')) return one.nature;
  if (operator === '+' && left.nature === right.nature) return left.nature;
  if (operator === '-' && left.nature === 'counter' && right.nature === 'counter') return 'unknown';
  return left.nature === 'unknown' || right.nature === 'unknown' ? 'unknown' : 'gauge';
}
