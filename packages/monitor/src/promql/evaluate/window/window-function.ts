// What a function over windows is: a kernel for series of floats alone, which nearly all are, and one for series that have
// native histograms, with floats between them or not.

import type { Labels } from '../../../model/labels.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { Span } from '../../parse/positions.ts';
import type { Edges } from '../../parse/syntax-tree.ts';
import type { QueryBudget } from '../budget.ts';
import type { QueryNotes } from '../notes.ts';
import type { Grid } from '../series.ts';

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

/** Windows end at `endMs` of each step: the step's time less the offset, or a fixed time. */
export interface WindowTimes {
  readonly grid: Grid;
  readonly offsetMs: number;
  readonly rangeMs: number;
  /** How far beyond its edges a window is to see samples (`anchored`, `smoothed`). */
  readonly behindMs?: number;
  readonly aheadMs?: number;
}

/** The windows over one column of times, by step: the same for all series with these times. */
export interface Windows {
  readonly timestampsMs: Float64Array;
  readonly times: WindowTimes;
  /** The samples of each window: `from` to `to` (exclusive). */
  readonly from: Int32Array;
  readonly to: Int32Array;
  /** `FLOAT` where a window has samples enough. Results share this column. */
  readonly present: Uint8Array;
  readonly isAnyPresent: boolean;
  /** Steps to look at the clock before, and the end. */
  readonly stretchEnds: readonly number[];
}

export interface WindowParameters {
  readonly rangeMs: number;
  /** Of the windows, which stay where they are when the range is written with `@`; `grid` has the steps of the function. */
  readonly times: WindowTimes;
  /** The scalar arguments of the function, each with one value a step. */
  readonly scalars: readonly Float64Array[];
  readonly labels: Labels;
  readonly notes: QueryNotes;
  readonly budget: QueryBudget;
  /** Where Prometheus says that a note belongs: the first argument; the start of the expression when that is a subquery. */
  readonly noteSpan: Span;
  readonly edges: Edges;
  readonly grid: Grid;
}

/**
 * Computes the windows of the steps `first` to `end` (exclusive) that have samples enough. It is called in order of time. What takes
 * long for a window of very many samples is done later.
 */
export type WindowKernel = (first: number, end: number, results: Float64Array) => void | Promise<void>;

/** Makes the kernel for one series; later where that takes long for a long one. */
export type WindowFunction = (
  columns: Columns,
  parameters: WindowParameters,
  windows: Windows,
) => WindowKernel | Promise<WindowKernel>;

/** Computes one window: samples `from` to `to` (exclusive). Neither ever goes back from one call to the next. */
export type WindowComputation = (from: number, to: number, step: number) => number;

/** A window of a series with histograms: indexes into its floats and into its histograms. The next window is the same object. */
export interface MixedWindow {
  readonly from: number;
  readonly to: number;
  readonly histogramFrom: number;
  readonly histogramTo: number;
  /** The window itself; with `anchored` and `smoothed` there are samples of beyond it among those of the indexes. */
  readonly startMs: number;
  readonly endMs: number;
  readonly step: number;
}

/** Undefined when the window has no result. Called where there is at least one sample. */
export type MixedKernel = (window: MixedWindow) => MixedResult | Promise<MixedResult>;

export type MixedResult = number | FloatHistogram | undefined;

export type MixedWindowFunction = (
  series: RangeSeries,
  parameters: WindowParameters,
) => MixedKernel | Promise<MixedKernel>;

/** A value for each window of a series: `rate`. The result has no metric name unless `keepsName`. */
export interface OverWindow {
  readonly kind: 'over-window';
  /** Of series of floats alone. Without it `mixed` does these too: it can say that there is no result, or fail. */
  readonly window?: WindowFunction;
  /** Of series that have histograms; without it the histograms are left out, with Prometheus' info where there are floats too. */
  readonly mixed?: MixedWindowFunction;
  /** Of windows that see beyond their edges (`anchored`, `smoothed`), by the edges that the function can have. */
  readonly extended?: Partial<Record<Exclude<Edges, 'plain'>, MixedWindowFunction>>;
  /** Windows with fewer samples have no result. */
  readonly minimumSamples: 1 | 2;
  readonly keepsName?: boolean;
  /** The metric ought to be a counter: its name is looked at, and an info given when it does not end like one. */
  readonly expectsCounter?: boolean;
}
