// What a function over windows is: a kernel for series of floats alone, which nearly all are, and one for series that have
// native histograms, with floats between them or not.

import type { Labels } from '../../../model/labels.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { Span } from '../../parse/positions.ts';
import type { QueryNotes } from '../notes.ts';

/** Samples of one series without stale markers, in order of time. */
export interface Columns {
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
}

export interface HistogramColumns {
  readonly timestampsMs: Float64Array;
  readonly histograms: readonly FloatHistogram[];
}

/** What a range selector or a subquery has of one series. */
export interface RangeSeries extends Columns {
  readonly labels: Labels;
  readonly histograms?: HistogramColumns;
  readonly dropsName?: boolean;
}

export interface WindowParameters {
  readonly rangeMs: number;
  /** The scalar arguments of the function, each with one value a step. */
  readonly scalars: readonly Float64Array[];
  readonly labels: Labels;
  readonly notes: QueryNotes;
  /** Of the call, and of its argument that is a range. */
  readonly span: Span;
  readonly rangeSpan: Span;
}

/** Computes one window: samples `from` to `to` (exclusive, at least one), which lie in (startMs, endMs]. */
export type WindowKernel = (from: number, to: number, startMs: number, endMs: number, step: number) => number;

/** Makes the kernel for one series. It is called for windows in order of time. */
export type WindowFunction = (columns: Columns, parameters: WindowParameters) => WindowKernel;

/** A window of a series with histograms: indexes into its floats and into its histograms. */
export interface MixedWindow {
  readonly from: number;
  readonly to: number;
  readonly histogramFrom: number;
  readonly histogramTo: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly step: number;
}

/** Undefined when the window has no result. */
export type MixedKernel = (window: MixedWindow) => number | FloatHistogram | undefined;

export type MixedWindowFunction = (series: RangeSeries, parameters: WindowParameters) => MixedKernel;

/** A value for each window of a series: `rate`. The result has no metric name unless `keepsName`. */
export interface OverWindow {
  readonly kind: 'over-window';
  readonly window: WindowFunction;
  /** Of series that have histograms; without it the histograms are left out, with Prometheus' info where there are floats too. */
  readonly mixed?: MixedWindowFunction;
  /** Windows with fewer samples have no result. */
  readonly minimumSamples: 1 | 2;
  readonly keepsName?: boolean;
  /** The metric ought to be a counter: its name is looked at, and an info given when it does not end like one. */
  readonly expectsCounter?: boolean;
  /** Which parameter is a quantile, to be warned of when it is outside 0 to 1. */
  readonly quantileParameter?: number;
}
