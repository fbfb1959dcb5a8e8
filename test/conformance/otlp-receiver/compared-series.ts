// A series in the form in which Prometheus's and ours are compared. Buckets by index, as the same buckets can be written
// in different spans; empty ones say nothing.

import type { BucketSpan, NativeHistogram } from '../../../packages/monitor/src/model/batch.ts';
import { metadataUnit } from '../../../packages/monitor/src/sources/push/otlp/names/unit-name.ts';
import type { Received } from '../../../packages/monitor/src/sources/push/otlp/testing/received.ts';
import { seriesText } from '../../../packages/monitor/src/sources/testing/memory-appender.ts';

export interface ComparedHistogram {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positive: Readonly<Record<number, number>>;
  readonly negative: Readonly<Record<number, number>>;
  readonly customBounds: readonly number[];
}

export interface ComparedSeries {
  readonly samples: [timeMs: number, value: number | 'stale'][];
  readonly histograms: [timeMs: number, histogram: ComparedHistogram][];
  readonly exemplars: { readonly labels: string; readonly value: number; readonly timestampMs: number }[];
  /** Of its metric; '' where they are not compared. */
  type: string;
  unit: string;
}

export function newComparedSeries(): ComparedSeries {
  return { samples: [], histograms: [], exemplars: [], type: '', unit: '' };
}

/** `withMetadata`: type and unit as well, as Prometheus makes labels of them. */
export function comparedSeries(
  received: readonly Received[],
  { withMetadata }: { readonly withMetadata: boolean },
): Map<string, ComparedSeries> {
  const compared = new Map<string, ComparedSeries>();
  const seriesOf = (key: string): ComparedSeries => {
    let series = compared.get(key);
    if (series === undefined) compared.set(key, (series = newComparedSeries()));
    return series;
  };
  for (const { samples, histograms, exemplars, metadata } of received) {
    for (const [key, list] of samples) for (const [timeMs, value] of list) seriesOf(key).samples.push([timeMs, value]);
    for (const [key, list] of histograms) {
      for (const [timeMs, histogram] of list) seriesOf(key).histograms.push([timeMs, comparedHistogram(histogram)]);
    }
    for (const [key, list] of exemplars) {
      for (const { labels, value, timestampMs } of list) {
        seriesOf(key).exemplars.push({ labels: seriesText(labels), value, timestampMs });
      }
    }
    if (!withMetadata) continue;
    for (const [key, series] of compared) {
      const name = key.slice(0, key.indexOf('{'));
      const family = metadata.get(name) ?? metadata.get(name.replace(/_(?:bucket|sum|count)$/, ''));
      // `target_info` gets no such labels; the unit is named anew, which can change it once more.
      if (family === undefined || name === 'target_info') continue;
      series.type = family.type;
      series.unit = metadataUnit(family.unit);
    }
  }
  return compared;
}

function comparedHistogram(histogram: NativeHistogram): ComparedHistogram {
  return {
    schema: histogram.schema,
    zeroThreshold: histogram.zeroThreshold,
    zeroCount: histogram.zeroCount,
    count: histogram.count,
    sum: histogram.sum,
    positive: bucketsOf(histogram.positiveSpans, histogram.positiveCounts),
    negative: bucketsOf(histogram.negativeSpans, histogram.negativeCounts),
    customBounds: [...(histogram.customBounds ?? [])],
  };
}

function bucketsOf(spans: readonly BucketSpan[], counts: Float64Array): Record<number, number> {
  const buckets: Record<number, number> = {};
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let left = length; left > 0; left--, index++, at++) if (counts[at] !== 0) buckets[index] = counts[at]!;
  }
  return buckets;
}
