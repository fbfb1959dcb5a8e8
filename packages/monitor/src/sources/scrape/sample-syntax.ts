// What may follow the value of a sample: a timestamp, and in OpenMetrics an exemplar.

import { isUtf8 } from 'node:buffer';
import type { GivenExemplar } from '../interface.ts';
import type { LineCursor } from './line-cursor.ts';
import type { ExpositionFormat } from './metadata-syntax.ts';
import { readNumber } from './number.ts';
import { readExemplarLabels } from './series-syntax.ts';

/** With the blanks behind it. `what` it is, for the error. @throws {ExpositionError} */
export function readTimestampMs(cursor: LineCursor, format: ExpositionFormat, what: string): number {
  const isOpenMetrics = format === 'openmetrics';
  const start = cursor.position;
  const timestamp = readNumber(cursor, what);
  const timestampMs = isOpenMetrics ? Math.round(timestamp * 1000) : timestamp;
  if (!Number.isSafeInteger(timestampMs)) {
    cursor.fail(`${what} is no time in ${isOpenMetrics ? 'seconds' : 'whole milliseconds'}`, start);
  }
  cursor.skipBlanks();
  return timestampMs;
}

/** The cursor stands on its `#`. @throws {ExpositionError} */
export function readExemplar(cursor: LineCursor, format: ExpositionFormat): GivenExemplar {
  // Of a line that begins as predicted nothing has looked at this part.
  if (!isUtf8(cursor.body.subarray(cursor.position, cursor.end))) failUtf8(cursor);
  cursor.position++;
  cursor.skipBlanks();
  const labels = readExemplarLabels(cursor);
  cursor.skipBlanks();
  const value = readNumber(cursor, "the exemplar's value");
  cursor.skipBlanks();
  const hasTimestamp = cursor.position < cursor.end;
  const timestampMs = hasTimestamp ? readTimestampMs(cursor, format, "the exemplar's timestamp") : undefined;
  return { labels, value, timestampMs };
}

/** At the first byte of the line that is none. @throws {ExpositionError} */
export function failUtf8(cursor: LineCursor): never {
  const { body, lineStart, end } = cursor;
  // What cannot be decoded comes back as other bytes.
  const again = Buffer.from(body.toString('utf8', lineStart, end));
  let at = lineStart;
  while (again[at - lineStart] === body[at]) at++;
  return cursor.fail('the text is not valid UTF-8', at);
}
