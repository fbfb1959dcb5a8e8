// The buckets of a native histogram as Prometheus' API shows them: those that are not empty, from the lowest to the highest,
// each with its bounds; those next to the zero bucket end where it begins.

import type { BucketSpan, NativeHistogram } from '../../../packages/monitor/src/model/batch.ts';

type ApiBucket = readonly [lower: number, upper: number, count: number];

/** Powers of two come out of tables there and are computed here. */
const BOUND_TOLERANCE = 1e-12;

export function bucketsOf(histogram: NativeHistogram): readonly ApiBucket[] {
  const { zeroThreshold, zeroCount, schema } = histogram;
  const negative = sideOf(histogram.negativeSpans, histogram.negativeCounts, schema, zeroThreshold);
  const positive = sideOf(histogram.positiveSpans, histogram.positiveCounts, schema, zeroThreshold);
  const zero: ApiBucket = [negative.length > 0 || zeroThreshold > 0 ? -zeroThreshold : 0, zeroThreshold, zeroCount];
  const all = [
    ...negative.map(([lower, upper, count]): ApiBucket => [-upper, -lower, count]).toReversed(),
    zero,
    ...positive,
  ];
  return all.filter(([, , count]) => count !== 0);
}

export function sameBuckets(some: readonly ApiBucket[], others: readonly ApiBucket[]): boolean {
  const isSame = (a: number, b: number) => a === b || Math.abs(a - b) <= BOUND_TOLERANCE * Math.abs(b);
  return (
    some.length === others.length &&
    some.every(([lower, upper, count], at) => {
      const other = others[at]!;
      return isSame(lower, other[0]) && isSame(upper, other[1]) && count === other[2];
    })
  );
}

function sideOf(
  spans: readonly BucketSpan[],
  counts: Float64Array,
  schema: number,
  zeroThreshold: number,
): ApiBucket[] {
  const buckets: ApiBucket[] = [];
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let left = length; left > 0; left--, index++, at++) {
      const bound = (power: number) => 2 ** (power * 2 ** -schema);
      const lower = bound(index - 1);
      buckets.push([
        lower < zeroThreshold && bound(index) > zeroThreshold ? zeroThreshold : lower,
        bound(index),
        counts[at]!,
      ]);
    }
  }
  return buckets;
}
