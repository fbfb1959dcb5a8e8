// What the rest of the monitor knows of PromQL: questions, answers and errors. The evaluator behind it is
// `evaluate/`; a remote engine that evaluates itself would be another implementation.

import type { NativeHistogram } from '../model/batch.ts';
import { ChainpulseError } from '../model/errors.ts';
import type { Labels } from '../model/labels.ts';

/** Steps of a range query, unless the engine is made with another limit: Prometheus' bound. */
export const MAX_POINTS_PER_SERIES = 11_000;

export interface InstantQuery {
  readonly expression: string;
  readonly timeMs: number;
  readonly timeoutMs?: number;
  readonly lookbackMs?: number;
  /** Beside the answer. */
  readonly wants?: 'statistics';
}

export interface RangeQuery {
  readonly expression: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly timeoutMs?: number;
  readonly lookbackMs?: number;
  /** Beside the answer. */
  readonly wants?: 'statistics';
}

export interface QueryEngine {
  /** @throws {QueryError} */
  instant(query: InstantQuery, signal?: AbortSignal): Promise<QueryResult>;
  /** @throws {QueryError} */
  range(query: RangeQuery, signal?: AbortSignal): Promise<QueryResult>;
  /**
   * Evaluates the query and tells what that took instead of the answer.
   * @throws {QueryError}
   */
  explain(query: InstantQuery | RangeQuery, signal?: AbortSignal): Promise<QueryExplanation>;
}

export interface QueryExplanation {
  readonly root: ExplainedOperation;
  readonly totalMs: number;
  readonly seriesRead: number;
  readonly samplesRead: number;
  readonly seriesReturned: number;
  readonly pointsReturned: number;
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface ExplainedOperation {
  /** Its part of the expression. */
  readonly text: string;
  readonly does: string;
  /** What came out of it. */
  readonly series: number;
  readonly points: number;
  /** With what is inside of it, and without; with the waiting for others that share the thread. */
  readonly totalMs: number;
  readonly ownMs: number;
  /** It does not depend on the step. */
  readonly isComputedOnce: boolean;
  /** The same stands in the expression before, and was kept. */
  readonly isAnsweredFromBefore: boolean;
  /** Of a selector. Unix milliseconds, both ends included. */
  readonly read?: {
    readonly minTimeMs: number;
    readonly maxTimeMs: number;
    readonly series: number;
    readonly samples: number;
  };
  readonly inner: readonly ExplainedOperation[];
}

/** What a query took. */
interface QueryStatistics {
  /** Samples read from the store; a native histogram counts 10 and one more for each two of its buckets. */
  readonly samplesRead: number;
  /** The most points of intermediate and final results held at one time. */
  readonly peakPoints: number;
}

export type QueryResult = {
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
  /** Where the query wants them; absent where another engine evaluates. */
  readonly stats?: QueryStatistics;
} & (
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly type: 'vector'; readonly timeMs: number; readonly samples: readonly VectorSample[] }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] }
);

export interface VectorSample {
  readonly labels: Labels;
  /** Meaningless where there is a histogram. */
  readonly value: number;
  readonly histogram?: NativeHistogram;
}

export interface MatrixSeries {
  readonly labels: Labels;
  readonly timestampsMs: Float64Array;
  readonly values: Float64Array;
  readonly histograms?: MatrixHistograms;
}

/** The points of a series that are native histograms; at their times it has no float. */
export interface MatrixHistograms {
  readonly timestampsMs: Float64Array;
  readonly histograms: readonly NativeHistogram[];
}

/** Prometheus' error types, which decide the status: bad_data 400, execution 422, timeout 503, canceled 499, internal 500. */
export type QueryErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'internal';

export class QueryError extends ChainpulseError {
  readonly type: QueryErrorType;
  /** Where in the expression, from 1, when the error has a place there. */
  readonly position: QueryPosition | undefined;

  constructor(type: QueryErrorType, message: string, position?: QueryPosition) {
    super(`query_${type}`, message);
    this.name = 'QueryError';
    this.type = type;
    this.position = position;
  }
}

export interface QueryPosition {
  readonly line: number;
  readonly column: number;
}
