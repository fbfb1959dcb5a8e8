// Native histograms as Prometheus' JSON has them: count, sum, and the bounds and counts of the buckets that are not empty, all
// as text. What they were made of (schema, zero bucket, empty buckets) is not there, so they stay text. Invariant: each text of
// what is read is a number, so that it can be written into JSON again as it is.
// Source: "Native histograms" of prometheus.io/docs/prometheus/latest/querying/api

import type { RenderedBucket, RenderedHistogram } from '../../../promql/interface.ts';

/** A point of a series: its time in seconds, and the histogram. */
export type HistogramPoint = readonly [seconds: number, histogram: RenderedHistogram];

const NUMBER = /^(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?Inf|NaN)$/;
const GREATEST_RULE = 3;

/** Undefined for what is no point with a histogram. */
export function histogramPointOf(value: unknown): HistogramPoint | undefined {
  if (!Array.isArray(value)) return undefined;
  const [seconds, histogram] = value as readonly unknown[];
  const read = histogramOf(histogram);
  return typeof seconds === 'number' && read !== undefined ? [seconds, read] : undefined;
}

function histogramOf(value: unknown): RenderedHistogram | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { count, sum, buckets = [] } = value as { count?: unknown; sum?: unknown; buckets?: unknown };
  if (!isNumberText(count) || !isNumberText(sum) || !Array.isArray(buckets)) return undefined;
  return buckets.every(isBucket) ? { count, sum, buckets } : undefined;
}

function isBucket(value: unknown): value is RenderedBucket {
  if (!Array.isArray(value) || value.length !== 4) return false;
  const [rule, ...texts] = value as readonly unknown[];
  return Number.isInteger(rule) && Number(rule) >= 0 && Number(rule) <= GREATEST_RULE && texts.every(isNumberText);
}

function isNumberText(value: unknown): value is string {
  return typeof value === 'string' && NUMBER.test(value);
}
