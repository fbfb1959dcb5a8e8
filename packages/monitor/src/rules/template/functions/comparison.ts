// `eq`, `ne`, `lt`, `le`, `gt`, `ge`: by value for numbers, text and booleans of the same kind, by identity for pointers.
// Whole numbers and floating point numbers are not comparable, as in Go.

import { bool, compareText, isTrue, unwrapped, type Value } from '../values.ts';
import { printed } from './printf/printer.ts';
import { formatted } from './printf/printf.ts';
import { CallError, type Functions } from './signature.ts';

type BasicKind = 'bool' | 'integer' | 'unsigned' | 'float' | 'complex' | 'text';

export const COMPARISONS: Functions = {
  not: { parameters: ['any value'], call: ([value]) => bool(!isTrue(value!)) },
  eq: { parameters: ['any value'], rest: 'any value', call: ([first, ...others]) => bool(equalsAny(first!, others)) },
  ne: { parameters: ['any value', 'any value'], call: ([a, b]) => bool(!equalsAny(a!, [b!])) },
  lt: { parameters: ['any value', 'any value'], call: ([a, b]) => bool(isLess(a!, b!)) },
  le: { parameters: ['any value', 'any value'], call: ([a, b]) => bool(isLess(a!, b!) || equalsAny(a!, [b!])) },
  gt: { parameters: ['any value', 'any value'], call: ([a, b]) => bool(!(isLess(a!, b!) || equalsAny(a!, [b!]))) },
  ge: { parameters: ['any value', 'any value'], call: ([a, b]) => bool(!isLess(a!, b!)) },
};

function equalsAny(first: Value, others: readonly Value[]): boolean {
  if (others.length === 0) throw new CallError('missing argument for comparison');
  return others.some((other) => equals(unwrapped(first), unwrapped(other)));
}

function equals(a: Value, b: Value): boolean {
  const kind = basicKind(a);
  if (kind !== basicKind(b)) {
    if (a.kind === 'integer' && b.kind === 'integer') return a.value === b.value;
    if (a.kind === 'none' || b.kind === 'none') return false;
    throw incompatible(a, b);
  }
  if (kind === undefined) return equalsOther(a, b);
  if (a.kind === 'complex' && b.kind === 'complex') return a.real === b.real && a.imaginary === b.imaginary;
  return 'value' in a && 'value' in b && a.value === b.value;
}

function equalsOther(a: Value, b: Value): boolean {
  if (a.kind === 'none' || b.kind === 'none') return isNil(a) && isNil(b);
  if (a.kind !== b.kind) {
    throw new CallError(`non-comparable types ${asText(a)}: ${a.type}, ${b.type}: ${printed([b])}`);
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (a.kind === 'pointer') return a === b;
  if (a.kind === 'time' && b.kind === 'time') return a.nanoseconds === b.nanoseconds;
  throw new CallError(`non-comparable type ${asText(b)}: ${b.type}`);
}

function isNil(value: Value): boolean {
  return value.kind === 'none' || (value.kind === 'pointer' && value.to === undefined);
}

function asText(value: Value): string {
  return formatted('%s', [value]);
}

function isLess(first: Value, second: Value): boolean {
  const [a, b] = [unwrapped(first), unwrapped(second)];
  const [aKind, bKind] = [basicKind(a), basicKind(b)];
  if (aKind === undefined || bKind === undefined) throw new CallError('invalid type for comparison');
  if (a.kind === 'integer' && b.kind === 'integer') return a.value < b.value;
  if (aKind !== bKind) throw incompatible(a, b);
  if (a.kind === 'float' && b.kind === 'float') return a.value < b.value;
  if (a.kind === 'text' && b.kind === 'text') return compareText(a.value, b.value) < 0;
  throw new CallError('invalid type for comparison');
}

function incompatible(a: Value, b: Value): CallError {
  return new CallError(`incompatible types for comparison: ${a.type} and ${b.type}`);
}

function basicKind(value: Value): BasicKind | undefined {
  switch (value.kind) {
    case 'integer':
      return value.type === 'uint8' ? 'unsigned' : 'integer';
    case 'bool':
    case 'float':
    case 'complex':
    case 'text':
      return value.kind;
    default:
      return undefined;
  }
}
