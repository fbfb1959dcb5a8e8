// What every operation of one query shares.

import type { Queryable } from '../../storage/interface.ts';
import type { QueryFeatures } from '../features.ts';
import type { QueryBudget } from './budget.ts';
import type { QueryNotes } from './notes.ts';

export interface EvaluationContext {
  readonly queryable: Queryable;
  readonly budget: QueryBudget;
  readonly notes: QueryNotes;
  readonly features: QueryFeatures;
  readonly lookbackMs: number;
  /** The step of subqueries that name none. */
  readonly subqueryStepMs: number;
  /** What `@ start()` and `@ end()` stand for. */
  readonly startMs: number;
  readonly endMs: number;
}
