// What a function of kind `over-vector` or `over-steps` sees of its call.

import type { PlanNode, VectorNode } from '../plan/nodes.ts';
import type { EvaluationContext } from './context.ts';
import type { Grid, SeriesStream } from './series.ts';

export interface CallArguments {
  readonly grid: Grid;
  readonly context: EvaluationContext;
  /** As they were planned: their places, and what selectors look for. */
  readonly nodes: readonly PlanNode[];
  /** Of an argument that is an instant vector, or a range vector of which only the presence of samples matters. */
  vector(index: number): SeriesStream;
  /** One value a step. */
  scalar(index: number): Promise<Float64Array>;
  string(index: number): string;
  /** Another vector over the same steps, such as of a selector that the function makes. */
  evaluate(node: VectorNode): SeriesStream;
}
