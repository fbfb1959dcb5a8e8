// The types of an expression, checked as Prometheus checks them, in its order and its words. What passes can be planned.

import { METRIC_NAME } from '../../model/labels.ts';
import { valuePredicate } from '../../model/matcher.ts';
import { isComparison } from '../evaluate/binary/operators.ts';
import { notEnabled, type QueryFeatures } from '../features.ts';
import { quoted } from '../go-text.ts';
import type { QueryError } from '../interface.ts';
import { PARAMETER_TYPES } from '../parse/operands.ts';
import { parseError, type Span } from '../parse/positions.ts';
import {
  type AggregateSyntax,
  type BinarySyntax,
  type CallSyntax,
  partsOf,
  type SelectorSyntax,
  type Syntax,
} from '../parse/syntax-tree.ts';
import type { FunctionDefinition, ValueType } from './function-definition.ts';
import { functionNamed } from './functions/index.ts';

export const SET_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'unless']);
/** Prometheus' short names of the types, which some of its errors and its answers have. */
export const SHORT_TYPES: Readonly<Record<ValueType, string>> = {
  scalar: 'scalar',
  string: 'string',
  'instant vector': 'vector',
  'range vector': 'matrix',
};

/** @throws {QueryError} bad_data, with the position. */
export function checkTypes(text: string, syntax: Syntax, features: QueryFeatures): ValueType {
  const check = new TypeCheck(text, features);
  check.functionsOf(syntax);
  return check.typeOf(syntax);
}

/** Whether a binary operation, of types that were checked, is one between instant vectors. */
export function isOfVectors({ left, right }: BinarySyntax): boolean {
  return !isScalarSyntax(left) && !isScalarSyntax(right);
}

function isScalarSyntax(syntax: Syntax): boolean {
  switch (syntax.kind) {
    case 'number':
      return true;
    case 'parentheses':
      return isScalarSyntax(syntax.inner);
    case 'unary':
      return isScalarSyntax(syntax.operand);
    case 'binary':
      return isScalarSyntax(syntax.left) && isScalarSyntax(syntax.right);
    case 'call':
      return functionNamed(syntax.name)?.body.kind === 'over-steps';
    default:
      return false;
  }
}

class TypeCheck {
  readonly #text: string;
  readonly #features: QueryFeatures;

  constructor(text: string, features: QueryFeatures) {
    this.#text = text;
    this.#features = features;
  }

  /** Whether all functions are known and enabled, which Prometheus looks at before any type. */
  functionsOf(syntax: Syntax): void {
    for (const part of partsOf(syntax)) this.functionsOf(part);
    if (syntax.kind !== 'call') return;
    const definition = functionNamed(syntax.name);
    if (definition === undefined) throw this.#error(syntax.span, `unknown function with name "${syntax.name}"`);
    if (definition.isExperimental === true && !this.#features.experimentalFunctions) {
      throw this.#error(syntax.span, `function "${syntax.name}" is ${notEnabled('promql-experimental-functions')}`);
    }
  }

  typeOf(syntax: Syntax): ValueType {
    switch (syntax.kind) {
      case 'number':
        return 'scalar';
      case 'string':
        return 'string';
      case 'parentheses':
        return this.typeOf(syntax.inner);
      case 'selector':
        this.#checkName(syntax);
        this.#checkNotEmpty(syntax);
        return syntax.range === undefined ? 'instant vector' : 'range vector';
      case 'subquery': {
        const type = this.typeOf(syntax.inner);
        if (type === 'instant vector') return 'range vector';
        throw this.#error(syntax.span, `subquery is only allowed on instant vector, got ${SHORT_TYPES[type]} instead`);
      }
      case 'unary': {
        const type = this.typeOf(syntax.operand);
        if (type === 'scalar' || type === 'instant vector') return type;
        throw this.#error(
          syntax.span,
          `unary expression only allowed on expressions of type scalar or instant vector, got "${type}"`,
        );
      }
      case 'binary':
        return this.#binary(syntax);
      case 'call':
        return this.#call(syntax);
      case 'aggregate':
        return this.#aggregate(syntax);
    }
  }

  #error({ from }: Span, message: string): QueryError {
    return parseError(this.#text, from, message);
  }

  #checkName({ name, matchers, span }: SelectorSyntax): void {
    if (name === '') return;
    const again = matchers.slice(0, -1).find((matcher) => matcher.name === METRIC_NAME);
    if (again === undefined) return;
    throw this.#error(span, `metric name must not be set twice: ${quoted(name)} or ${quoted(again.value)}`);
  }

  #checkNotEmpty({ name, matchers, span }: SelectorSyntax): void {
    if (name !== '' || matchers.some((matcher) => !valuePredicate(matcher)(''))) return;
    throw this.#error(span, 'vector selector must contain at least one non-empty matcher');
  }

  #binary(syntax: BinarySyntax): ValueType {
    const { operator, operatorSpan, bool, matching, span } = syntax;
    const left = this.typeOf(syntax.left);
    const right = this.typeOf(syntax.right);
    const isOfScalars = left === 'scalar' && right === 'scalar';
    if (bool && !isComparison(operator)) {
      throw this.#error(operatorSpan, 'bool modifier can only be used on comparison operators');
    }
    if (isComparison(operator) && !bool && isOfScalars) {
      throw this.#error(operatorSpan, 'comparisons between scalars must use BOOL modifier');
    }
    const twice =
      matching?.on === true ? matching.labels.find((label) => matching.include?.includes(label)) : undefined;
    if (twice !== undefined) {
      throw this.#error(operatorSpan, `label ${quoted(twice)} must not occur in ON and GROUP clause at once`);
    }
    for (const [operand, type] of [
      [syntax.left, left],
      [syntax.right, right],
    ] as const) {
      if (type === 'scalar' || type === 'instant vector') continue;
      throw this.#error(operand.span, 'binary expression must contain only scalar and instant vector types');
    }
    const fills = matching?.fillLeft !== undefined || matching?.fillRight !== undefined;
    const isSet = SET_OPERATORS.has(operator);
    if (left === 'scalar' || right === 'scalar') {
      if (matching !== undefined && matching.labels.length > 0) {
        throw this.#error(span, 'vector matching only allowed between instant vectors');
      }
      if (fills) throw this.#error(span, 'filling in missing series only allowed between instant vectors');
      if (isSet) throw this.#error(span, `set operator "${operator}" not allowed in binary scalar expression`);
    } else if (isSet) {
      if (matching?.many !== undefined) throw this.#error(span, `no grouping allowed for "${operator}" operation`);
      if (fills) throw this.#error(span, 'filling in missing series not allowed for set operators');
    }
    return isOfScalars ? 'scalar' : 'instant vector';
  }

  #call(syntax: CallSyntax): ValueType {
    const definition = functionNamed(syntax.name)!;
    this.#checkArgumentCount(syntax, definition);
    if (syntax.name === 'info') this.#checkInfo(syntax);
    const { parameters } = definition;
    for (const [index, argument] of syntax.arguments.entries()) {
      const expected = parameters[Math.min(index, parameters.length - 1)]!;
      const isLabelSelector = syntax.name === 'info' && index === 1;
      const type = isLabelSelector ? 'instant vector' : this.typeOf(argument);
      if (type === expected) continue;
      throw this.#error(argument.span, `expected type ${expected} in call to function "${syntax.name}", got ${type}`);
    }
    return definition.body.kind === 'over-steps' ? 'scalar' : 'instant vector';
  }

  #checkArgumentCount(syntax: CallSyntax, definition: FunctionDefinition): void {
    const given = syntax.arguments.length;
    const { least, most } = argumentCounts(definition);
    const message = (bound: string, count: number): string =>
      `expected ${bound}${count} argument(s) in call to "${syntax.name}", got ${given}`;
    if (least === most && given !== least) throw this.#error(syntax.span, message('', least));
    if (given < least) throw this.#error(syntax.span, message('at least ', least));
    if (given > most) throw this.#error(syntax.span, message('at most ', most));
  }

  /** The second argument of `info` only looks like a selector: it may be empty, and has no name in front. */
  #checkInfo({ arguments: [, selector], span }: CallSyntax): void {
    if (selector === undefined) return;
    if (selector.kind === 'selector' && selector.range === undefined) {
      if (selector.name === '') return;
      throw this.#error(selector.span, 'expected label selectors only, got vector selector instead');
    }
    const type = this.typeOf(selector);
    if (type === 'instant vector') throw this.#error(selector.span, 'expected label selectors only');
    throw this.#error(span, `expected type instant vector in call to function "info", got ${type}`);
  }

  #aggregate({ operator, arguments: given }: AggregateSyntax): ValueType {
    const last = given.at(-1)!;
    const type = this.typeOf(last);
    if (type !== 'instant vector') {
      throw this.#error(last.span, `expected type instant vector in aggregation expression, got ${type}`);
    }
    const expected = PARAMETER_TYPES.get(operator);
    if (expected === undefined) return type;
    const parameter = this.typeOf(given[0]!);
    if (parameter === expected) return type;
    throw this.#error(given[0]!.span, `expected type ${expected} in aggregation parameter, got ${parameter}`);
  }
}

/** How many arguments a function takes. */
function argumentCounts({ parameters, optional = 0, isVariadic = false }: FunctionDefinition): {
  readonly least: number;
  readonly most: number;
} {
  if (isVariadic) return { least: parameters.length - Math.max(optional, 1), most: Infinity };
  return { least: parameters.length - optional, most: parameters.length };
}
