// What a query did, operation by operation: series and points that came out, time that it took, and of selectors what was read.
// Only for queries that are to be explained; others are not slowed down.

import type { Span } from '../parse/positions.ts';
import type { SeriesStream } from './series.ts';

export interface TracedOperation {
  readonly span: Span;
  series: number;
  points: number;
  /** With what is inside of it, and with the waiting for others that share the thread. */
  totalMs: number;
  /** Of selectors: the time that was asked for, the samples that were read. */
  read: TracedRead | undefined;
}

export interface TracedRead {
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
  series: number;
  samples: number;
}

export class QueryTrace {
  readonly #monotonicMs: () => number;
  readonly #operations = new Map<object, TracedOperation>();

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs;
  }

  /** Undefined when the operation was not evaluated. */
  of(node: object): TracedOperation | undefined {
    return this.#operations.get(node);
  }

  async *stream(node: { readonly span: Span }, stream: SeriesStream): SeriesStream {
    const operation = this.#operation(node);
    const series = stream[Symbol.asyncIterator]();
    try {
      for (;;) {
        const startMs = this.#monotonicMs();
        const next = await series.next();
        operation.totalMs += this.#monotonicMs() - startMs;
        if (next.done === true) return;
        operation.series++;
        for (const kind of next.value.present) if (kind !== 0) operation.points++;
        yield next.value;
      }
    } finally {
      await series.return?.();
    }
  }

  async scalar<T>(node: { readonly span: Span }, evaluate: () => Promise<T>): Promise<T> {
    const operation = this.#operation(node);
    const startMs = this.#monotonicMs();
    try {
      return await evaluate();
    } finally {
      operation.totalMs += this.#monotonicMs() - startMs;
    }
  }

  /** A selector begins to read. */
  read(node: { readonly span: Span }, minTimeMs: number, maxTimeMs: number): TracedRead {
    const operation = this.#operation(node);
    operation.read ??= { minTimeMs, maxTimeMs, series: 0, samples: 0 };
    return operation.read;
  }

  #operation(node: { readonly span: Span }): TracedOperation {
    let operation = this.#operations.get(node);
    if (operation === undefined) {
      operation = { span: node.span, series: 0, points: 0, totalMs: 0, read: undefined };
      this.#operations.set(node, operation);
    }
    return operation;
  }
}
