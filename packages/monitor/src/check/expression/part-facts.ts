// What can be said of a part of an expression.

import { ANY_LABELS, type Shape } from './label-shape.ts';
import { ALL, type NumericRange } from './numeric-range.ts';

/** What values are: a raw total, what a window made of one, or anything else. */
export type Nature = 'counter' | 'gauge' | 'rate' | 'unknown';

export interface PartFacts {
  readonly isScalar: boolean;
  /** Empty when there is certainly nothing. */
  readonly shapes: readonly Shape[];
  readonly range: NumericRange;
  readonly unit: string | undefined;
  readonly nature: Nature;
  /** The only metric whose values these are, changed or not; undefined when there are several or none. */
  readonly metric: string | undefined;
  /** Of what may be given to histogram_quantile. */
  readonly bounds: readonly number[] | undefined;
  /** Whether the buckets of a classic histogram are among it: undefined is not known. */
  readonly hasBuckets: boolean | undefined;
}

export const UNKNOWN_FACTS: PartFacts = {
  isScalar: false,
  shapes: [ANY_LABELS],
  range: ALL,
  unit: undefined,
  nature: 'unknown',
  metric: undefined,
  bounds: undefined,
  hasBuckets: undefined,
};
