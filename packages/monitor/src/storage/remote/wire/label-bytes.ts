// The labels of a series as they stand in a message of remote write 1.0: `repeated Label labels = 1`, each with `name = 1`
// and `value = 2`. The queue keeps series in this form alone: it is compared, stored and sent as it is.

import { knownFields, ProtobufReader } from '../../../encoding/protobuf-reader.ts';
import type { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { WIRE_BYTES } from '../../../encoding/wire-types.ts';
import type { Label, Labels } from '../../../model/labels.ts';

/** Of a series. */
export const LABEL = (1 << 3) | WIRE_BYTES;
const NAME = (1 << 3) | WIRE_BYTES;
const VALUE = (2 << 3) | WIRE_BYTES;
const SERIES_FIELDS = knownFields(LABEL);
const LABEL_FIELDS = knownFields(NAME, VALUE);

export function writeLabels(writer: ProtobufWriter, labels: Labels): void {
  for (const { name, value } of labels) {
    const nameBytes = Buffer.byteLength(name, 'utf8');
    const valueBytes = Buffer.byteLength(value, 'utf8');
    writer.varint(LABEL);
    writer.varint(2 + lengthSize(nameBytes) + nameBytes + lengthSize(valueBytes) + valueBytes);
    writer.varint(NAME);
    writer.text(name);
    writer.varint(VALUE);
    writer.text(value);
  }
}

/** @throws {MalformedBytes} */
export function readLabels(bytes: Uint8Array): Labels {
  const reader = new ProtobufReader(bytes);
  const labels: Label[] = [];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === LABEL) labels.push(readLabel(reader));
    else reader.skipOther(tag, SERIES_FIELDS);
  }
  return labels;
}

/** The reader stands before the message's length. */
export function readLabel(reader: ProtobufReader): Label {
  const outer = reader.enter();
  let [name, value] = ['', ''];
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === NAME) name = reader.readText();
    else if (tag === VALUE) value = reader.readText();
    else reader.skipOther(tag, LABEL_FIELDS);
  }
  reader.leave(outer);
  return { name, value };
}

function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 0x80; rest >>>= 7) size++;
  return size;
}
