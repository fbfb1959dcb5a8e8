// The variance of a native histogram's observations, each taken to lie in the middle of its bucket: the arithmetic middle of
// custom buckets, zero in the zero bucket, the geometric middle of exponential buckets.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_stddev-and-histogram_stdvar

import { CompensatedSum } from '../evaluate/floats.ts';
import { type BoundedCount, bucketAt, bucketCountOf } from './all-buckets.ts';
import type { FloatHistogram } from './float-histogram.ts';

export function histogramVariance(histogram: FloatHistogram): number {
  const mean = histogram.sum / histogram.count;
  const bucketCount = bucketCountOf(histogram);
  const variance = new CompensatedSum();
  for (let position = 0; position < bucketCount; position++) {
    const bucket = bucketAt(histogram, position);
    if (bucket.count === 0) continue;
    const distance = middleOf(bucket, histogram.usesCustomBuckets) - mean;
    variance.add(bucket.count * distance * distance);
  }
  return (variance.sum + variance.compensation) / histogram.count;
}

function middleOf({ lower, upper }: BoundedCount, isCustom: boolean): number {
  if (isCustom) return (upper + lower) / 2;
  if (lower <= 0 && upper >= 0) return 0;
  const middle = Math.sqrt(upper * lower);
  return upper < 0 ? -middle : middle;
}
