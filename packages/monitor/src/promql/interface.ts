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
  /**
   * `sent`: settled when nobody needs the answer any more; its memory counts among that of all queries so long. Without it, until the
   * answer is given.
   * @throws {QueryError}
   */
  instant(query: InstantQuery, signal?: AbortSignal, sent?: Promise<unknown>): Promise<QueryResult>;
  /** @throws {QueryError} */
  range(query: RangeQuery, signal?: AbortSignal, sent?: Promise<unknown>): Promise<QueryResult>;
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
export interface QueryStatistics {
  /** Samples read from the store; a native histogram counts 10 and one more for each two of its buckets. */
  readonly samplesRead: number;
  /** The most points of intermediate and final results held at one time. */
  readonly peakPoints: number;
  /** How long it took until the evaluation began, the evaluation itself, and the ordering of its result. */
  readonly preparationMs: number;
  readonly evaluationMs: number;
  readonly sortMs: number;
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
  readonly histogram?: AnsweredHistogram;
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
  readonly histograms: readonly AnsweredHistogram[];
}

/** Rendered where another server evaluated: its API does not give what a histogram is made of. */
export type AnsweredHistogram = NativeHistogram | RenderedHistogram;

/** As Prometheus' API has it: from this the same JSON can be made again, and the histogram cannot. Numbers are text. */
export interface RenderedHistogram {
  readonly count: string;
  readonly sum: string;
  /** From the lowest to the highest, without those that are empty. */
  readonly buckets: readonly RenderedBucket[];
}

/** The rule says which of the ends belong to it: the upper, the lower, neither, both. */
export type RenderedBucket = readonly [rule: number, lower: string, upper: string, count: string];

/** Prometheus' error types, which decide the status: bad_data 400, execution 422, timeout 503, canceled 499, internal 500. */
export type QueryErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled' | 'internal';

/** The code of an `execution` error: other queries hold the memory that this one needs. */
export const MEMORY_SHORT = 'query_memory_short';

export class QueryError extends ChainpulseError {
  readonly type: QueryErrorType;
  /** Where in the expression, from 1, when the error has a place there. */
  readonly position: QueryPosition | undefined;

  constructor(type: QueryErrorType, message: string, position?: QueryPosition, code = `query_${type}`) {
    super(code, message);
    this.name = 'QueryError';
    this.type = type;
    this.position = position;
  }
}

export interface QueryPosition {
  readonly line: number;
  readonly column: number;
}
