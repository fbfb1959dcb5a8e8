// The place of an error in an expression: the word or the sign that stands there.

import type { ErrorPosition } from '../api/prometheus.ts';

/** The text before the place, what stands there (a whole word where one begins; '' at the end), and the text after. */
export function splitAtPosition(
  text: string,
  at: ErrorPosition,
): readonly [before: string, marked: string, after: string] {
  const lines = text.split('\n');
  const line = Math.min(Math.max(at.line, 1), lines.length);
  const lineStart = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  const column = Math.min(Math.max(at.column, 1), (lines[line - 1] ?? '').length + 1);
  const start = lineStart + column - 1;
  const marked = /^(?:[a-zA-Z0-9_:.]+|[^\n])/.exec(text.slice(start))?.[0] ?? '';
  return [text.slice(0, start), marked, text.slice(start + marked.length)];
}
