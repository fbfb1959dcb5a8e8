// Reads a piece line by line, in slices: what the decoders of our own formats have in common. A decoder says what one line is.

import type { Labels } from '../model/labels.ts';
import type { ByteTable } from '../sources/push/byte-table.ts';
import type { Slices } from '../sources/push/pacing.ts';
import type { PushBatch } from '../sources/push/push-batch.ts';
import { ExpositionError, LineCursor, NEWLINE } from '../sources/scrape/line-cursor.ts';
import type { LinePiece, PieceReader } from './interface.ts';
import { SeriesByBytes } from './series-by-bytes.ts';

const LINES_BETWEEN_LOOKS_AT_THE_CLOCK = 64;
const CARRIAGE_RETURN = 0x0d;

export interface LineSyntax {
  /** The cursor stands at the line's first byte, its end is the line's. @throws {ExpositionError} */
  readLine(cursor: LineCursor, batch: PushBatch, series: SeriesByBytes): void;
  /** Of the bytes that name a series. @throws {ExpositionError} */
  readLabels(cursor: LineCursor): Labels;
  /** Where the line that begins here ends, when not at the next line feed. */
  endOfLine?(body: Buffer, start: number): number;
}

export class LineReader implements PieceReader {
  lines = 0;
  readonly #cursor: LineCursor;
  readonly #syntax: LineSyntax;
  readonly #series: SeriesByBytes;
  readonly #onBadLine: ((error: ExpositionError) => void) | undefined;

  constructor(
    { body, linesBefore }: LinePiece,
    syntax: LineSyntax,
    known: ByteTable,
    onBadLine: ((error: ExpositionError) => void) | undefined,
  ) {
    this.#cursor = new LineCursor(Buffer.from(body.buffer, body.byteOffset, body.byteLength));
    this.#cursor.line = linesBefore;
    this.#syntax = syntax;
    this.#onBadLine = onBadLine;
    this.#series = new SeriesByBytes(body, known, (start, end) => this.#readLabels(start, end));
  }

  async decode(batch: PushBatch, slices: Slices): Promise<void> {
    const cursor = this.#cursor;
    const { length } = cursor.body;
    for (let next = cursor.position; next < length; ) {
      for (let lines = 0; lines < LINES_BETWEEN_LOOKS_AT_THE_CLOCK && next < length; lines++) {
        next = this.#readLine(next, batch);
      }
      if (batch.isFull) {
        await batch.flush();
        this.#series.forgetNumbers();
      }
      if (slices.isOver) await slices.rest();
    }
  }

  labelsAt(origin: number): Labels {
    return this.#series.labelsAt(origin);
  }

  resolved(origin: number, ref: number): void {
    this.#series.resolved(origin, ref);
  }

  /** Gives where the next line begins. */
  #readLine(start: number, batch: PushBatch): number {
    const cursor = this.#cursor;
    const { body } = cursor;
    const end = this.#syntax.endOfLine?.(body, start) ?? endOfLine(body, start);
    cursor.line++;
    cursor.lineStart = cursor.position = start;
    cursor.end = end > start && body[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    try {
      if (cursor.end > start) this.#syntax.readLine(cursor, batch, this.#series);
    } catch (error) {
      if (this.#onBadLine === undefined || !(error instanceof ExpositionError)) throw error;
      this.#onBadLine(error);
    }
    this.lines++;
    return end + 1;
  }

  #readLabels(start: number, end: number): Labels {
    const cursor = this.#cursor;
    const { position, end: lineEnd } = cursor;
    cursor.position = start;
    cursor.end = end;
    try {
      return this.#syntax.readLabels(cursor);
    } finally {
      cursor.end = lineEnd;
      // What is wrong there is told by the place of the cursor.
      cursor.position = position;
    }
  }
}

function endOfLine(body: Buffer, start: number): number {
  const newline = body.indexOf(NEWLINE, start);
  return newline === -1 ? body.length : newline;
}
