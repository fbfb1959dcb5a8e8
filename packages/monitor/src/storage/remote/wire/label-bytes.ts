// The labels of a series as they stand in a message of remote write 1.0: `repeated Label labels = 1`, each with `name = 1`
// and `value = 2`. The queue keeps series in this form alone: it is compared, stored and sent as it is.

import type { Labels } from '../../../model/labels.ts';
import { WireReader } from './wire-reader.ts';
import { LENGTH_DELIMITED, type WireWriter } from './wire-writer.ts';

const LABEL = 1;
const NAME = 1;
const VALUE = 2;

export function writeLabels(writer: WireWriter, labels: Labels): void {
  for (const { name, value } of labels) {
    const nameBytes = Buffer.byteLength(name, 'utf8');
    const valueBytes = Buffer.byteLength(value, 'utf8');
    writer.tag(LABEL, LENGTH_DELIMITED);
    writer.varint(2 + lengthSize(nameBytes) + nameBytes + lengthSize(valueBytes) + valueBytes);
    writer.tag(NAME, LENGTH_DELIMITED);
    writer.text(name);
    writer.tag(VALUE, LENGTH_DELIMITED);
    writer.text(value);
  }
}

/** @throws {WireError} */
export function readLabels(bytes: Uint8Array): Labels {
  const reader = new WireReader(bytes);
  const labels: { name: string; value: string }[] = [];
  while (reader.next()) {
    if (reader.field === LABEL) labels.push(readLabel(reader.message()));
    else reader.skip();
  }
  return labels;
}

export function readLabel(reader: WireReader): { name: string; value: string } {
  let [name, value] = ['', ''];
  while (reader.next()) {
    if (reader.field === NAME) name = reader.text();
    else if (reader.field === VALUE) value = reader.text();
    else reader.skip();
  }
  return { name, value };
}

function lengthSize(length: number): number {
  let size = 1;
  for (let rest = length; rest >= 0x80; rest >>>= 7) size++;
  return size;
}
