// Places in the text of an expression. Inside, a place is a pair of offsets in UTF-16 units; outside, line and column
// from 1, the column in UTF-8 bytes, as Prometheus words them: `1:5: parse error: …`.

import { QueryError, type QueryPosition } from '../interface.ts';

/** Offsets into the expression; `to` is not part of it. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The place of an offset. */
export function positionAt(text: string, offset: number): QueryPosition {
  let line = 1;
  let lineStart = 0;
  for (let newline = text.indexOf('\n'); newline !== -1 && newline < offset; newline = text.indexOf('\n', lineStart)) {
    line++;
    lineStart = newline + 1;
  }
  return { line, column: Buffer.byteLength(text.slice(lineStart, offset)) + 1 };
}

/** An error in the text, at an offset; an empty text has no places. */
export function parseError(text: string, offset: number, message: string): QueryError {
  if (text === '') return new QueryError('bad_data', `unknown position: parse error: ${message}`);
  const position = positionAt(text, offset);
  return new QueryError('bad_data', `${position.line}:${position.column}: parse error: ${message}`, position);
}

/** A note for `warnings` and `infos`, with its place as Prometheus appends it. */
export function withPosition(text: string, span: Span, message: string): string {
  const { line, column } = positionAt(text, span.from);
  return `${message} (${line}:${column})`;
}
