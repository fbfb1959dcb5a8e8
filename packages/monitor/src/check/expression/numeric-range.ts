// Ranges of values, for reasoning about what an expression can give. Invariant: a range holds every value that is possible; what
// is not known is the range of all. NaN is in none: it compares to nothing.

export interface NumericRange {
  readonly min: number;
  readonly max: number;
  /** Whether the ends themselves are possible. */
  readonly includesMin: boolean;
  readonly includesMax: boolean;
}

export type Comparison = '==' | '!=' | '>' | '<' | '>=' | '<=';

export const ALL: NumericRange = between(Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
export const NOT_NEGATIVE: NumericRange = between(0, Number.POSITIVE_INFINITY);
export const UNIT_INTERVAL: NumericRange = between(0, 1);

export function between(min: number, max: number): NumericRange {
  return { min, max, includesMin: true, includesMax: true };
}

export function isEmpty({ min, max, includesMin, includesMax }: NumericRange): boolean {
  return min > max || (min === max && !(includesMin && includesMax));
}

export function includes({ min, max, includesMin, includesMax }: NumericRange, value: number): boolean {
  return (value > min || (includesMin && value === min)) && (value < max || (includesMax && value === max));
}

export function intersection(one: NumericRange, other: NumericRange): NumericRange {
  const min = Math.max(one.min, other.min);
  const max = Math.min(one.max, other.max);
  return { min, max, includesMin: includesEnd(one, other, min), includesMax: includesEnd(one, other, max) };
}

function includesEnd(one: NumericRange, other: NumericRange, end: number): boolean {
  return includes(one, end) && includes(other, end);
}

export function hull(one: NumericRange, other: NumericRange): NumericRange {
  if (isEmpty(one)) return other;
  if (isEmpty(other)) return one;
  const min = Math.min(one.min, other.min);
  const max = Math.max(one.max, other.max);
  return {
    min,
    max,
    includesMin: includes(one, min) || includes(other, min),
    includesMax: includes(one, max) || includes(other, max),
  };
}

/** The values for which `value comparison threshold` holds. */
export function satisfying(comparison: Comparison, threshold: number): NumericRange {
  switch (comparison) {
    case '==':
      return between(threshold, threshold);
    case '>':
      return { ...between(threshold, Number.POSITIVE_INFINITY), includesMin: false };
    case '>=':
      return between(threshold, Number.POSITIVE_INFINITY);
    case '<':
      return { ...between(Number.NEGATIVE_INFINITY, threshold), includesMax: false };
    case '<=':
      return between(Number.NEGATIVE_INFINITY, threshold);
    case '!=':
      return ALL;
  }
}

/** Whether the comparison holds for each value of the range. */
export function alwaysHolds(range: NumericRange, comparison: Comparison, threshold: number): boolean {
  if (comparison === '!=') return !includes(range, threshold);
  const wanted = satisfying(comparison, threshold);
  const isAbove = range.min > wanted.min || (range.min === wanted.min && (wanted.includesMin || !range.includesMin));
  const isBelow = range.max < wanted.max || (range.max === wanted.max && (wanted.includesMax || !range.includesMax));
  return isAbove && isBelow;
}

/** Whether it holds for none. */
export function neverHolds(range: NumericRange, comparison: Comparison, threshold: number): boolean {
  if (comparison === '!=') return range.min === threshold && range.max === threshold;
  return isEmpty(intersection(range, satisfying(comparison, threshold)));
}

export function arithmetic(operator: string, left: NumericRange, right: NumericRange): NumericRange {
  switch (operator) {
    case '+':
      return between(left.min + right.min, left.max + right.max);
    case '-':
      return between(left.min - right.max, left.max - right.min);
    case '*':
      return corners(left, right, (a, b) => (a === 0 || b === 0 ? 0 : a * b));
    case '/':
      if (left.min >= 0 && right.min >= 0 && (right.min === 0 || right.max === Number.POSITIVE_INFINITY)) {
        return between(0, right.min === 0 ? Number.POSITIVE_INFINITY : left.max / right.min);
      }
      return right.min > 0 || right.max < 0 ? corners(left, right, (a, b) => (a === 0 ? 0 : a / b)) : ALL;
    default:
      return ALL;
  }
}

function corners(
  left: NumericRange,
  right: NumericRange,
  operation: (one: number, other: number) => number,
): NumericRange {
  const values = [left.min, left.max].flatMap((one) => [right.min, right.max].map((other) => operation(one, other)));
  if (values.some((value) => Number.isNaN(value))) return ALL;
  return between(Math.min(...values), Math.max(...values));
}
