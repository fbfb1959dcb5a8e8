// Syntax to plan: resolves names and durations, folds constants, finds out what does not depend on the step and which
// results may hold series that differ in their names alone. Types are checked before (`check-types.ts`).

import { METRIC_NAME } from '../../model/labels.ts';
import { FOLDS } from '../evaluate/aggregate/fold.ts';
import { isComparison, scalarFunction } from '../evaluate/binary/operators.ts';
import { isMetadataLabel } from '../evaluate/series.ts';
import type { QueryFeatures } from '../features.ts';
import type {
  AggregateSyntax,
  BinarySyntax,
  CallSyntax,
  Matching,
  SelectorSyntax,
  SubquerySyntax,
  Syntax,
  UnarySyntax,
} from '../parse/syntax-tree.ts';
import { callNode } from './calls.ts';
import { checkTypes, SET_OPERATORS } from './check-types.ts';
import type { ValueType } from './function-definition.ts';
import { functionNamed } from './functions/index.ts';
import {
  type AggregateNode,
  isRange,
  isScalar,
  type PlanNode,
  type RangeSelectorNode,
  type ScalarNode,
  type SelectorNode,
  type StringNode,
  type SubqueryNode,
  type VectorNode,
} from './nodes.ts';
import { type QueryTimes, resolveOffset, resolveRange } from './resolve-duration.ts';
import { selectorsWithoutBuckets, TRIM_OPERATORS } from './without-buckets.ts';

const MATCH_ALL_LABELS: Matching = { on: false, labels: [] };

export interface PlanOptions extends QueryTimes {
  readonly features: QueryFeatures;
  /** Series can differ in the labels of type and unit alone, which go with the name. */
  readonly mixesTypes?: boolean;
}

/** @throws {QueryError} bad_data, with the position. */
export function planExpression(text: string, syntax: Syntax, options: PlanOptions): PlanNode {
  checkTypes(text, syntax, options.features);
  return new Planner(text, options, selectorsWithoutBuckets(syntax)).plan(syntax);
}

export function typeOf(node: PlanNode): ValueType {
  if (isScalar(node)) return 'scalar';
  if (node.kind === 'string') return 'string';
  return isRange(node) ? 'range vector' : 'instant vector';
}

/** Trusts the types: they were checked. */
class Planner {
  readonly #text: string;
  readonly #options: PlanOptions;
  readonly #withoutBuckets: ReadonlySet<SelectorSyntax>;

  constructor(text: string, options: PlanOptions, withoutBuckets: ReadonlySet<SelectorSyntax>) {
    this.#text = text;
    this.#options = options;
    this.#withoutBuckets = withoutBuckets;
  }

  plan(syntax: Syntax): PlanNode {
    switch (syntax.kind) {
      case 'number':
        return { kind: 'number', span: syntax.span, value: syntax.value, stepInvariant: true };
      case 'string':
        return { kind: 'string', span: syntax.span, value: syntax.value, stepInvariant: true };
      case 'selector':
        return this.#selector(syntax);
      case 'parentheses':
        return this.plan(syntax.inner);
      case 'unary':
        return this.#unary(syntax);
      case 'binary':
        return this.#binary(syntax);
      case 'subquery':
        return this.#subquery(syntax);
      case 'call':
        return this.#call(syntax);
      case 'aggregate':
        return this.#aggregate(syntax);
    }
  }

  #selector(syntax: SelectorSyntax): SelectorNode | RangeSelectorNode {
    const { span, matchers, at, edges, offset, range } = syntax;
    const isNamed = matchers.some(({ name, operator }) => name === METRIC_NAME && operator === '=');
    const mixesNames = !isNamed || this.#options.mixesTypes === true;
    const readsBuckets = !this.#withoutBuckets.has(syntax);
    const offsetMs = offset === undefined ? 0 : resolveOffset(this.#text, offset, this.#options);
    const part = { span, matchers, offsetMs, at, edges, mixesNames, readsBuckets, stepInvariant: at !== undefined };
    if (range === undefined) return { kind: 'selector', ...part };
    return { kind: 'range-selector', rangeMs: resolveRange(this.#text, range, this.#options), ...part };
  }

  /** Its own `@` alone makes it the same at every step: without one its steps move with the query's. */
  #subquery({ span, inner, range, step, offset, at }: SubquerySyntax): SubqueryNode {
    const offsetMs = offset === undefined ? 0 : resolveOffset(this.#text, offset, this.#options);
    const stepMs = step === undefined ? undefined : resolveRange(this.#text, step, this.#options);
    const rangeMs = resolveRange(this.#text, range, this.#options);
    const vector = this.plan(inner) as VectorNode;
    const { mixesNames } = vector;
    return {
      kind: 'subquery',
      span,
      vector,
      rangeMs,
      stepMs,
      offsetMs,
      at,
      mixesNames,
      stepInvariant: at !== undefined,
    };
  }

  #unary({ span, operator, operand: syntax }: UnarySyntax): PlanNode {
    const operand = this.plan(syntax) as ScalarNode | VectorNode;
    const { stepInvariant } = operand;
    if (operator === '+') {
      if (isScalar(operand)) return { ...operand, span };
      return { kind: 'unchanged-vector', span, stepInvariant, operand, mixesNames: operand.mixesNames };
    }
    if (!isScalar(operand)) return { kind: 'negated-vector', span, stepInvariant, operand, mixesNames: false };
    if (operand.kind === 'number') return { ...operand, span, value: -operand.value };
    return { kind: 'negated-scalar', span, stepInvariant, operand };
  }

  #binary(syntax: BinarySyntax): PlanNode {
    const { span, bool, matching = MATCH_ALL_LABELS } = syntax;
    const operator = { operator: syntax.operator, bool };
    const left = this.plan(syntax.left) as ScalarNode | VectorNode;
    const right = this.plan(syntax.right) as ScalarNode | VectorNode;
    const stepInvariant = left.stepInvariant && right.stepInvariant;
    const isTrim = TRIM_OPERATORS.has(syntax.operator);
    const keepsName = isTrim || (isComparison(syntax.operator) && !bool);
    if (isScalar(left) && isScalar(right)) {
      if (left.kind !== 'number' || right.kind !== 'number' || isTrim) {
        return { kind: 'scalars', span, stepInvariant, operator, left, right };
      }
      const value = scalarFunction(operator)(left.value, right.value);
      return { kind: 'number', span, value, stepInvariant };
    }
    if (isScalar(left) || isScalar(right)) {
      const [vector, scalar] = isScalar(left) ? [right as VectorNode, left] : [left, right as ScalarNode];
      const scalarSide = isScalar(left) ? 'left' : 'right';
      const mixesNames = keepsName && vector.mixesNames;
      return { kind: 'vector-scalar', span, stepInvariant, operator, vector, scalar, scalarSide, mixesNames };
    }
    if (SET_OPERATORS.has(syntax.operator)) {
      const set = syntax.operator as 'and' | 'or' | 'unless';
      const mixesNames = set === 'or' || left.mixesNames;
      return { kind: 'set-operation', span, stepInvariant, operator: set, matching, left, right, mixesNames };
    }
    const many = matching.many === 'right' ? right : left;
    const mixesNames = (keepsName && many.mixesNames) || matching.include?.some(isMetadataLabel) === true;
    return { kind: 'vectors', span, stepInvariant, operator, matching, left, right, mixesNames };
  }

  #call(syntax: CallSyntax): PlanNode {
    const planned = syntax.arguments.map((argument) => this.plan(argument));
    return callNode(syntax, functionNamed(syntax.name)!, planned, this.#options);
  }

  #aggregate({ operator, span, grouping, arguments: given }: AggregateSyntax): PlanNode {
    const vector = this.plan(given.at(-1)!) as VectorNode;
    const parameter = given.length === 1 ? undefined : (this.plan(given[0]!) as ScalarNode | StringNode);
    const method = aggregateMethod(operator, parameter);
    const keepsSeries = method.kind === 'extremes' || method.kind === 'limit';
    const mixesNames = keepsSeries ? vector.mixesNames : this.#groupsByName(grouping, method);
    // As in Prometheus, the parameter has no say: over a vector with `@` it is that of the first step.
    const { stepInvariant } = vector;
    return { kind: 'aggregate', span, stepInvariant, operator, grouping, vector, method, mixesNames };
  }

  /** `without` leaves the name out, but not the type and the unit. */
  #groupsByName({ without, labels }: AggregateNode['grouping'], method: AggregateNode['method']): boolean {
    if (method.kind === 'value-counts' && isMetadataLabel(method.label)) return true;
    return without ? this.#options.mixesTypes === true : labels.some(isMetadataLabel);
  }
}

function aggregateMethod(operator: string, parameter: ScalarNode | StringNode | undefined): AggregateNode['method'] {
  if (parameter === undefined) return { kind: 'fold', makeFold: FOLDS.get(operator)! };
  if (parameter.kind === 'string') return { kind: 'value-counts', label: parameter.value };
  switch (operator) {
    case 'quantile':
      return { kind: 'quantile', quantile: parameter };
    case 'limitk':
    case 'limit_ratio':
      return { kind: 'limit', operator, parameter };
    default:
      return { kind: 'extremes', operator: operator === 'topk' ? 'topk' : 'bottomk', count: parameter };
  }
}
