// Batch: the one currency between sources and the store. Columns, one row a sample; side columns carry what only few
// samples have. A batch belongs to whoever was handed it: the maker does not touch it afterwards.

import type { Labels } from './labels.ts';

export interface Batch {
  /** Series references as the store gave them out (`Appender.resolveSeries`), one a sample; 0 is never a series. */
  readonly refs: Uint32Array;
  /** Unix milliseconds: one value when all samples share it, as in a scrape, else one a sample (whole numbers). */
  readonly timestampsMs: number | Float64Array;
  /** One a sample; stale markers are told by their bits (`staleness.ts`). The value of a histogram sample is ignored. */
  readonly values: Float64Array;
  /** Native histograms, each at the row it belongs to. */
  readonly histograms?: readonly HistogramRow[];
  readonly exemplars?: readonly ExemplarRow[];
  /** Exemplars of series that need no sample in this batch, by their references. */
  readonly seriesExemplars?: readonly SeriesExemplar[];
  /** What is newly known of metrics since the last batch of the same source. */
  readonly metadata?: readonly MetricMetadata[];
}

interface HistogramRow {
  readonly row: number;
  readonly histogram: NativeHistogram;
}

interface SeriesExemplar {
  readonly ref: number;
  readonly exemplar: Exemplar;
}

interface ExemplarRow {
  readonly row: number;
  readonly exemplar: Exemplar;
}

/** A native (exponential) histogram as Prometheus' remote write carries it, counts absolute and not as deltas. */
export interface NativeHistogram {
  /** Bucket boundaries are powers of 2^(2^-schema); -4 to 8, or -53 with `customBounds`. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: number;
  readonly positiveSpans: readonly BucketSpan[];
  readonly positiveCounts: Float64Array;
  readonly negativeSpans: readonly BucketSpan[];
  readonly negativeCounts: Float64Array;
  readonly customBounds?: Float64Array;
  readonly isGauge?: boolean;
}

export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
}

export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number;
}

export type MetricType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'gaugehistogram'
  | 'summary'
  | 'info'
  | 'stateset'
  | 'unknown';

export interface MetricMetadata {
  /** The name of the metric family, without `_bucket`, `_sum`, `_count`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit: string;
}
