// Where in a bucket a value or a share of its observations lies: on a straight line in custom buckets and the zero bucket, on
// a logarithmic scale in exponential buckets, where all buckets are equally wide.

import { binaryLogarithm } from '../math/logarithms.ts';
import type { BoundedCount } from './all-buckets.ts';

/** The share of a bucket's width that lies below a value within it; both ends are finite. */
export function fractionBelow({ lower, upper }: BoundedCount, value: number, isLinear: boolean): number {
  if (isLinear) return (value - lower) / (upper - lower);
  const logLower = binaryLogarithm(Math.abs(lower));
  const logUpper = binaryLogarithm(Math.abs(upper));
  const logValue = binaryLogarithm(Math.abs(value));
  return value > 0 ? (logValue - logLower) / (logUpper - logLower) : 1 - (logValue - logUpper) / (logLower - logUpper);
}
