// What a function of kind `over-vector` or `over-steps` sees of its call.

import type { Matcher } from '../../model/matcher.ts';
import type { Span } from '../parse/positions.ts';
import type { QueryBudget } from './budget.ts';
import type { QueryNotes } from './notes.ts';
import type { Grid, SeriesStream } from './series.ts';

export interface CallArguments {
  readonly grid: Grid;
  readonly budget: QueryBudget;
  readonly notes: QueryNotes;
  /** Of an argument that is an instant vector, or a range vector of which only the presence of samples matters. */
  vector(index: number): SeriesStream;
  /** One value a step. */
  scalar(index: number): Promise<Float64Array>;
  string(index: number): string;
  span(index: number): Span;
  /** The matchers of an argument that is a selector; none for other expressions. */
  matchers(index: number): readonly Matcher[];
}
