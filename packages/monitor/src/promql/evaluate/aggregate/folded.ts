// What a fold is: it takes the series of one group, one after the other, and has the result at the end.

import type { Labels } from '../../../model/labels.ts';
import type { StepHistograms, StepSeries } from '../series.ts';

export interface Fold {
  /** Takes the steps `from` to `to` (exclusive) of a series. Of one series all steps are taken before the next one comes. */
  add(series: StepSeries, from: number, to: number): void;
  /** Called once for each step, after the last `add`. */
  finish(from: number, to: number): void;
  /** After `finish`. */
  result(): Folded;
}

/** What comes of a group; there may be no step at all. */
export interface Folded {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly histograms?: StepHistograms;
}

/** What a fold has to say about what it saw. */
export interface FoldRemarks {
  ignoredHistogram(): void;
  mixedKinds(): void;
  conflictingResets(): void;
  /** `labels`: of the series that did not fit. */
  incompatibleBuckets(labels: Labels): void;
  reconciledBounds(): void;
}
