// What an exponential histogram must hold after some values, worked out from all of them at once.

import type { ExponentialBuckets } from '../../snapshot/snapshot.ts';
import type { ExponentialState } from '../read.ts';
import { exactIndex } from './exact-index.ts';

const ZERO_THRESHOLD = 2 ** -128;

/** The state without its sum, which depends on the order. For `maxBuckets` of at least 72. */
export function modelOf(values: readonly number[], maxBuckets: number): Omit<ExponentialState, 'sum'> {
  const positive = values.filter((value) => value > ZERO_THRESHOLD);
  const negative = values.filter((value) => value < -ZERO_THRESHOLD).map(Math.abs);
  let scale = 8;
  while (width(positive, scale) > maxBuckets || width(negative, scale) > maxBuckets) scale--;
  return {
    scale,
    zeroThreshold: ZERO_THRESHOLD,
    zeroCount: values.length - positive.length - negative.length,
    positive: bucketsOf(positive, scale),
    negative: bucketsOf(negative, scale),
  };
}

export function withoutSum(state: ExponentialState): Omit<ExponentialState, 'sum'> {
  const { scale, zeroThreshold, zeroCount, positive, negative } = state;
  return { scale, zeroThreshold, zeroCount, positive, negative };
}

function width(values: readonly number[], scale: number): number {
  if (values.length === 0) return 0;
  return exactIndex(largest(values), scale) - exactIndex(smallest(values), scale) + 1;
}

function bucketsOf(values: readonly number[], scale: number): ExponentialBuckets {
  if (values.length === 0) return { offset: 0, counts: [] };
  const offset = exactIndex(smallest(values), scale);
  const counts = Array.from({ length: width(values, scale) }, () => 0);
  for (const value of values) counts[exactIndex(value, scale) - offset]! += 1;
  return { offset, counts };
}

function smallest(values: readonly number[]): number {
  return values.reduce((least, value) => Math.min(least, value));
}

function largest(values: readonly number[]): number {
  return values.reduce((most, value) => Math.max(most, value));
}
