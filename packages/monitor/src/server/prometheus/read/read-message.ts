// Messages of remote read that both kinds of answers are made of. Source: prompb/types.proto, prompb/remote.proto

import type { ProtobufWriter } from '../../../encoding/protobuf-writer.ts';
import { WIRE_BYTES } from '../../../encoding/wire-types.ts';
import type { Labels } from '../../../model/labels.ts';

const LABELS = 1;

/** The field `labels` of a series, once for each. */
export function writeLabels(writer: ProtobufWriter, labels: Labels): void {
  for (const { name, value } of labels) {
    writer.tag(LABELS, WIRE_BYTES);
    writer.varint(textSize(name) + textSize(value));
    writer.tag(1, WIRE_BYTES);
    writer.text(name);
    writer.tag(2, WIRE_BYTES);
    writer.text(value);
  }
}

/** With its tag and its length. */
function textSize(text: string): number {
  const bytes = Buffer.byteLength(text, 'utf8');
  return 1 + varintSize(bytes) + bytes;
}

export function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}
