// An expression as the tree that Prometheus answers to `parse_query`: its names, its defaults, and its keys in their order.

import { NO_FEATURES, type QueryFeatures } from '../features.ts';
import { plainNumber } from '../go-text.ts';
import { DEFAULT_QUERY_LIMITS, type ParseLimits } from '../limits.ts';
import { secondsToDurationMs } from '../parse/durations.ts';
import { parseExpression } from '../parse/parser.ts';
import type {
  BinarySyntax,
  CallSyntax,
  DurationSyntax,
  SelectorSyntax,
  Syntax,
  TimeModifiers,
} from '../parse/syntax-tree.ts';
import { checkTypes, isOfVectors, SET_OPERATORS, SHORT_TYPES } from '../plan/check-types.ts';
import type { FunctionDefinition } from '../plan/function-definition.ts';
import { functionNamed } from '../plan/functions/index.ts';

export interface TreeNode {
  readonly [name: string]: TreeValue;
}

type TreeValue = null | string | number | boolean | TreeNode | readonly TreeValue[];

/** @throws {QueryError} bad_data, with the position. */
export function queryTree(
  expression: string,
  features: QueryFeatures = NO_FEATURES,
  limits: ParseLimits = DEFAULT_QUERY_LIMITS,
): TreeNode {
  const syntax = parseExpression(expression, { limits, features });
  checkTypes(expression, syntax, features);
  return treeOf(syntax);
}

function treeOf(syntax: Syntax): TreeNode {
  switch (syntax.kind) {
    case 'number':
      return { type: 'numberLiteral', val: plainNumber(syntax.value) };
    case 'string':
      return { type: 'stringLiteral', val: syntax.value };
    case 'parentheses':
      return { expr: treeOf(syntax.inner), type: 'parenExpr' };
    case 'unary':
      return { expr: treeOf(syntax.operand), op: syntax.operator, type: 'unaryExpr' };
    case 'selector':
      return selectorTree(syntax);
    case 'subquery': {
      const { offset, offsetExpr, ...at } = timeTree(syntax);
      const { range, rangeExpr } = rangeTree(syntax.range);
      const step = syntax.step === undefined ? { range: 0, rangeExpr: null } : rangeTree(syntax.step);
      return {
        expr: treeOf(syntax.inner),
        offset,
        offsetExpr,
        range,
        rangeExpr,
        startOrEnd: at.startOrEnd,
        step: step.range,
        stepExpr: step.rangeExpr,
        timestamp: at.timestamp,
        type: 'subquery',
      };
    }
    case 'binary':
      return binaryTree(syntax);
    case 'call':
      return callTree(syntax);
    case 'aggregate': {
      const { operator, grouping, arguments: given } = syntax;
      return {
        expr: treeOf(given.at(-1)!),
        grouping: grouping.labels,
        op: operator,
        param: given.length === 1 ? null : treeOf(given[0]!),
        type: 'aggregation',
        without: grouping.without,
      };
    }
  }
}

function selectorTree(syntax: SelectorSyntax): TreeNode {
  const { name, matchers, edges, range } = syntax;
  const { offset, offsetExpr, startOrEnd, timestamp } = timeTree(syntax);
  return {
    anchored: edges === 'anchored',
    matchers: matchers.map((matcher) => ({ name: matcher.name, type: matcher.operator, value: matcher.value })),
    name,
    offset,
    offsetExpr,
    ...(range === undefined ? {} : rangeTree(range)),
    smoothed: edges === 'smoothed',
    startOrEnd,
    timestamp,
    type: range === undefined ? 'vectorSelector' : 'matrixSelector',
  };
}

function binaryTree(syntax: BinarySyntax): TreeNode {
  return {
    bool: syntax.bool,
    lhs: treeOf(syntax.left),
    matching: isOfVectors(syntax) ? matchingTree(syntax) : null,
    op: syntax.operator,
    rhs: treeOf(syntax.right),
    type: 'binaryExpr',
  };
}

function matchingTree({ matching, operator }: BinarySyntax): TreeNode {
  const { many, labels = [], include = [], on = false, fillLeft, fillRight } = matching ?? {};
  const grouped = many === undefined ? 'one-to-one' : many === 'left' ? 'many-to-one' : 'one-to-many';
  return {
    card: SET_OPERATORS.has(operator) ? 'many-to-many' : grouped,
    fillValues: { lhs: fillLeft ?? null, rhs: fillRight ?? null },
    include,
    labels,
    on,
  };
}

function callTree({ name, arguments: given }: CallSyntax): TreeNode {
  const definition = functionNamed(name)!;
  return {
    args: given.map(treeOf),
    func: {
      ...signatureTree(definition),
      name,
      returnType: definition.body.kind === 'over-steps' ? 'scalar' : 'vector',
      variadic: definition.isVariadic === true ? -1 : (definition.optional ?? 0),
    },
    type: 'call',
  };
}

/** Of the arguments that may be left out Prometheus lists one. */
function signatureTree({ parameters, optional = 0, isVariadic = false }: FunctionDefinition): {
  readonly argTypes: readonly string[];
} {
  const listed = isVariadic || optional === 0 ? parameters : parameters.slice(0, parameters.length - optional + 1);
  return { argTypes: listed.map((type) => SHORT_TYPES[type]) };
}

function timeTree({ offset, at }: TimeModifiers) {
  const isNumber = offset?.kind === 'duration-number';
  return {
    offset: isNumber ? secondsToDurationMs(offset.seconds) : 0,
    offsetExpr: offset === undefined || isNumber ? null : durationTree(offset),
    startOrEnd: typeof at === 'string' ? at : null,
    timestamp: typeof at === 'number' ? at : null,
  };
}

function rangeTree(duration: DurationSyntax) {
  if (duration.kind !== 'duration-number') return { range: 0, rangeExpr: durationTree(duration) };
  return { range: secondsToDurationMs(duration.seconds), rangeExpr: null };
}

function durationTree(duration: DurationSyntax): TreeNode {
  switch (duration.kind) {
    case 'duration-number':
      return { duration: duration.isDuration, type: 'numberLiteral', val: plainNumber(duration.seconds) };
    case 'duration-call':
      return arithmeticTree(duration.name, duration.arguments[0], duration.arguments[1], duration.isWrapped);
    case 'duration-unary':
      return arithmeticTree(duration.operator, undefined, duration.operand, duration.isWrapped);
    case 'duration-binary':
      return arithmeticTree(duration.operator, duration.left, duration.right, duration.isWrapped);
  }
}

function arithmeticTree(
  op: string,
  left: DurationSyntax | undefined,
  right: DurationSyntax | undefined,
  wrapped: boolean,
): TreeNode {
  return {
    lhs: left === undefined ? null : durationTree(left),
    op,
    rhs: right === undefined ? null : durationTree(right),
    type: 'durationExpr',
    wrapped,
  };
}
