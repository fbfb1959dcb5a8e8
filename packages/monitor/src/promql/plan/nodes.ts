// The plan: the expression with every name resolved, every type checked, constants folded. Evaluation trusts it. What functions
// are to the evaluator stands here too: a call holds its function, and a function sees the nodes of its call.

import type { Matcher } from '../../model/matcher.ts';
import type { FoldFactory } from '../evaluate/aggregate/fold.ts';
import type { BinaryOperator } from '../evaluate/binary/operators.ts';
import type { EvaluationContext } from '../evaluate/context.ts';
import type { Grid, SeriesStream } from '../evaluate/series.ts';
import type { OverWindow } from '../evaluate/window/window-function.ts';
import type { Span } from '../parse/positions.ts';
import type { AtTime, Edges, Grouping, Matching } from '../parse/syntax-tree.ts';

interface Place {
  readonly span: Span;
  /** The value does not depend on the step: computed once and repeated. */
  readonly stepInvariant: boolean;
}

export type ScalarNode =
  | (Place & { readonly kind: 'number'; readonly value: number })
  | (Place & { readonly kind: 'negated-scalar'; readonly operand: ScalarNode })
  | (Place & { readonly kind: 'over-steps'; readonly body: OverSteps; readonly arguments: readonly PlanNode[] })
  | (Place & {
      readonly kind: 'scalars';
      readonly operator: BinaryOperator;
      readonly left: ScalarNode;
      readonly right: ScalarNode;
    });

export interface StringNode extends Place {
  readonly kind: 'string';
  readonly value: string;
}

/** Where in time a selector or a subquery looks. */
export interface TimePart extends Place {
  readonly offsetMs: number;
  readonly at: AtTime | undefined;
  /** The result can hold series that differ in nothing but the metric name. */
  readonly mixesNames: boolean;
}

export interface SelectorPart extends TimePart {
  readonly matchers: readonly Matcher[];
  readonly edges: Edges;
  /** Native histograms are wanted with their buckets, and not their counts and sums alone. */
  readonly readsBuckets: boolean;
}

export interface SelectorNode extends SelectorPart {
  readonly kind: 'selector';
}

export interface RangeSelectorNode extends SelectorPart {
  readonly kind: 'range-selector';
  readonly rangeMs: number;
}

export interface SubqueryNode extends TimePart {
  readonly kind: 'subquery';
  readonly vector: VectorNode;
  readonly rangeMs: number;
  /** Undefined: the default of the engine. */
  readonly stepMs: number | undefined;
}

export type RangeNode = RangeSelectorNode | SubqueryNode;

interface VectorPlace extends Place {
  /** The result can hold series that differ in nothing but the metric name. */
  readonly mixesNames: boolean;
}

export interface OverWindowNode extends VectorPlace {
  readonly kind: 'over-window';
  readonly name: string;
  readonly body: OverWindow;
  readonly range: RangeNode;
  readonly scalars: readonly ScalarNode[];
}

export interface PerValueNode extends VectorPlace {
  readonly kind: 'per-value';
  readonly name: string;
  readonly body: PerValue;
  readonly vector: VectorNode;
  readonly scalars: readonly ScalarNode[];
}

interface OverVectorNode extends VectorPlace {
  readonly kind: 'over-vector';
  readonly name: string;
  readonly body: OverVector;
  readonly arguments: readonly PlanNode[];
}

/** With a plus before it: the same vector at another place. */
interface UnchangedVectorNode extends VectorPlace {
  readonly kind: 'unchanged-vector';
  readonly operand: VectorNode;
}

interface NegatedVectorNode extends VectorPlace {
  readonly kind: 'negated-vector';
  readonly operand: VectorNode;
}

export interface VectorScalarNode extends VectorPlace {
  readonly kind: 'vector-scalar';
  readonly operator: BinaryOperator;
  readonly vector: VectorNode;
  readonly scalar: ScalarNode;
  readonly scalarSide: 'left' | 'right';
}

export interface VectorsNode extends VectorPlace {
  readonly kind: 'vectors';
  readonly operator: BinaryOperator;
  readonly matching: Matching;
  readonly left: VectorNode;
  readonly right: VectorNode;
}

export interface SetOperationNode extends VectorPlace {
  readonly kind: 'set-operation';
  readonly operator: 'and' | 'or' | 'unless';
  readonly matching: Matching;
  readonly left: VectorNode;
  readonly right: VectorNode;
}

export interface AggregateNode extends VectorPlace {
  readonly kind: 'aggregate';
  readonly operator: string;
  readonly grouping: Grouping;
  readonly vector: VectorNode;
  readonly method:
    | { readonly kind: 'fold'; readonly makeFold: FoldFactory }
    | { readonly kind: 'quantile'; readonly quantile: ScalarNode }
    | { readonly kind: 'extremes'; readonly operator: 'topk' | 'bottomk'; readonly count: ScalarNode }
    | { readonly kind: 'limit'; readonly operator: 'limitk' | 'limit_ratio'; readonly parameter: ScalarNode }
    | { readonly kind: 'value-counts'; readonly label: string };
}

export type VectorNode =
  | SelectorNode
  | OverWindowNode
  | PerValueNode
  | OverVectorNode
  | UnchangedVectorNode
  | NegatedVectorNode
  | VectorScalarNode
  | VectorsNode
  | SetOperationNode
  | AggregateNode;

export type PlanNode = ScalarNode | StringNode | VectorNode | RangeNode;

export type FunctionBody = OverWindow | PerValue | OverVector | OverSteps;

/** A number for each value of an instant vector: `abs`. The scalar arguments follow; the metric name is dropped. */
export interface PerValue {
  readonly kind: 'per-value';
  readonly apply: (value: number, a: number, b: number) => number;
  /** The scalars that stand for arguments left out. */
  readonly defaults?: readonly number[];
  /** Steps whose scalars have no result at all. */
  readonly isEmpty?: (a: number, b: number) => boolean;
}

/** An instant vector of whatever the arguments are: `histogram_quantile`. */
export interface OverVector {
  readonly kind: 'over-vector';
  readonly evaluate: (call: CallArguments) => SeriesStream;
  /** The result can hold series that differ in nothing but the metric name. */
  readonly keepsName: boolean;
  /** The order of the series of an instant query means something: `sort`. */
  readonly orders?: boolean;
  /** The result depends on the time of the step, also where the arguments do not. */
  readonly isTime?: boolean;
}

/** A number for each step: `time`, `scalar`. */
export interface OverSteps {
  readonly kind: 'over-steps';
  readonly evaluate: (call: CallArguments) => Promise<Float64Array>;
  /** The result depends on the time of the step and on nothing else. */
  readonly isTime?: boolean;
}

/** What a function over vectors or steps sees of its call. */
export interface CallArguments {
  readonly grid: Grid;
  readonly context: EvaluationContext;
  /** Of the call. */
  readonly span: Span;
  /** As they were planned: their places, and what selectors look for. */
  readonly nodes: readonly PlanNode[];
  /** Of an argument that is an instant vector, or a range vector of which only the presence of samples matters. */
  vector(index: number): SeriesStream;
  /** One value a step. */
  scalar(index: number): Promise<Float64Array>;
  string(index: number): string;
}

const SCALAR_KINDS: ReadonlySet<PlanNode['kind']> = new Set(['number', 'negated-scalar', 'over-steps', 'scalars']);

export function isScalar(node: PlanNode): node is ScalarNode {
  return SCALAR_KINDS.has(node.kind);
}

export function isRange(node: PlanNode): node is RangeNode {
  return node.kind === 'range-selector' || node.kind === 'subquery';
}

export function isVector(node: PlanNode): node is VectorNode {
  return !isScalar(node) && node.kind !== 'string' && !isRange(node);
}
