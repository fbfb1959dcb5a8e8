// A list of attributes, read from the fields that hold it: pairs of a key and a text, in the order in which they stand there.

import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import { type AttributeBounds, readText, readValueText, UnusableValue } from './any-value.ts';

export interface Attribute {
  readonly key: string;
  readonly value: string;
}

const KEY = (1 << 3) | 2;
const VALUE = (2 << 3) | 2;
const ATTRIBUTE_FIELDS = knownFields(KEY, VALUE);

/**
 * Each field of `bytes` in the range holds one `KeyValue`, whatever its number.
 * @throws {UnusableValue} when an attribute cannot be a label; the message names it.
 */
export function readAttributes(
  bytes: Uint8Array,
  range: { readonly start: number; readonly end: number },
  bounds: AttributeBounds,
): Attribute[] {
  const reader = new ProtobufReader(bytes, range.start, range.end);
  const attributes: Attribute[] = [];
  while (!reader.isAtEnd) {
    if (attributes.length === bounds.labelsASeries) throw tooMany(bounds);
    reader.readTag();
    const outer = reader.enter();
    attributes.push(readAttribute(reader, bounds));
    reader.leave(outer);
  }
  return attributes;
}

/** The `KeyValue` that the reader is in, to its end. @throws {UnusableValue} */
export function readAttribute(reader: ProtobufReader, bounds: AttributeBounds): Attribute {
  let key = '';
  let value = '';
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === KEY) {
      key = keyOf(reader);
    } else if (tag === VALUE) {
      const outer = reader.enter();
      value = textOfValue(reader, bounds, key);
      reader.leave(outer);
    } else {
      reader.skipOther(tag, ATTRIBUTE_FIELDS);
    }
  }
  return { key, value };
}

export function tooMany({ labelsASeries }: AttributeBounds): UnusableValue {
  return new UnusableValue(`there are more than ${labelsASeries} attributes`);
}

function keyOf(reader: ProtobufReader): string {
  try {
    return readText(reader, reader.readLength());
  } catch (error) {
    if (!(error instanceof UnusableValue)) throw error;
    throw new UnusableValue(`the name of an attribute ${error.message}`);
  }
}

function textOfValue(reader: ProtobufReader, bounds: AttributeBounds, key: string): string {
  try {
    return readValueText(reader, bounds);
  } catch (error) {
    if (!(error instanceof UnusableValue)) throw error;
    throw new UnusableValue(`its attribute ${JSON.stringify(key)} ${error.message}`);
  }
}
