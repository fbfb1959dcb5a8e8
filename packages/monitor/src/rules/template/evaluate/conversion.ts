// Brings values and literals to the types that functions take, or refuses them as Go does.

import type { ParameterType } from '../functions/signature.ts';
import { subjectText } from '../parse/subject-text.ts';
import type { NumberOperand, Operand } from '../parse/tree.ts';
import { anything, bool, float, integer, list, NO_VALUE, text, type Value } from '../values.ts';
import type { Place } from './place.ts';

type Literal = Extract<Operand, { kind: 'bool' | 'number' | 'string' }>;

/** Undefined as type: whatever it is. @throws {ExpansionFailure} */
export function converted(given: Value, type: ParameterType | undefined, place: Place): Value {
  if (given.kind === 'none') {
    const zero = type === undefined ? NO_VALUE : zeroOf(type);
    if (zero === undefined) throw place.failure(`invalid value; expected ${type}`);
    return zero;
  }
  if (type === undefined || isAssignable(given, type)) return given;
  const value = given.kind === 'interface' && given.inner.kind !== 'none' ? given.inner : given;
  if (isAssignable(value, type)) return value;
  if (value.kind === 'pointer' && value.to !== undefined && isAssignable(value.to, type)) return value.to;
  throw place.failure(`wrong type for value; expected ${type}; got ${value.type}`);
}

function isAssignable(value: Value, type: ParameterType): boolean {
  return type === 'any value' || type === 'interface {}' || value.type === type;
}

/** Of `nil` as an argument; undefined where the type has none. */
function zeroOf(type: ParameterType): Value | undefined {
  switch (type) {
    case 'any value':
      return NO_VALUE;
    case 'interface {}':
      return anything(NO_VALUE);
    case '*template.sample':
      return { kind: 'pointer', type, to: undefined };
    case 'template.queryResult':
      return list([]);
    default:
      return undefined;
  }
}

/** @throws {ExpansionFailure} */
export function convertedNil(type: ParameterType | undefined, place: Place): Value {
  const zero = type === undefined ? NO_VALUE : zeroOf(type);
  if (zero === undefined) throw place.failure(`cannot assign nil to ${type}`);
  return zero;
}

/** @throws {ExpansionFailure} */
export function convertedLiteral(literal: Literal, type: ParameterType | undefined, place: Place): Value {
  switch (type) {
    case undefined:
    case 'any value':
    case 'interface {}':
      return literalValue(literal, place);
    case 'string':
      if (literal.kind === 'string') return text(literal.value);
      throw place.failure(`expected string; found ${subjectText(literal)}`);
    case 'int':
    case 'time.Duration':
      if (literal.kind === 'number' && literal.integer !== undefined) return integer(literal.integer, type);
      throw place.failure(`expected integer; found ${subjectText(literal)}`);
    default:
      throw place.failure(`can't handle ${subjectText(literal)} for arg of type ${type}`);
  }
}

/** @throws {ExpansionFailure} */
export function literalValue(literal: Literal, place: Place): Value {
  if (literal.kind === 'bool') return bool(literal.value);
  return literal.kind === 'string' ? text(literal.value) : numberValue(literal, place);
}

/** How it is written tells its type. */
function numberValue(number: NumberOperand, place: Place): Value {
  if (number.complex !== undefined) return { kind: 'complex', type: 'complex128', ...number.complex };
  const isHexadecimal = /^0[xX][^pP]+$/.test(number.text);
  const isFloat = !isHexadecimal && !number.text.startsWith("'") && /[.eEpP]/.test(number.text);
  if (isFloat && number.float !== undefined) return float(number.float);
  if (number.integer !== undefined) return integer(number.integer);
  throw place.failure(`${number.text} overflows int`);
}
