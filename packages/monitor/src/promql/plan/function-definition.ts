// What a function is to the planner (its signature) and to the evaluator (one of five kinds). A new function is one
// entry of a table in `functions/`.

import type { CallArguments } from '../evaluate/call-arguments.ts';
import type { SeriesStream } from '../evaluate/series.ts';
import type { OverWindow } from '../evaluate/window/window-function.ts';

export type { OverWindow } from '../evaluate/window/window-function.ts';

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

export interface FunctionDefinition {
  readonly parameters: readonly ValueType[];
  /** How many of the last parameters may be left out; the last of them any number of times more when it is `any`. */
  readonly optional?: number;
  /** The last parameter may come any number of times, none included. */
  readonly isVariadic?: boolean;
  /** Behind `promql-experimental-functions`. */
  readonly isExperimental?: boolean;
  readonly body: FunctionBody;
}

export type FunctionBody = OverWindow | PerValue | OverVector | OverSteps;

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
  /** The order of the series of an instant query means something: `sort`. */
  readonly orders?: boolean;
  /** The result depends on the time of the step even where the arguments do not: `timestamp` does not, `vector(time())` neither. */
  readonly isTime?: boolean;
}

/** A number for each step: `time`, `scalar`. */
export interface OverSteps {
  readonly kind: 'over-steps';
  readonly evaluate: (call: CallArguments) => Promise<Float64Array>;
  /** The result depends on the time of the step and on nothing else. */
  readonly isTime?: boolean;
}
