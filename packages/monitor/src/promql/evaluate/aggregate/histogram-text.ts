// A native histogram as a label value: what `count_values` calls it. Buckets that are empty are left out.

import { boundOf } from '../../histogram/bucket-bounds.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { generalText } from '../../histogram/number-text.ts';

export function histogramText(histogram: FloatHistogram): string {
  const { count, sum, negative, positive, zeroCount, zeroThreshold, schema, customBounds } = histogram;
  const parts = [`count:${generalText(count)}`, `sum:${generalText(sum)}`];
  for (let at = negative.counts.length - 1; at >= 0; at--) {
    const index = negative.indexes[at]!;
    const lower = -boundOf(index, schema, customBounds);
    appendBucket(parts, '[', lower, -boundOf(index - 1, schema, customBounds), ')', negative.counts[at]!);
  }
  appendBucket(parts, '[', -zeroThreshold, zeroThreshold, ']', zeroCount);
  for (const [at, index] of positive.indexes.entries()) {
    const open = histogram.usesCustomBuckets && index === 0 ? '[' : '(';
    const lower = boundOf(index - 1, schema, customBounds);
    appendBucket(parts, open, lower, boundOf(index, schema, customBounds), ']', positive.counts[at]!);
  }
  return `{${parts.join(', ')}}`;
}

function appendBucket(
  parts: string[],
  open: '[' | '(',
  lower: number,
  upper: number,
  close: ']' | ')',
  count: number,
): void {
  if (count !== 0) parts.push(`${open}${generalText(lower)},${generalText(upper)}${close}:${generalText(count)}`);
}
