// What `stats` asks for beside an answer: the time that a query took and the samples that it read, in the form in which
// Prometheus has them. The evaluation is told with the way to the storage worker and back, which its parts do not have.

import type { QueryResult } from '../../promql/interface.ts';
import type { Turn } from './question.ts';

export interface MeasuredQuery {
  /** The parameter; '' for none. */
  readonly wanted: string;
  readonly turn: Turn;
  readonly evaluatedMs: number;
}

/** The member `stats` of the answer's data, with the comma before it; '' when it is not asked for. */
export function renderStats({ stats }: QueryResult, { wanted, turn, evaluatedMs }: MeasuredQuery): string {
  if (wanted === '') return '';
  const evaluated = evaluatedMs / 1000;
  const waited = turn.waitedMs / 1000;
  // Of what another server evaluates the whole is known.
  const { preparationMs = 0, evaluationMs = evaluatedMs, sortMs = 0 } = stats ?? {};
  const text = JSON.stringify({
    timings: {
      evalTotalTime: evaluated,
      resultSortTime: sortMs / 1000,
      queryPreparationTime: preparationMs / 1000,
      innerEvalTime: evaluationMs / 1000,
      execQueueTime: waited,
      execTotalTime: evaluated + waited,
    },
    samples: {
      totalQueryableSamples: stats?.samplesRead ?? 0,
      samplesRead: stats?.samplesRead ?? 0,
      peakSamples: stats?.peakPoints ?? 0,
    },
  });
  return `,"stats":${text}`;
}

export function statsWarnings({ wanted }: MeasuredQuery): readonly string[] {
  if (wanted === '' || wanted === 'true' || wanted === 'all') return [];
  const value = JSON.stringify(wanted);
  return [
    `value ${value} for parameter "stats" is deprecated and will be rejected in the next major release, use "true" or "all"`,
  ];
}

/** The pieces of a JSON object, with more members before its closing brace. */
export function* beforeTheEnd(pieces: Iterable<string>, members: string): Generator<string> {
  if (members === '') {
    yield* pieces;
    return;
  }
  let last = '';
  for (const piece of pieces) {
    yield last;
    last = piece;
  }
  yield `${last.slice(0, -1)}${members}}`;
}
