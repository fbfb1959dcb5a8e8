// InfluxDB's line protocol. Every field that is a number is a series: it is called as the measurement where the field is
// `value`, which is how the export writes it, and else `measurement_field`, as VictoriaMetrics calls it. Truth values are 1 and 0; text is
// passed over. Times are nanoseconds; a line without one gets the time of the import.
// Source: docs.influxdata.com/influxdb/v1/write_protocols/line_protocol_reference

import { isUtf8 } from 'node:buffer';
import { type Labels, labelsFrom, METRIC_NAME } from '../model/labels.ts';
import { ByteTable } from '../sources/push/byte-table.ts';
import type { PushLimits } from '../sources/push/limits.ts';
import type { PushBatch } from '../sources/push/push-batch.ts';
import { BACKSLASH, type ExpositionError, HASH, type LineCursor, QUOTE } from '../sources/scrape/line-cursor.ts';
import { readNumber } from '../sources/scrape/number.ts';
import type { LineDecoder, LinePiece } from './interface.ts';
import { LineReader, type LineSyntax } from './line-reader.ts';
import type { SeriesByBytes } from './series-by-bytes.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const EQUALS = 0x3d;
const MINUS = 0x2d;
const LETTER_I = 0x69;
const LETTER_U = 0x75;
const NANOSECOND_DIGITS = 6;
const TIME_DIGITS_MAX = 19;
const BOOLEANS: ReadonlyMap<string, number> = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, 1] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as const),
]);
const VALUE_FIELD = 'value';
/** As many backslashes as there are before a comma, an equals sign or a space. */
const ESCAPED = /(\\+)([,= ])/g;

export class InfluxDecoder implements LineDecoder {
  readonly #known: ByteTable;
  readonly #syntax: LineSyntax;

  constructor(receivedMs: number, { knownSeriesMaxBytes, knownSeriesMax }: PushLimits) {
    this.#known = new ByteTable({ maxBytes: knownSeriesMaxBytes, maxEntries: knownSeriesMax });
    this.#syntax = { readLine: (cursor, batch, series) => readLine(cursor, batch, series, receivedMs), readLabels };
  }

  open(piece: LinePiece, onBadLine: ((error: ExpositionError) => void) | undefined): LineReader {
    return new LineReader(piece, this.#syntax, this.#known, onBadLine);
  }
}

interface FieldPlace {
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueEnd: number;
}

function readLine(cursor: LineCursor, batch: PushBatch, series: SeriesByBytes, receivedMs: number): void {
  const { body, end } = cursor;
  const start = cursor.position;
  if (body[start] === HASH) return;
  const tagsEnd = endOfPart(body, start, end, false);
  if (tagsEnd === start) cursor.fail('expected a measurement');
  const fields = readFields(cursor, tagsEnd + 1);
  const timeMs = readTimeMs(cursor, receivedMs);
  for (const [place, { keyStart, keyEnd, valueEnd }] of fields.entries()) {
    cursor.position = keyEnd + 1;
    cursor.end = valueEnd;
    const value = readValue(cursor);
    cursor.end = end;
    if (value === undefined) continue;
    // The bytes of the first field and of what stands before it lie together.
    if (place === 0) batch.sample(series.seriesOf(batch, start, keyEnd), timeMs, value);
    else batch.sample(batch.series(labelsOf(cursor, start, tagsEnd, keyStart, keyEnd)), timeMs, value);
  }
  cursor.position = end;
}

/** Leaves the cursor behind the fields. */
function readFields(cursor: LineCursor, start: number): FieldPlace[] {
  const { body, end } = cursor;
  const fields: FieldPlace[] = [];
  for (let at = start; ; at++) {
    const keyEnd = endOfKey(body, at, end);
    cursor.position = at;
    if (keyEnd === at || keyEnd >= end || body[keyEnd] !== EQUALS) cursor.fail('expected a field: name=value');
    const valueEnd = endOfPart(body, keyEnd + 1, end, true);
    fields.push({ keyStart: at, keyEnd, valueEnd });
    at = valueEnd;
    if (at >= end || body[at] === SPACE) {
      cursor.position = at;
      return fields;
    }
  }
}

/** The unescaped space that ends measurement and tags, or the space or comma that ends a field's value. */
function endOfPart(body: Buffer, start: number, end: number, isValue: boolean): number {
  let isQuoted = false;
  let at = start;
  for (; at < end; at++) {
    const byte = body[at]!;
    if (byte === BACKSLASH) at++;
    else if (isValue && byte === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && (byte === SPACE || (isValue && byte === COMMA))) return at;
  }
  return Math.min(at, end);
}

function endOfKey(body: Buffer, start: number, end: number): number {
  let at = start;
  for (; at < end && body[at] !== EQUALS && body[at] !== SPACE && body[at] !== COMMA; at++) {
    if (body[at] === BACKSLASH) at++;
  }
  return at;
}

/** Undefined for text. */
function readValue(cursor: LineCursor): number | undefined {
  const { body, end } = cursor;
  const start = cursor.position;
  if (start === end) cursor.fail('the value of the field is missing');
  if (body[start] === QUOTE) return undefined;
  const last = body[end - 1]!;
  if (last > 0x39 && last !== LETTER_I && last !== LETTER_U) {
    const value = BOOLEANS.get(body.toString('latin1', start, end));
    return value ?? cursor.fail(`${JSON.stringify(body.toString('utf8', start, end).slice(0, 40))} is no value`);
  }
  if (last === LETTER_I || last === LETTER_U) cursor.end--;
  const value = readNumber(cursor, 'the value of the field');
  if (cursor.position < cursor.end) cursor.fail(`expected the end of the value, found ${cursor.found()}`);
  return value;
}

function readTimeMs(cursor: LineCursor, receivedMs: number): number {
  while (cursor.peek() === SPACE) cursor.position++;
  const { body, end } = cursor;
  const start = cursor.position;
  if (start === end) return receivedMs;
  const isNegative = body[start] === MINUS;
  const digitsStart = isNegative ? start + 1 : start;
  let timeMs = 0;
  let at = digitsStart;
  for (; at < end; at++) {
    const digit = body[at]! - 0x30;
    if (digit < 0 || digit > 9) cursor.fail('the time is no number of nanoseconds', start);
    if (at < end - NANOSECOND_DIGITS) timeMs = timeMs * 10 + digit;
  }
  if (at === digitsStart || at - digitsStart > TIME_DIGITS_MAX)
    cursor.fail('the time is no number of nanoseconds', start);
  return isNegative ? -timeMs : timeMs;
}

/** Of measurement, tags, a space and the name of a field. */
function readLabels(cursor: LineCursor): Labels {
  const { body, position: start, end } = cursor;
  const tagsEnd = endOfPart(body, start, end, false);
  return labelsOf(cursor, start, tagsEnd, tagsEnd + 1, end);
}

function labelsOf(cursor: LineCursor, start: number, tagsEnd: number, keyStart: number, keyEnd: number): Labels {
  const { body } = cursor;
  if (!isUtf8(body.subarray(start, tagsEnd)) || !isUtf8(body.subarray(keyStart, keyEnd))) {
    cursor.fail('the line is not valid UTF-8');
  }
  const [measurement = '', ...tags] = splitUnescaped(body.toString('utf8', start, tagsEnd), ',');
  const field = unescaped(body.toString('utf8', keyStart, keyEnd));
  const name = unescaped(measurement);
  if (name === '') cursor.fail('expected a measurement');
  const pairs = tags.map((tag): [string, string] => {
    const [key = '', value, ...rest] = splitUnescaped(tag, '=');
    if (key === '' || value === undefined || rest.length > 0) {
      return cursor.fail(`expected a tag, name=value, found ${JSON.stringify(tag.slice(0, 40))}`);
    }
    return [unescaped(key), unescaped(value)];
  });
  return labelsFrom([...pairs, [METRIC_NAME, field === VALUE_FIELD ? name : `${name}_${field}`]]);
}

function splitUnescaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === separator) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  parts.push(text.slice(start));
  return parts;
}

/** Of the backslashes before one of the three, the last escapes it, and of the others each stands twice. */
function unescaped(text: string): string {
  return text.replace(ESCAPED, (_, { length }: string, escaped: string) => '\\'.repeat((length - 1) / 2) + escaped);
}
