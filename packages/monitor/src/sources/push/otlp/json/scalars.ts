// One value of JSON as a field of protobuf.

import type { JsonReader } from './json-reader.ts';
import { QUOTE } from './json-reader.ts';
import type { MessageWriter } from './message-writer.ts';
import { type ScalarKind, TEMPORALITIES } from './messages.ts';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH_DELIMITED = 2;

const DIGITS = /^-?\d+$/;
/** Longest digits of which every whole number is a double. */
const EXACT_DIGITS = 15;
const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** As protobuf's JSON has them, and as Go reads them: any case, `Inf` too, and a sign before the infinite. */
const SPECIAL = /^(?:nan|[-+]?inf(?:inity)?)$/i;

const WIRE_TYPES: Readonly<Record<ScalarKind, number>> = {
  string: LENGTH_DELIMITED,
  hex: LENGTH_DELIMITED,
  base64: LENGTH_DELIMITED,
  bool: VARINT,
  uint64: VARINT,
  int64: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  temporality: VARINT,
  double: FIXED64,
  fixed64: FIXED64,
  sfixed64: FIXED64,
};

/** `field`: undefined within a packed list, where values have no tags. @throws {MalformedPush} for a value of another kind */
export function writeScalar(
  reader: JsonReader,
  writer: MessageWriter,
  field: number | undefined,
  kind: ScalarKind,
): void {
  if (field !== undefined) writer.tag(field, WIRE_TYPES[kind]);
  switch (kind) {
    case 'string':
      writer.bytes(stringBytes(reader));
      return;
    case 'hex':
      writer.bytes(hexBytes(reader));
      return;
    case 'base64':
      writer.bytes(base64Bytes(reader));
      return;
    case 'bool':
      writer.varint(readBool(reader) ? 1 : 0);
      return;
    case 'double':
      writer.double(readDouble(reader));
      return;
    case 'fixed64':
      writer.fixed64(readInteger(reader, 0n, 2n ** 64n - 1n));
      return;
    case 'sfixed64':
      writer.fixed64(readInteger(reader, -(2n ** 63n), 2n ** 63n - 1n));
      return;
    case 'uint64':
      writer.bigVarint(readInteger(reader, 0n, 2n ** 64n - 1n));
      return;
    case 'int64':
      writer.bigVarint(readInteger(reader, -(2n ** 63n), 2n ** 63n - 1n));
      return;
    case 'uint32':
      writer.bigVarint(readInteger(reader, 0n, 2n ** 32n - 1n));
      return;
    case 'sint32': {
      const value = readInteger(reader, -(2n ** 31n), 2n ** 31n - 1n);
      writer.bigVarint(value < 0n ? -2n * value - 1n : 2n * value);
      return;
    }
    case 'temporality':
      writer.bigVarint(readTemporality(reader));
  }
}

function stringBytes(reader: JsonReader): Uint8Array {
  if (reader.peek() !== QUOTE) reader.fail('a string is missing');
  reader.readString();
  // Bytes that are no UTF-8 are for whoever reads the string, who can say whose it is.
  if (!reader.hasEscapes) return reader.bytes.subarray(reader.stringStart, reader.stringEnd);
  return Buffer.from(reader.stringText());
}

function hexBytes(reader: JsonReader): Uint8Array {
  const text = readString(reader, 'an id in hexadecimal');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(text)) reader.fail('an id is not in hexadecimal');
  return Buffer.from(text, 'hex');
}

function base64Bytes(reader: JsonReader): Uint8Array {
  const text = readString(reader, 'bytes in base64');
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(text)) reader.fail('bytes are not in base64');
  return Buffer.from(text, 'base64');
}

function readString(reader: JsonReader, what: string): string {
  if (reader.peek() !== QUOTE) reader.fail(`${what} belongs into a string`);
  reader.readString();
  return reader.stringText();
}

function readBool(reader: JsonReader): boolean {
  const literal = reader.peek() === QUOTE ? '' : reader.readLiteral();
  if (literal !== 'true' && literal !== 'false') reader.fail('true or false is missing');
  return literal === 'true';
}

function readDouble(reader: JsonReader): number {
  const isQuoted = reader.peek() === QUOTE;
  const text = readNumberText(reader);
  if (isQuoted && SPECIAL.test(text)) {
    if (/^nan$/i.test(text)) return Number.NaN;
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  if (!DECIMAL.test(text)) reader.fail('a number is missing');
  const value = Number(text);
  if (!Number.isFinite(value)) reader.fail('a number is too great for 64 bits');
  return value;
}

function readInteger(reader: JsonReader, min: bigint, max: bigint): bigint {
  const text = readNumberText(reader);
  const value = integerOf(text);
  if (value === undefined) reader.fail('a whole number is missing');
  if (value < min || value > max) reader.fail(`a whole number is not between ${min} and ${max}`);
  return value;
}

function integerOf(text: string): bigint | undefined {
  if (DIGITS.test(text)) return text.length <= EXACT_DIGITS ? BigInt(Number(text)) : BigInt(text.slice(0, 40));
  // 1e3 and 1.0 are whole too.
  const value = DECIMAL.test(text) ? Number(text) : Number.NaN;
  return Number.isSafeInteger(value) ? BigInt(value) : undefined;
}

function readTemporality(reader: JsonReader): bigint {
  if (reader.peek() !== QUOTE) return readInteger(reader, 0n, 2n ** 31n - 1n);
  const name = readString(reader, 'a temporality');
  const value = TEMPORALITIES.get(name);
  if (value === undefined) reader.fail(`there is no temporality ${JSON.stringify(name.slice(0, 50))}`);
  return BigInt(value);
}

/** A number, or the string that it is written in. */
function readNumberText(reader: JsonReader): string {
  if (reader.peek() !== QUOTE) return reader.readLiteral();
  reader.readString();
  return reader.bytes.toString('latin1', reader.stringStart, reader.stringEnd);
}
