// What `promtool tsdb dump` prints: `{__name__="up", job="a"} 1 1700000000000`, a sample a line, the labels as Go quotes
// them, the value and Unix milliseconds. A NaN stands for a stale marker as well as for an ordinary NaN there; it is read as the former,
// which is what nearly all of them are in a store of Prometheus. A native histogram is printed in words that it cannot be made from again.
// Source: prometheus/cmd/promtool/tsdb.go, prometheus/model/labels (Labels.String).

import { isUtf8 } from 'node:buffer';
import { type Label, type Labels, METRIC_NAME } from '../model/labels.ts';
import { ByteTable } from '../sources/push/byte-table.ts';
import type { PushLimits } from '../sources/push/limits.ts';
import type { PushBatch } from '../sources/push/push-batch.ts';
import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  type ExpositionError,
  type LineCursor,
  QUOTE,
} from '../sources/scrape/line-cursor.ts';
import { readNumber } from '../sources/scrape/number.ts';
import { readBareName, readQuoted } from '../sources/scrape/series-syntax.ts';
import type { LineDecoder, LinePiece } from './interface.ts';
import { LineReader, type LineSyntax } from './line-reader.ts';
import type { SeriesByBytes } from './series-by-bytes.ts';

const COMMA = 0x2c;
const EQUALS = 0x3d;
/** What Go's %q escapes, and the quotes of JSON do not, or in another way. */
const GO_ESCAPE = /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\"]))/g;
const GO_LETTERS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

export class TsdbDumpDecoder implements LineDecoder {
  readonly #known: ByteTable;

  constructor({ knownSeriesMaxBytes, knownSeriesMax }: PushLimits) {
    this.#known = new ByteTable({ maxBytes: knownSeriesMaxBytes, maxEntries: knownSeriesMax });
  }

  open(piece: LinePiece, onBadLine: ((error: ExpositionError) => void) | undefined): LineReader {
    return new LineReader(piece, DUMP_SYNTAX, this.#known, onBadLine);
  }
}

const DUMP_SYNTAX: LineSyntax = { readLine, readLabels };

function readLine(cursor: LineCursor, batch: PushBatch, series: SeriesByBytes): void {
  const { body } = cursor;
  const start = cursor.position;
  if (body[start] !== BRACE_OPEN) cursor.fail(`expected "{" and the labels of a series, found ${cursor.found()}`);
  const end = endOfLabels(cursor);
  const number = series.seriesOf(batch, start, end);
  cursor.position = end;
  cursor.skipBlanks();
  if (cursor.peek() === BRACE_OPEN) {
    cursor.fail('a native histogram as promtool prints it cannot be read: scrape it, or send it by remote write');
  }
  const value = readNumber(cursor, 'the value');
  cursor.skipBlanks();
  const timeMs = readNumber(cursor, 'the time in milliseconds');
  cursor.skipBlanks();
  if (cursor.position < cursor.end) cursor.fail(`expected the end of the line, found ${cursor.found()}`);
  if (Number.isNaN(value)) batch.stale(number, timeMs);
  else batch.sample(number, timeMs, value);
}

/** Behind the closing brace. */
function endOfLabels(cursor: LineCursor): number {
  const { body, end } = cursor;
  let isQuoted = false;
  for (let at = cursor.position; at < end; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (isQuoted && byte === BACKSLASH) at++;
    else if (!isQuoted && byte === BRACE_CLOSE) return at + 1;
  }
  return cursor.fail('the labels have no "}" at their end');
}

function readLabels(cursor: LineCursor): Labels {
  if (!isUtf8(cursor.body.subarray(cursor.position, cursor.end))) cursor.fail('the labels are not valid UTF-8');
  const labels: Label[] = [];
  cursor.position++;
  while (cursor.peek() !== BRACE_CLOSE) {
    const start = cursor.position;
    const name = cursor.peek() === QUOTE ? readGoQuoted(cursor) : readBareName(cursor);
    if (name === '') cursor.fail(`expected the name of a label, found ${cursor.found()}`);
    if (labels.some((label) => label.name === name))
      cursor.fail(`the label ${JSON.stringify(name)} comes twice`, start);
    if (cursor.peek() !== EQUALS) cursor.fail(`expected "=" after the label's name, found ${cursor.found()}`);
    cursor.position++;
    if (cursor.peek() !== QUOTE) cursor.fail(`expected the label's value in quotes, found ${cursor.found()}`);
    labels.push({ name, value: readGoQuoted(cursor) });
    if (cursor.peek() === COMMA) cursor.position++;
    else if (cursor.peek() !== BRACE_CLOSE) cursor.fail(`expected "," or "}" after a label, found ${cursor.found()}`);
    cursor.skipBlanks();
  }
  if (!labels.some(({ name }) => name === METRIC_NAME)) cursor.fail(`the series has no ${METRIC_NAME}`);
  return labels.filter(({ value }) => value !== '').sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readGoQuoted(cursor: LineCursor): string {
  const start = cursor.position + 1;
  readQuoted(cursor);
  const text = cursor.body.toString('utf8', start, cursor.position - 1);
  if (!text.includes('\\')) return text;
  // Bytes that are no UTF-8 come as \x…: there is no such text.
  return text.replace(GO_ESCAPE, (_, byte?: string, short?: string, long?: string, letter = '') => {
    const hexadecimal = byte ?? short ?? long;
    return hexadecimal === undefined ? (GO_LETTERS[letter] ?? letter) : codePoint(hexadecimal);
  });
}

function codePoint(hexadecimal: string): string {
  const code = Number.parseInt(hexadecimal, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}
