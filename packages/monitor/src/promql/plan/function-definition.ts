// What a function is to the planner (its signature) and to the evaluator (one of five kinds). A new function is one
// entry of the table in `functions.ts`.

import type { CallArguments } from '../evaluate/call-arguments.ts';
import type { SeriesStream } from '../evaluate/series.ts';
import type { WindowFunction } from '../evaluate/windows.ts';

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

export interface FunctionDefinition {
  readonly parameters: readonly ValueType[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  readonly body: FunctionBody;
}

type FunctionBody = OverWindow | PerValue | OverVector | OverSteps;

/** A number for each window of a series: `rate`. The result has no metric name unless `keepsName`. */
export interface OverWindow {
  readonly kind: 'over-window';
  readonly window: WindowFunction;
  /** Windows with fewer samples have no result. */
  readonly minimumSamples: 1 | 2;
  readonly keepsName?: boolean;
  /** The metric ought to be a counter: its name is looked at, and an info given when it does not end like one. */
  readonly expectsCounter?: boolean;
  /** Which parameter is a quantile, to be warned of when it is outside 0 to 1. */
  readonly quantileParameter?: number;
}

/** A number for each value of an instant vector: `abs`. The scalar arguments follow; the metric name is dropped. */
export interface PerValue {
  readonly kind: 'per-value';
  readonly apply: (value: number, a: number, b: number) => number;
  /** The scalars that stand for arguments left out. */
  readonly defaults?: readonly number[];
  /** Steps whose scalars have no result at all. */
  readonly isEmpty?: (a: number, b: number) => boolean;
}

/** An instant vector of whatever the arguments are: `histogram_quantile`. */
export interface OverVector {
  readonly kind: 'over-vector';
  readonly evaluate: (call: CallArguments) => SeriesStream;
  /** The result can hold series that differ in nothing but the metric name. */
  readonly keepsName: boolean;
}

/** A number for each step: `time`, `scalar`. */
export interface OverSteps {
  readonly kind: 'over-steps';
  readonly evaluate: (call: CallArguments) => Promise<Float64Array>;
  /** The result depends on the time of the step and on nothing else. */
  readonly isTime?: boolean;
}
