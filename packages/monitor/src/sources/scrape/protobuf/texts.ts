// What is text in a page of protobuf: names, helps, and labels, which are checked as those of a line of text are.

import { isUtf8 } from 'node:buffer';
import { type Label, type Labels, METRIC_NAME } from '../../../model/labels.ts';
import type { FamilyReader } from './family-reader.ts';
import { LABEL, LABEL_FIELDS } from './messages.ts';

/** The text that begins at the reader's place with its length. */
export function readText(reader: FamilyReader, what: string): string {
  const end = reader.readLength();
  const start = reader.position;
  const bytes = reader.bytes.subarray(start, end);
  if (!isUtf8(bytes)) reader.fail(`${what} is not valid UTF-8`);
  reader.position = end;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('utf8');
}

/** One label, whose message begins at the reader's place with its length. */
export function readLabel(reader: FamilyReader): Label {
  const outer = reader.enter();
  let name = '';
  let value = '';
  while (!reader.isAtEnd) {
    const tag = reader.readTag();
    if (tag === LABEL.name) name = readText(reader, "a label's name");
    else if (tag === LABEL.value) value = readText(reader, `the value of the label ${JSON.stringify(name)}`);
    else reader.skipOther(tag, LABEL_FIELDS);
  }
  reader.leave(outer);
  if (name === '') reader.fail('a label has no name');
  if (name === METRIC_NAME) reader.fail(`${METRIC_NAME} is the metric's name and no label`);
  return { name, value };
}

/** Makes of labels what `Labels` promises. */
export function sortedLabels(reader: FamilyReader, labels: readonly Label[]): Labels {
  const sorted = labels.toSorted((a, b) => (a.name < b.name ? -1 : a.name === b.name ? 0 : 1));
  for (let at = 1; at < sorted.length; at++) {
    const { name } = sorted[at]!;
    if (name === sorted[at - 1]!.name) reader.fail(`the label ${JSON.stringify(name)} is given twice`);
  }
  return sorted.filter(({ value }) => value !== '');
}
