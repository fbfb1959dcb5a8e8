// What a function is to the planner: its signature, and what the evaluator does for a call of it. A new function is one entry of a
// table in `functions/`.

import type { FunctionBody } from './nodes.ts';

export type ValueType = 'scalar' | 'string' | 'instant vector' | 'range vector';

export interface FunctionDefinition {
  readonly parameters: readonly ValueType[];
  /** How many of the last parameters may be left out. */
  readonly optional?: number;
  /** The last parameter may come any number of times, none included. */
  readonly isVariadic?: boolean;
  /** Behind `promql-experimental-functions`. */
  readonly isExperimental?: boolean;
  readonly body: FunctionBody;
}
