// `len`, `index`, `slice`: of text by bytes, as in Go. A character that `slice` cuts becomes a replacement character.

import { indirect, integer, type ListValue, unwrapped, type Value, zeroEntry } from '../values.ts';
import { CallError, type Functions } from './signature.ts';

export const INDEXING: Functions = {
  len: { parameters: ['any value'], call: ([value]) => integer(lengthOf(value!)) },
  index: { parameters: ['any value'], rest: 'any value', call: ([value, ...indexes]) => indexed(value!, indexes) },
  slice: { parameters: ['any value'], rest: 'any value', call: ([value, ...indexes]) => sliced(value!, indexes) },
};

function lengthOf(of: Value): number {
  const { value, isNil } = indirect(of);
  if (isNil) throw new CallError('len of nil pointer');
  switch (value.kind) {
    case 'text':
      return Buffer.byteLength(value.value);
    case 'map':
      return value.entries.size;
    case 'list':
      return value.to - value.from;
    case 'none':
      throw new CallError('reflect: call of reflect.Value.Type on zero Value');
    default:
      throw new CallError(`len of type ${value.type}`);
  }
}

function indexed(of: Value, indexes: readonly Value[]): Value {
  let item = unwrapped(of);
  if (item.kind === 'none') throw new CallError('index of untyped nil');
  for (const index of indexes) item = indexedOnce(item, unwrapped(index));
  return item;
}

function indexedOnce(of: Value, index: Value): Value {
  const { value, isNil } = indirect(of);
  if (isNil) throw new CallError('index of nil pointer');
  switch (value.kind) {
    case 'text': {
      const bytes = Buffer.from(value.value);
      const byte = bytes[indexNumber(index, bytes.length)];
      if (byte === undefined) throw new CallError('reflect: string index out of range');
      return integer(byte, 'uint8');
    }
    case 'list': {
      const at = indexNumber(index, value.to - value.from);
      if (value.from + at === value.to) throw new CallError('reflect: slice index out of range');
      return value.items[value.from + at]!;
    }
    case 'map':
      if (index.kind === 'none') throw new CallError('value is nil; should be of type string');
      if (index.kind !== 'text' || index.type !== 'string')
        throw new CallError(`value has type ${index.type}; should be string`);
      return value.entries.get(index.value) ?? zeroEntry(value);
    default:
      throw new CallError(`can't index item of type ${value.type}`);
  }
}

function indexNumber(index: Value, most: number): number {
  if (index.kind === 'none') throw new CallError('cannot index slice/array with nil');
  if (index.kind !== 'integer') throw new CallError(`cannot index slice/array with type ${index.type}`);
  if (index.value < 0n || index.value > most) throw new CallError(`index out of range: ${index.value}`);
  return Number(index.value);
}

function sliced(of: Value, indexes: readonly Value[]): Value {
  if (unwrapped(of).kind === 'none') throw new CallError('slice of untyped nil');
  const { value, isNil } = indirect(of);
  if (isNil) throw new CallError('slice of nil pointer');
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  if (value.kind === 'text') {
    if (indexes.length === 3) throw new CallError('cannot 3-index slice a string');
    const bytes = Buffer.from(value.value);
    const { from, to } = sliceBounds(indexes, bytes.length, bytes.length);
    return { ...value, value: bytes.subarray(from, to).toString() };
  }
  if (value.kind !== 'list') throw new CallError(`can't slice item of type ${value.type}`);
  return slicedList(value, indexes);
}

function slicedList(value: ListValue, indexes: readonly Value[]): ListValue {
  const capacity = value.capacityTo - value.from;
  const { from, to, most } = sliceBounds(indexes, value.to - value.from, capacity);
  if (most < to) throw new CallError(`invalid slice index: ${to} > ${most}`);
  return { ...value, from: value.from + from, to: value.from + to, capacityTo: value.from + most };
}

function sliceBounds(
  indexes: readonly Value[],
  length: number,
  capacity: number,
): { readonly from: number; readonly to: number; readonly most: number } {
  const numbers = indexes.map((index) => indexNumber(index, capacity));
  const [from = 0, to = length, most = capacity] = numbers;
  if (from > to) throw new CallError(`invalid slice index: ${from} > ${to}`);
  return { from, to, most };
}
