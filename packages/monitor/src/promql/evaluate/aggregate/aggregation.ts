// What every kind of aggregation sees of its call.

import type { Span } from '../../parse/positions.ts';
import type { Grouping } from '../../parse/syntax-tree.ts';
import type { EvaluationContext } from '../context.ts';
import type { SeriesStream } from '../series.ts';

export interface Aggregation {
  readonly operator: string;
  readonly input: SeriesStream;
  readonly grouping: Grouping;
  readonly stepCount: number;
  readonly context: Pick<EvaluationContext, 'budget' | 'notes' | 'features'>;
  /** Of the whole aggregation, and of what is aggregated. */
  readonly span: Span;
  readonly inputSpan: Span;
}

export function noteIgnoredHistogram({ operator, context }: Aggregation, span: Span): void {
  context.notes.inform(span, `ignored histogram in ${operator} aggregation`);
}

/** Reads to the end what is not wanted: what it notes and what it refuses is part of the answer all the same. */
export async function drain(input: SeriesStream): Promise<void> {
  const series = input[Symbol.asyncIterator]();
  while ((await series.next()).done !== true);
}
