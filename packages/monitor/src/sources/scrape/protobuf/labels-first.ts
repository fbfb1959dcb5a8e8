// Protobuf lets the fields of a message come in any order, though every known writer keeps that of their numbers. A metric
// whose labels do not come first is put in order where it lies, so that one way of reading is enough.

import type { FamilyReader } from './family-reader.ts';
import { METRIC } from './messages.ts';

/** The message begins at `start` and ends at the reader's end. */
export function labelsFirst(reader: FamilyReader, start: number): void {
  // A copy: the `slice` of a buffer is none.
  const message = Uint8Array.from(reader.bytes.subarray(start, reader.end));
  const labels: [start: number, end: number][] = [];
  const others: [start: number, end: number][] = [];
  reader.position = start;
  while (!reader.isAtEnd) {
    const fieldStart = reader.position;
    const tag = reader.readTag();
    reader.skip(tag & 7);
    (tag === METRIC.label ? labels : others).push([fieldStart - start, reader.position - start]);
  }
  let to = start;
  for (const [from, end] of [...labels, ...others]) {
    reader.bytes.set(message.subarray(from, end), to);
    to += end - from;
  }
}
