// What the operators between numbers compute. Arithmetic and comparisons stand apart: a comparison filters unless it is asked
// for 0 and 1 (`bool`).
// https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operators

import { power } from '../floats.ts';

const ARITHMETIC: ReadonlyMap<string, (left: number, right: number) => number> = new Map([
  ['+', (left: number, right: number) => left + right],
  ['-', (left: number, right: number) => left - right],
  ['*', (left: number, right: number) => left * right],
  ['/', (left: number, right: number) => left / right],
  ['%', (left: number, right: number) => left % right],
  ['^', power],
]);

export const COMPARISONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ['==', (left: number, right: number) => left === right],
  ['!=', (left: number, right: number) => left !== right],
  ['<', (left: number, right: number) => left < right],
  ['<=', (left: number, right: number) => left <= right],
  ['>', (left: number, right: number) => left > right],
  ['>=', (left: number, right: number) => left >= right],
]);

export function isComparison(operator: string): boolean {
  return COMPARISONS.has(operator);
}

export interface BinaryOperator {
  readonly operator: string;
  /** A comparison that answers 0 or 1 rather than filtering. */
  readonly bool: boolean;
}

/** Arithmetic, and comparison with `bool`; undefined for a comparison that filters. */
export function valueFunction({
  operator,
  bool,
}: BinaryOperator): ((left: number, right: number) => number) | undefined {
  const arithmetic = ARITHMETIC.get(operator);
  if (arithmetic !== undefined) return arithmetic;
  const comparison = COMPARISONS.get(operator)!;
  return bool ? (left, right) => (comparison(left, right) ? 1 : 0) : undefined;
}

export function combineScalars(operator: BinaryOperator, left: Float64Array, right: Float64Array): Float64Array {
  const value = valueFunction(operator)!;
  return left.map((leftValue, step) => value(leftValue, right[step]!));
}
