// Syntax to plan: resolves names, checks types as Prometheus does and in its words, folds constants, finds out what
// does not depend on the step.

import { METRIC_NAME } from '../../model/labels.ts';
import { FOLDS } from '../evaluate/aggregate/fold.ts';
import { combineScalars, isComparison } from '../evaluate/binary/operators.ts';
import type { QueryFeatures } from '../features.ts';
import type { QueryError } from '../interface.ts';
import { parseError, type Span } from '../parse/positions.ts';
import type {
  AggregateSyntax,
  BinarySyntax,
  CallSyntax,
  DurationSyntax,
  SelectorSyntax,
  Syntax,
  UnarySyntax,
} from '../parse/syntax-tree.ts';
import type { FunctionDefinition, ValueType } from './function-definition.ts';
import { functionNamed } from './functions/index.ts';
import {
  type AggregateNode,
  isRange,
  isScalar,
  isVector,
  type PlanNode,
  type RangeSelectorNode,
  type ScalarNode,
  type SelectorNode,
  type StringNode,
  type VectorNode,
} from './nodes.ts';

const MATCH_ALL_LABELS = { on: false, labels: [] };

export interface PlanOptions {
  readonly features: QueryFeatures;
  /** Of the query: its step (0 of an instant query) and the time between its first and its last step. */
  readonly stepMs: number;
  readonly spanMs: number;
}

/** @throws {QueryError} bad_data, with the position. */
export function planExpression(text: string, syntax: Syntax, _options: PlanOptions): PlanNode {
  return new Planner(text).plan(syntax);
}

export function typeOf(node: PlanNode): ValueType {
  if (isScalar(node)) return 'scalar';
  if (node.kind === 'string') return 'string';
  return isRange(node) ? 'range vector' : 'instant vector';
}

class Planner {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  plan(syntax: Syntax): PlanNode {
    switch (syntax.kind) {
      case 'number':
        return { kind: 'number', span: syntax.span, value: syntax.value, stepInvariant: true };
      case 'string':
        return { kind: 'string', span: syntax.span, value: syntax.value, stepInvariant: true };
      case 'selector':
        return planSelector(syntax);
      case 'parentheses':
        return this.plan(syntax.inner);
      case 'unary':
        return this.#unary(syntax);
      case 'binary':
        return this.#binary(syntax);
      case 'subquery':
        throw this.#error(syntax.span, 'a subquery is not supported by this version of Chainpulse');
      case 'call':
        return this.#call(syntax);
      case 'aggregate':
        return this.#aggregate(syntax);
    }
  }

  #error(span: Span, message: string): QueryError {
    return parseError(this.#text, span.from, message);
  }

  #unary(syntax: UnarySyntax): PlanNode {
    const operand = this.plan(syntax.operand);
    const { span } = syntax;
    const { stepInvariant } = operand;
    if (isScalar(operand)) {
      if (syntax.operator === '+') return operand;
      if (operand.kind === 'number') return { ...operand, span, value: -operand.value };
      return { kind: 'negated-scalar', span, stepInvariant, operand };
    }
    if (isVector(operand)) {
      if (syntax.operator === '+') return operand;
      return { kind: 'negated-vector', span, stepInvariant, operand, mixesNames: false };
    }
    throw this.#error(
      span,
      `unary expression only allowed on expressions of type scalar or instant vector, got "${typeOf(operand)}"`,
    );
  }

  #binary(syntax: BinarySyntax): PlanNode {
    const { span, bool, matching } = syntax;
    const operator = { operator: syntax.operator, bool };
    const compares = isComparison(syntax.operator);
    if (bool && !compares) {
      throw this.#error(syntax.operatorSpan, 'bool modifier can only be used on comparison operators');
    }
    const left = this.#operand(syntax.left);
    const right = this.#operand(syntax.right);
    const stepInvariant = left.stepInvariant && right.stepInvariant;
    const filters = compares && !bool;
    if (isScalar(left) && isScalar(right)) {
      if (filters) throw this.#error(syntax.operatorSpan, 'comparisons between scalars must use BOOL modifier');
      if (matching !== undefined) throw this.#matchingError(syntax);
      if (left.kind === 'number' && right.kind === 'number') {
        const value = combineScalars(operator, Float64Array.of(left.value), Float64Array.of(right.value))[0]!;
        return { kind: 'number', span, value, stepInvariant };
      }
      return { kind: 'scalars', span, stepInvariant, operator, left, right };
    }
    if (!isScalar(left) && !isScalar(right)) {
      const mixesNames = filters && left.mixesNames;
      return {
        kind: 'vectors',
        span,
        stepInvariant,
        operator,
        matching: matching ?? MATCH_ALL_LABELS,
        left,
        right,
        mixesNames,
      };
    }
    if (matching !== undefined) throw this.#matchingError(syntax);
    const [vector, scalar] = isScalar(left) ? [right as VectorNode, left] : [left, right as ScalarNode];
    const scalarSide = isScalar(left) ? 'left' : 'right';
    const mixesNames = filters && vector.mixesNames;
    return { kind: 'vector-scalar', span, stepInvariant, operator, vector, scalar, scalarSide, mixesNames };
  }

  #matchingError({ operatorSpan }: BinarySyntax): QueryError {
    return this.#error(operatorSpan, 'vector matching only allowed between instant vectors');
  }

  #operand(syntax: Syntax): ScalarNode | VectorNode {
    const node = this.plan(syntax);
    if (isScalar(node) || isVector(node)) return node;
    throw this.#error(syntax.span, 'binary expression must contain only scalar and instant vector types');
  }

  #call(syntax: CallSyntax): PlanNode {
    const definition = functionNamed(syntax.name);
    if (definition === undefined) {
      throw this.#error(syntax.span, `the function "${syntax.name}" is not supported by this version of Chainpulse`);
    }
    this.#checkArgumentCount(syntax, definition);
    const planned = syntax.arguments.map((argument, index) => {
      const node = this.plan(argument);
      const expected = definition.parameters[index]!;
      if (typeOf(node) === expected) return node;
      throw this.#error(
        argument.span,
        `expected type ${expected} in call to function "${syntax.name}", got ${typeOf(node)}`,
      );
    });
    return callNode(syntax, definition, planned);
  }

  #checkArgumentCount(syntax: CallSyntax, { parameters, optional = 0 }: FunctionDefinition): void {
    const given = syntax.arguments.length;
    const least = parameters.length - optional;
    const message = (bound: string, count: number): string =>
      `expected ${bound}${count} argument(s) in call to "${syntax.name}", got ${given}`;
    if (optional === 0 && given !== least) throw this.#error(syntax.span, message('', least));
    if (given < least) throw this.#error(syntax.span, message('at least ', least));
    if (given > parameters.length) throw this.#error(syntax.span, message('at most ', parameters.length));
  }

  #aggregate(syntax: AggregateSyntax): PlanNode {
    const { operator, span, grouping } = syntax;
    const hasParameter = PARAMETER_TYPES.has(operator);
    if (!hasParameter && !FOLDS.has(operator)) {
      throw this.#error(span, `the aggregation "${operator}" is not supported by this version of Chainpulse`);
    }
    const expected = hasParameter ? 2 : 1;
    const given = syntax.arguments.length;
    if (given === 0) throw this.#error(span, 'no arguments for aggregate expression provided');
    if (given !== expected) {
      throw this.#error(
        span,
        `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${given}`,
      );
    }
    const last = syntax.arguments.at(-1)!;
    const vector = this.plan(last);
    if (!isVector(vector)) {
      throw this.#error(last.span, `expected type instant vector in aggregation expression, got ${typeOf(vector)}`);
    }
    const parameter = hasParameter ? this.#aggregateParameter(operator, syntax.arguments[0]!) : undefined;
    const method = aggregateMethod(operator, parameter);
    const mixesNames = method.kind === 'extremes' ? vector.mixesNames : groupsByName(grouping, method);
    // As in Prometheus, the parameter has no say: over a vector with `@` it is that of the first step.
    const { stepInvariant } = vector;
    return { kind: 'aggregate', span, stepInvariant, operator, grouping, vector, method, mixesNames };
  }

  #aggregateParameter(operator: string, syntax: Syntax): ScalarNode | StringNode {
    const node = this.plan(syntax);
    const expected = PARAMETER_TYPES.get(operator)!;
    if (typeOf(node) !== expected) {
      throw this.#error(syntax.span, `expected type ${expected} in aggregation parameter, got ${typeOf(node)}`);
    }
    return node as ScalarNode | StringNode;
  }
}

const PARAMETER_TYPES: ReadonlyMap<string, ValueType> = new Map<string, ValueType>([
  ['quantile', 'scalar'],
  ['topk', 'scalar'],
  ['bottomk', 'scalar'],
  ['count_values', 'string'],
]);

function aggregateMethod(operator: string, parameter: ScalarNode | StringNode | undefined): AggregateNode['method'] {
  if (parameter === undefined) return { kind: 'fold', makeFold: FOLDS.get(operator)! };
  if (parameter.kind === 'string') return { kind: 'value-counts', label: parameter.value };
  if (operator === 'quantile') return { kind: 'quantile', quantile: parameter };
  return { kind: 'extremes', operator: operator === 'topk' ? 'topk' : 'bottomk', count: parameter };
}

function groupsByName({ without, labels }: AggregateNode['grouping'], method: AggregateNode['method']): boolean {
  if (without) return false;
  return labels.includes(METRIC_NAME) || (method.kind === 'value-counts' && method.label === METRIC_NAME);
}

function planSelector(syntax: SelectorSyntax): SelectorNode | RangeSelectorNode {
  const { span, matchers, at, edges } = syntax;
  const mixesNames = !matchers.some(({ name, operator }) => name === METRIC_NAME && operator === '=');
  const offsetMs = syntax.offset === undefined ? 0 : millisecondsOf(syntax.offset);
  const rangeMs = syntax.range === undefined ? undefined : millisecondsOf(syntax.range);
  const part = { span, matchers, offsetMs, at, edges, mixesNames, stepInvariant: at !== undefined };
  return rangeMs === undefined ? { kind: 'selector', ...part } : { kind: 'range-selector', rangeMs, ...part };
}

function millisecondsOf(duration: DurationSyntax): number {
  if (duration.kind !== 'milliseconds') throw new Error(`the duration of kind ${duration.kind} was not resolved`);
  return duration.ms;
}

function callNode({ span, name }: CallSyntax, { body }: FunctionDefinition, planned: readonly PlanNode[]): PlanNode {
  const stepInvariant = planned.every((argument) => argument.stepInvariant);
  const scalars = planned.filter(isScalar);
  switch (body.kind) {
    case 'over-window': {
      const range = planned.find(isRange)!;
      const mixesNames = body.keepsName === true && range.mixesNames;
      return { kind: 'over-window', span, stepInvariant, name, body, range, scalars, mixesNames };
    }
    case 'per-value': {
      const vector = planned[0] as VectorNode;
      return { kind: 'per-value', span, stepInvariant, name, body, vector, scalars, mixesNames: false };
    }
    case 'over-vector': {
      const mixesNames = body.keepsName;
      return { kind: 'over-vector', span, stepInvariant, name, body, arguments: planned, mixesNames };
    }
    case 'over-steps':
      return {
        kind: 'over-steps',
        span,
        stepInvariant: stepInvariant && body.isTime !== true,
        body,
        arguments: planned,
      };
  }
}
