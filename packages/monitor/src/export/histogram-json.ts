// A native histogram as JSON: `count`, `sum` and `buckets` as Prometheus' API has them (numbers as text, a bucket as [rule,
// lower bound, upper bound, count], empty ones left out), for people and other programs; and below `native` everything that the store
// has, from which the same histogram is made again.
// Source: "Native histograms" of prometheus.io/docs/prometheus/latest/querying/api

import type { BucketSpan, NativeHistogram } from '../model/batch.ts';
import { CUSTOM_BOUNDS_SCHEMA, upperBoundsOf } from './bucket-bounds.ts';
import { apiNumberText, numberText } from './number-text.ts';

/** Which ends belong to a bucket: the upper, the lower, neither, both. */
const OPEN_LEFT = 0;
const OPEN_RIGHT = 1;
const OPEN_BOTH = 2;
const CLOSED_BOTH = 3;

type BucketJson = readonly [rule: number, lower: string, upper: string, count: string];

export interface HistogramJson {
  readonly count: string;
  readonly sum: string;
  readonly buckets?: readonly BucketJson[];
  readonly native: NativeJson;
}

/** As stored. Spans are [offset, length]; what is no finite number is text. */
interface NativeJson {
  readonly schema: number;
  readonly zeroThreshold: number | string;
  readonly zeroCount: number | string;
  readonly count: number | string;
  readonly sum: number | string | null;
  readonly positiveSpans: readonly (readonly [number, number])[];
  readonly positiveCounts: readonly (number | string)[];
  readonly negativeSpans: readonly (readonly [number, number])[];
  readonly negativeCounts: readonly (number | string)[];
  readonly customBounds?: readonly (number | string)[];
  readonly isGauge?: true;
}

export function histogramJson(histogram: NativeHistogram): HistogramJson {
  const buckets = bucketsOf(histogram);
  return {
    count: apiNumberText(histogram.count),
    sum: apiNumberText(histogram.sum),
    ...(buckets.length === 0 ? {} : { buckets }),
    native: nativeOf(histogram),
  };
}

function nativeOf(histogram: NativeHistogram): NativeJson {
  const { customBounds, isGauge } = histogram;
  return {
    schema: histogram.schema,
    zeroThreshold: exact(histogram.zeroThreshold),
    zeroCount: exact(histogram.zeroCount),
    count: exact(histogram.count),
    sum: exact(histogram.sum),
    positiveSpans: histogram.positiveSpans.map(({ offset, length }) => [offset, length]),
    positiveCounts: Array.from(histogram.positiveCounts, exact),
    negativeSpans: histogram.negativeSpans.map(({ offset, length }) => [offset, length]),
    negativeCounts: Array.from(histogram.negativeCounts, exact),
    ...(customBounds === undefined ? {} : { customBounds: Array.from(customBounds, exact) }),
    ...(isGauge === true ? { isGauge } : {}),
  };
}

/** JSON has neither what is not finite nor a negative zero. */
function exact(value: number): number | string {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : numberText(value);
}

/** From the lowest to the highest, without the empty ones. The zero bucket takes from those beside it what is in it. */
export function bucketsOf(histogram: NativeHistogram): BucketJson[] {
  const { zeroCount, zeroThreshold, negativeSpans, negativeCounts, positiveSpans, positiveCounts } = histogram;
  const isCustom = histogram.schema === CUSTOM_BOUNDS_SCHEMA;
  const boundOf = upperBoundsOf(histogram);
  const buckets: BucketJson[] = [];
  const add = (rule: number, lower: number, upper: number, count: number) => {
    if (count !== 0) buckets.push([rule, apiNumberText(lower), apiNumberText(upper), apiNumberText(count)]);
  };
  for (const [index, count] of indexed(negativeSpans, negativeCounts).reverse()) {
    const lower = -boundOf(index);
    add(ruleOf(lower, -0), lower, Math.min(-boundOf(index - 1), -zeroThreshold), count);
  }
  // Differences of histograms can count less than nothing; Prometheus shows that of all buckets but this one.
  if (zeroCount > 0) add(CLOSED_BOTH, -zeroThreshold, zeroThreshold, zeroCount);
  for (const [index, count] of indexed(positiveSpans, positiveCounts)) {
    const lower = boundOf(index - 1);
    const upper = boundOf(index);
    if (isCustom) add(index === 0 ? CLOSED_BOTH : OPEN_LEFT, lower, upper, count);
    else add(ruleOf(0, upper), Math.max(lower, zeroThreshold), upper, count);
  }
  return buckets;
}

/** The end that is farther from zero belongs to a bucket, but zero itself does not. */
function ruleOf(lower: number, upper: number): number {
  if (lower < 0) return OPEN_RIGHT;
  return upper > 0 ? OPEN_LEFT : OPEN_BOTH;
}

function indexed(spans: readonly BucketSpan[], counts: Float64Array): [index: number, count: number][] {
  const found: [number, number][] = [];
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let within = 0; within < length; within++) found.push([index++, counts[found.length]!]);
  }
  return found;
}
