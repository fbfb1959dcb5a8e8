// Reads the part of a line that names a series: `name{label="value",…}`, and the form of Prometheus 3 that takes any
// UTF-8 name in quotes, `{"name", "label"="value"}`. Escapes in quotes are \\, \" and \n; any other backslash stands for
// itself, as in Prometheus. Source: the text format 0.0.4 and OpenMetrics 1.0.

import { type Label, type Labels, METRIC_NAME } from '../../model/labels.ts';
import { BACKSLASH, BRACE_CLOSE, BRACE_OPEN, isBlank, type LineCursor, QUOTE } from './line-cursor.ts';

const COMMA = 0x2c;
const EQUALS = 0x3d;
/** Whether a name may hold colons, said by the byte to take: a metric's may, a label's may not. */
const WITH_COLON = 0x3a;
const WITHOUT_COLON = -1;

/** Leaves the cursor behind the series. @throws {ExpositionError} */
export function readSeries(cursor: LineCursor): Labels {
  const start = cursor.position;
  const labels: Label[] = [];
  const name = readBareName(cursor, WITH_COLON);
  if (name !== '') labels.push({ name: METRIC_NAME, value: name });
  const nameEnd = cursor.position;
  cursor.skipBlanks();
  if (cursor.peek() === BRACE_OPEN) readBraces(cursor, labels);
  else cursor.position = nameEnd;
  if (labels[0]?.name !== METRIC_NAME) {
    cursor.fail(`expected the name of a metric, found ${foundAt(cursor, start)}`, start);
  }
  // No name is among them twice: this makes them what `Labels` promises.
  return labels.filter(({ value }) => value !== '').sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** `{a="b",…}` of an exemplar: the same syntax without a metric's name. Leaves the cursor behind it. */
export function readExemplarLabels(cursor: LineCursor): Labels {
  const labels: Label[] = [];
  const start = cursor.position;
  if (cursor.peek() !== BRACE_OPEN) cursor.fail(`expected the labels of an exemplar, found ${cursor.found()}`);
  readBraces(cursor, labels);
  if (labels.some(({ name }) => name === METRIC_NAME)) cursor.fail('an exemplar has labels, no metric name', start);
  return labels.filter(({ value }) => value !== '').sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readBraces(cursor: LineCursor, labels: Label[]): void {
  const seen = new Set<string>();
  for (const { name } of labels) seen.add(name);
  cursor.position++;
  for (;;) {
    cursor.skipBlanks();
    if (cursor.peek() === BRACE_CLOSE) break;
    const start = cursor.position;
    const label = readLabel(cursor, labels.length === 0);
    if (seen.has(label.name)) {
      const what = label.name === METRIC_NAME ? "the metric's name" : `the label ${JSON.stringify(label.name)}`;
      cursor.fail(`${what} is given twice`, start);
    }
    seen.add(label.name);
    labels.push(label);
    cursor.skipBlanks();
    if (cursor.peek() === COMMA) cursor.position++;
    else if (cursor.peek() !== BRACE_CLOSE) cursor.fail(`expected "," or "}" after a label, found ${cursor.found()}`);
  }
  cursor.position++;
}

/** One label; a quoted text alone, in the first place, is the metric's name. */
function readLabel(cursor: LineCursor, mayBeName: boolean): Label {
  const start = cursor.position;
  const isQuoted = cursor.peek() === QUOTE;
  const name = isQuoted ? readQuoted(cursor) : readBareName(cursor, WITHOUT_COLON);
  if (name === '') cursor.fail(`expected the name of a label, found ${foundAt(cursor, start)}`, start);
  cursor.skipBlanks();
  if (cursor.peek() !== EQUALS) {
    if (isQuoted && mayBeName) return { name: METRIC_NAME, value: name };
    cursor.fail(`expected "=" after the label's name, found ${cursor.found()}`);
  }
  if (name === METRIC_NAME) cursor.fail(`${METRIC_NAME} is the metric's name and no label`, start);
  cursor.position++;
  cursor.skipBlanks();
  if (cursor.peek() !== QUOTE) cursor.fail(`expected the label's value in quotes, found ${cursor.found()}`);
  return { name, value: readQuoted(cursor) };
}

/** A name without quotes: letters, digits, `_` and, in a metric's name, `:`; '' where none begins. */
export function readBareName(cursor: LineCursor, colon: number = WITH_COLON): string {
  const { body, end } = cursor;
  const start = cursor.position;
  let at = start;
  while (at < end) {
    const byte = body[at]!;
    const isLetter = ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a) || byte === 0x5f || byte === colon;
    const isDigit = byte >= 0x30 && byte <= 0x39 && at > start;
    if (!isLetter && !isDigit) break;
    at++;
  }
  cursor.position = at;
  return body.toString('latin1', start, at);
}

/** The cursor stands on the opening quote and is left behind the closing one. */
export function readQuoted(cursor: LineCursor): string {
  const { body, end } = cursor;
  const start = ++cursor.position;
  let hasEscapes = false;
  let at = start;
  while (at < end && body[at] !== QUOTE) {
    if (body[at] === BACKSLASH) {
      hasEscapes = true;
      at++;
    }
    at++;
  }
  if (at >= end)
    cursor.fail('this quote is not closed on its line (a new line inside quotes is written \\n)', start - 1);
  cursor.position = at + 1;
  const text = body.toString('utf8', start, at);
  return hasEscapes ? unescapeQuoted(text) : text;
}

export function unescapeQuoted(text: string): string {
  return text.replace(/\\([\\"n])/g, (_, escaped: string) => (escaped === 'n' ? '\n' : escaped));
}

function foundAt(cursor: LineCursor, position: number): string {
  cursor.position = position;
  return cursor.found();
}

/** Where the series that begins here ends, as far as that is told by quotes and braces; used to look it up. */
export function endOfSeries(body: Buffer, start: number, lineEnd: number): number {
  let at = start;
  while (at < lineEnd && body[at] !== BRACE_OPEN && !isBlank(body[at]!)) at++;
  const nameEnd = at;
  while (at < lineEnd && isBlank(body[at]!)) at++;
  if (at >= lineEnd || body[at] !== BRACE_OPEN) return nameEnd;
  let isQuoted = false;
  for (; at < lineEnd; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted) {
      if (byte === BACKSLASH) at++;
    } else if (byte === BRACE_CLOSE) return at + 1;
  }
  return lineEnd;
}
