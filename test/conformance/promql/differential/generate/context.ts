// What a generator needs to know at a place in a query.

import type { QueryFeatures } from '../../../../../packages/monitor/src/promql/features.ts';
import type { Dice } from '../dice.ts';
import type { Tree } from '../tree.ts';
import type { Flavour, Metric } from '../vocabulary.ts';

export interface Context {
  readonly dice: Dice;
  readonly features: QueryFeatures;
  readonly metrics: readonly Metric[];
  /** Moments within the data, for `@`. */
  readonly momentsMs: readonly number[];
  /** How many operations more there may be, one within another. */
  readonly depth: number;
  /** What stands here is given to an operation that makes more of the last bits, so it has to be exact. */
  readonly isExact: boolean;
  /** What is preferably to stand here. */
  readonly flavour?: Flavour | undefined;
  /** What the whole query is preferably about, where nothing else is asked for. */
  readonly theme?: Flavour | undefined;
  /** Makes an instant vector of any kind: what nearly every operation has within. */
  readonly anyVector: (context: Context) => Tree;
}

export function within(context: Context, changes: Partial<Context> = {}): Context {
  return { ...context, depth: context.depth - 1, flavour: undefined, ...changes };
}

export function vector(context: Context): Tree {
  return context.anyVector(context);
}
