// Rows of CSV as `chainpulse export --format csv` writes them: the first row names the columns, `__name__`, the labels, and at the
// end `timestamp` in Unix milliseconds and `value`. An empty value is a stale marker. Format page: docs/formats/history.md.

import { isUtf8 } from 'node:buffer';
import { type Label, type Labels, METRIC_NAME } from '../model/labels.ts';
import { ByteTable } from '../sources/push/byte-table.ts';
import type { PushLimits } from '../sources/push/limits.ts';
import type { PushBatch } from '../sources/push/push-batch.ts';
import { type ExpositionError, type LineCursor, NEWLINE, QUOTE } from '../sources/scrape/line-cursor.ts';
import { readNumber } from '../sources/scrape/number.ts';
import type { LineDecoder, LinePiece } from './interface.ts';
import { LineReader, type LineSyntax } from './line-reader.ts';
import type { SeriesByBytes } from './series-by-bytes.ts';

const COMMA = 0x2c;
/** At the end of every row: time and value. */
const LAST_COLUMNS = 'timestamp,value';

export class CsvDecoder implements LineDecoder {
  /** The first row, as soon as it was read. */
  header: string | undefined;
  readonly #known: ByteTable;
  #columns: readonly string[] = [];

  /** `header`: of a file that is not read from its beginning. */
  constructor(header: string | undefined, { knownSeriesMaxBytes, knownSeriesMax }: PushLimits) {
    this.#known = new ByteTable({ maxBytes: knownSeriesMaxBytes, maxEntries: knownSeriesMax });
    if (header === undefined) return;
    this.header = header;
    this.#columns = cellsOf(header).slice(0, -2);
  }

  open(piece: LinePiece, onBadLine: ((error: ExpositionError) => void) | undefined): LineReader {
    const syntax: LineSyntax = {
      endOfLine: endOfRow,
      readLine: (cursor, batch, series) => {
        if (this.header === undefined) this.#readHeader(cursor);
        else readRow(cursor, batch, series);
      },
      readLabels: (cursor) => this.#readLabels(cursor),
    };
    return new LineReader(piece, syntax, this.#known, onBadLine);
  }

  #readHeader(cursor: LineCursor): void {
    const text = cursor.body.toString('utf8', cursor.position, cursor.end);
    const cells = cellsOf(text);
    if (cells[0] !== METRIC_NAME || cells.slice(-2).join() !== LAST_COLUMNS) {
      cursor.fail(`expected the columns ${METRIC_NAME}, labels, timestamp, value in the first row`);
    }
    const labels = cells.slice(0, -2);
    if (labels.includes('') || new Set(labels).size < labels.length) {
      cursor.fail('every label has one column, and every column a name');
    }
    this.header = text;
    this.#columns = labels;
  }

  #readLabels(cursor: LineCursor): Labels {
    const bytes = cursor.body.subarray(cursor.position, cursor.end);
    if (!isUtf8(bytes)) cursor.fail('the row is not valid UTF-8');
    const cells = cellsOf(bytes.toString());
    const columns = this.#columns;
    if (cells.length !== columns.length) {
      cursor.fail(`the row has ${cells.length + 2} cells, the first row has ${columns.length + 2}`);
    }
    const labels: Label[] = [];
    for (const [place, value] of cells.entries()) if (value !== '') labels.push({ name: columns[place]!, value });
    if (labels[0]?.name !== METRIC_NAME) cursor.fail(`the cell ${METRIC_NAME} is empty`);
    return labels.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function readRow(cursor: LineCursor, batch: PushBatch, series: SeriesByBytes): void {
  const { body, end } = cursor;
  const start = cursor.position;
  const valueComma = lastComma(body, start, end);
  const timeComma = lastComma(body, start, valueComma);
  if (timeComma < start) cursor.fail('the row has no cells for time and value');
  const number = series.seriesOf(batch, start, timeComma);
  cursor.position = timeComma + 1;
  cursor.end = valueComma;
  const timeMs = readNumber(cursor, 'the time in milliseconds');
  cursor.end = end;
  cursor.position = valueComma + 1;
  if (cursor.position === end) {
    batch.stale(number, timeMs);
    return;
  }
  const value = readNumber(cursor, 'the value');
  if (cursor.position < end) cursor.fail(`expected the end of the row, found ${cursor.found()}`);
  batch.sample(number, timeMs, value);
}

function lastComma(body: Buffer, start: number, end: number): number {
  let at = end - 1;
  while (at >= start && body[at] !== COMMA) at--;
  return at;
}

/** A line feed in quotes does not end a row. */
function endOfRow(body: Buffer, start: number): number {
  let isQuoted = false;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) isQuoted = !isQuoted;
    else if (byte === NEWLINE && !isQuoted) return at;
  }
  return body.length;
}

function cellsOf(row: string): string[] {
  const cells: string[] = [];
  for (let at = 0; at <= row.length; at++) {
    let cell = '';
    if (row[at] === '"') {
      for (at++; at < row.length && (row[at] !== '"' || row[at + 1] === '"'); at++) {
        cell += row[at];
        if (row[at] === '"') at++;
      }
      at++;
    } else {
      const comma = row.indexOf(',', at);
      const end = comma === -1 ? row.length : comma;
      cell = row.slice(at, end);
      at = end;
    }
    cells.push(cell);
  }
  return cells;
}
