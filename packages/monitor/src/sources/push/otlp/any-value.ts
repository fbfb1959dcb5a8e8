// The value of an attribute as the text that a label holds: a number as JavaScript writes it, bytes in base64, lists and maps
// as JSON with sorted keys, whole numbers in full. What JSON cannot say (a NaN within a list) makes the whole text ''.
// Source: opentelemetry.io/docs/specs/otel/common/#attribute, opentelemetry/proto/common/v1/common.proto

import { isUtf8 } from 'node:buffer';
import { knownFields, type ProtobufReader } from '../../../encoding/protobuf-reader.ts';

/** Why a value cannot be a label's, in words that follow the attribute's name. */
export class UnusableValue extends Error {}

type Value = string | number | bigint | boolean | Uint8Array | Value[] | Map<string, Value> | undefined;

const SAFE_INTEGER = 2 ** 53;

export interface AttributeBounds {
  readonly labelsASeries: number;
  readonly attributeDepth: number;
  readonly attributeItems: number;
}

/** The text of the `AnyValue` that the reader is in, to its end. @throws {UnusableValue} {MalformedBytes} */
export function readValueText(reader: ProtobufReader, bounds: AttributeBounds): string {
  return textOf(new ValueReader(reader, bounds.attributeItems).read(bounds.attributeDepth));
}

/** UTF-8, to the end of the reader's message. @throws {UnusableValue} */
export function readText(reader: ProtobufReader, end: number): string {
  const bytes = reader.bytes.subarray(reader.position, end);
  if (!isUtf8(bytes)) throw new UnusableValue('is no UTF-8');
  reader.position = end;
  return decoder.decode(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Tags of `AnyValue`: field and wire type. */
const STRING = (1 << 3) | 2;
const BOOL = 2 << 3;
const INT = 3 << 3;
const DOUBLE = (4 << 3) | 1;
const ARRAY = (5 << 3) | 2;
const MAP = (6 << 3) | 2;
const BYTES = (7 << 3) | 2;
/** Of the only field of `ArrayValue` and `KeyValueList`. */
const ITEM = (1 << 3) | 2;
/** Of `KeyValue`. */
const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;

const VALUE_FIELDS = knownFields(STRING, BOOL, INT, DOUBLE, ARRAY, MAP, BYTES);
const LIST_FIELDS = knownFields(ITEM);
const PAIR_FIELDS = knownFields(KEY, VALUE);

class ValueReader {
  readonly #reader: ProtobufReader;
  #itemsLeft: number;

  constructor(reader: ProtobufReader, itemsMax: number) {
    this.#reader = reader;
    this.#itemsLeft = itemsMax;
  }

  read(depthLeft: number): Value {
    if (depthLeft === 0) throw new UnusableValue('has lists and maps too deep within each other');
    const reader = this.#reader;
    let value: Value;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === STRING) value = readText(reader, reader.readLength());
      else if (tag === BOOL) value = reader.readUint64() !== 0;
      else if (tag === INT) value = readInteger(reader);
      else if (tag === DOUBLE) value = reader.readDouble();
      else if (tag === ARRAY) value = this.#readList(depthLeft - 1);
      else if (tag === MAP) value = this.#readMap(depthLeft - 1);
      else if (tag === BYTES) value = readBytes(reader);
      else reader.skipOther(tag, VALUE_FIELDS);
    }
    return value;
  }

  #readList(depthLeft: number): Value[] {
    const list: Value[] = [];
    this.#readItems(() => list.push(this.read(depthLeft)));
    return list;
  }

  #readMap(depthLeft: number): Map<string, Value> {
    const map = new Map<string, Value>();
    this.#readItems(() => this.#readPair(depthLeft, map));
    return map;
  }

  /** Of `ArrayValue` or `KeyValueList`: each item is read by `readItem` as a message of its own. */
  #readItems(readItem: () => void): void {
    const reader = this.#reader;
    const outer = reader.enter();
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag !== ITEM) {
        reader.skipOther(tag, LIST_FIELDS);
        continue;
      }
      if (this.#itemsLeft-- === 0) throw new UnusableValue('has too many values in its lists and maps');
      const inner = reader.enter();
      readItem();
      reader.leave(inner);
    }
    reader.leave(outer);
  }

  #readPair(depthLeft: number, into: Map<string, Value>): void {
    const reader = this.#reader;
    let key = '';
    let value: Value;
    while (!reader.isAtEnd) {
      const tag = reader.readTag();
      if (tag === KEY) {
        key = readText(reader, reader.readLength());
      } else if (tag === VALUE) {
        const outer = reader.enter();
        value = this.read(depthLeft);
        reader.leave(outer);
      } else {
        reader.skipOther(tag, PAIR_FIELDS);
      }
    }
    into.set(key, value);
  }
}

function readInteger(reader: ProtobufReader): number | bigint {
  const start = reader.position;
  const value = reader.readInt64();
  if (Math.abs(value) < SAFE_INTEGER) return value;
  let bits = 0n;
  for (let at = reader.position - 1; at >= start; at--) bits = (bits << 7n) | BigInt(reader.bytes[at]! & 0x7f);
  return BigInt.asIntN(64, bits);
}

function readBytes(reader: ProtobufReader): Uint8Array {
  const end = reader.readLength();
  const bytes = reader.bytes.subarray(reader.position, end);
  reader.position = end;
  return bytes;
}

function textOf(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return base64(value);
  return jsonOf(value) ?? '';
}

/** Undefined when JSON has no word for something in it. */
function jsonOf(value: Value): string | undefined {
  if (value === undefined) return 'null';
  if (typeof value === 'string') return quoted(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : undefined;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value instanceof Uint8Array) return `"${base64(value)}"`;
  if (Array.isArray(value)) {
    const items = value.map(jsonOf);
    return items.includes(undefined) ? undefined : `[${items.join(',')}]`;
  }
  const keys = [...value.keys()].sort();
  const pairs = keys.map((key) => [key, jsonOf(value.get(key))] as const);
  if (pairs.some(([, text]) => text === undefined)) return undefined;
  return `{${pairs.map(([key, text]) => `${quoted(key)}:${text}`).join(',')}}`;
}

function numberText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function quoted(text: string): string {
  // Prometheus writes these two as escapes, which is as good JSON.
  return JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
