// Why an expression has no answer: the server's words, and below them the line with the place pointed at.

import { ApiError } from '../api/prometheus.ts';
import { splitAtPosition } from './error-mark.ts';

export function QueryError({
  id,
  error,
  expression,
}: {
  readonly id: string;
  readonly error: Error;
  readonly expression: string;
}) {
  const position = error instanceof ApiError ? error.position : undefined;
  const line = position === undefined ? undefined : expression.split('\n')[position.line - 1];
  return (
    <div id={id} class="problem" role="alert">
      <p>{error.message}</p>
      {position === undefined || line === undefined ? null : (
        <pre class="pointed">
          <MarkedLine line={line} column={position.column} />
        </pre>
      )}
    </div>
  );
}

function MarkedLine({ line, column }: { readonly line: string; readonly column: number }) {
  const [before, marked, after] = splitAtPosition(line, { line: 1, column });
  const pointer = `${' '.repeat(before.length)}${'^'.repeat(Math.max(1, marked.length))}`;
  return (
    <>
      {before}
      <mark data-testid="error-position">{marked}</mark>
      {after}
      {'\n'}
      <span aria-hidden="true">{pointer}</span>
    </>
  );
}
