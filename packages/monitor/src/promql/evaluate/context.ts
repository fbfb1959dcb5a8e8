// What every operation of one query shares.

import type { Queryable } from '../../storage/interface.ts';
import type { QueryFeatures } from '../features.ts';
import type { Span } from '../parse/positions.ts';
import type { QueryBudget } from './budget.ts';
import type { QueryNotes } from './notes.ts';
import type { Grid, SeriesStream } from './series.ts';
import type { QueryTrace } from './trace.ts';

export interface EvaluationContext {
  readonly queryable: Queryable;
  readonly budget: QueryBudget;
  readonly notes: QueryNotes;
  readonly features: QueryFeatures;
  /** Series can differ in the labels of type and unit alone: the plan has been made for that. */
  readonly mixesTypes: boolean;
  readonly shared: SharedVectors;
  /** Of a query that is to be explained. */
  readonly trace?: QueryTrace;
  readonly lookbackMs: number;
  /** The step of subqueries that name none. */
  readonly subqueryStepMs: number;
  /** What `@ start()` and `@ end()` stand for. */
  readonly startMs: number;
  readonly endMs: number;
  /** Of the query; 0 when it is an instant query. */
  readonly stepMs: number;
}

/** Results that more than one part of the query needs. */
export interface SharedVectors {
  /** The node's result: kept from before, or as `evaluate` gives it. */
  vector(node: { readonly span: Span }, grid: Grid, evaluate: () => SeriesStream): SeriesStream;
}
