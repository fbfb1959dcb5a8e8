// What the operators compute from two numbers, and what kind each is. Arithmetic and comparisons stand apart: a comparison filters
// unless it is asked for 0 and 1 (`bool`). The trim operators `</` and `>/` are for histograms alone (`with-histograms.ts`).
// https://prometheus.io/docs/prometheus/latest/querying/operators/#binary-operators

import type { QueryFeatures } from '../../features.ts';
import { QueryError } from '../../interface.ts';
import { arcTangentOfQuotient } from '../../math/arc-functions.ts';
import { power } from '../../math/powers.ts';

const ARITHMETIC: ReadonlyMap<string, (left: number, right: number) => number> = new Map([
  ['+', (left: number, right: number) => left + right],
  ['-', (left: number, right: number) => left - right],
  ['*', (left: number, right: number) => left * right],
  ['/', (left: number, right: number) => left / right],
  ['%', (left: number, right: number) => left % right],
  ['^', power],
  ['atan2', arcTangentOfQuotient],
]);

const COMPARISONS: ReadonlyMap<string, (left: number, right: number) => boolean> = new Map([
  ['==', (left: number, right: number) => left === right],
  ['!=', (left: number, right: number) => left !== right],
  ['<', (left: number, right: number) => left < right],
  ['<=', (left: number, right: number) => left <= right],
  ['>', (left: number, right: number) => left > right],
  ['>=', (left: number, right: number) => left >= right],
]);

export interface BinaryOperator {
  readonly operator: string;
  /** A comparison that answers 0 or 1 rather than filtering. */
  readonly bool: boolean;
}

export function isComparison(operator: string): boolean {
  return COMPARISONS.has(operator);
}

export function isTrim(operator: string): boolean {
  return operator === '</' || operator === '>/';
}

/** Whether the result is another metric than the vector it comes from, whatever the names are. */
export function changesMetric(operator: string): boolean {
  return ARITHMETIC.has(operator);
}

/** Whether the labels that say which metric it is go at the operation itself, of the result of two vectors. */
export function dropsNameAtOnce({ operator, bool }: BinaryOperator, { delayedNameRemoval }: QueryFeatures): boolean {
  return changesMetric(operator) || (bool && !delayedNameRemoval);
}

/** Arithmetic, and comparison with `bool`; undefined for a comparison that filters, and for the trim operators. */
export function valueFunction({
  operator,
  bool,
}: BinaryOperator): ((left: number, right: number) => number) | undefined {
  const arithmetic = ARITHMETIC.get(operator);
  if (arithmetic !== undefined) return arithmetic;
  const comparison = COMPARISONS.get(operator);
  return bool && comparison !== undefined ? (left, right) => (comparison(left, right) ? 1 : 0) : undefined;
}

export function comparisonFunction({
  operator,
}: BinaryOperator): ((left: number, right: number) => boolean) | undefined {
  return COMPARISONS.get(operator);
}

/**
 * What an operation between scalars computes.
 * @throws {QueryError} execution, where the operator is not for numbers
 */
export function scalarFunction(operator: BinaryOperator): (left: number, right: number) => number {
  const value = valueFunction(operator);
  if (value !== undefined) return value;
  throw new QueryError('execution', `operator "${operator.operator}" not allowed for Scalar operations`);
}
