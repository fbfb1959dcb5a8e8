// The bounds of a query. Each is an error at the bound, never a shortened answer.

import { MAX_POINTS_PER_SERIES } from './interface.ts';

export interface QueryLimits {
  /** Characters of the expression. At the bound: bad_data. */
  readonly maxQueryLength: number;
  /** Brackets inside one another. At the bound: bad_data with the position of the bracket. */
  readonly maxNestingDepth: number;
  /** Operators and signs in one expression. At the bound: bad_data with the position of the operator. */
  readonly maxOperators: number;
  /** Steps of a range query, and so points of a series. At the bound: bad_data. */
  readonly maxPointsPerSeries: number;
  /** Steps of a subquery over all that its windows see. At the bound: execution. */
  readonly maxSubquerySteps: number;
  /** Samples read from the store for one query. At the bound: execution. */
  readonly maxSamples: number;
  /** Points of intermediate and final results held in memory at one time, 9 bytes each; one with a time of its own, 16 bytes, counts two. At the bound: execution. */
  readonly maxPointsHeld: number;
  /** The same of all queries together, and of their answers until these have been sent. At the bound: execution. */
  readonly maxPointsHeldByAll: number;
  /** Series held at one time by an operation, and so of the answer. At the bound: execution. */
  readonly maxSeriesHeld: number;
  /** Characters of labels that a query makes. At the bound: execution. */
  readonly maxLabelCharacters: number;
  /** Milliseconds; a query may ask for less, never for more. At the bound: timeout. */
  readonly maxTimeoutMs: number;
}

export const DEFAULT_QUERY_LIMITS: QueryLimits = {
  maxQueryLength: 65_536,
  maxNestingDepth: 200,
  maxOperators: 250,
  maxPointsPerSeries: MAX_POINTS_PER_SERIES,
  // 30 days in seconds, and some.
  maxSubquerySteps: 3_000_000,
  maxSamples: 50_000_000,
  maxPointsHeld: 20_000_000,
  maxPointsHeldByAll: 60_000_000,
  maxSeriesHeld: 200_000,
  maxLabelCharacters: 67_108_864,
  maxTimeoutMs: 120_000,
};

export type ParseLimits = Pick<QueryLimits, 'maxQueryLength' | 'maxNestingDepth' | 'maxOperators'>;
