// Arithmetic and comparison between each series of a vector and a scalar.

import type { Span } from '../../parse/positions.ts';
import type { EvaluationContext } from '../context.ts';
import { hasAnyStep, nameless, type SeriesStream } from '../series.ts';
import type { Column, ColumnOperation } from './column.ts';
import { combineColumns } from './combine-columns.ts';
import { OperationNotes } from './operation-notes.ts';
import { type BinaryOperator, changesMetric } from './operators.ts';

export interface VectorWithScalar {
  readonly operator: BinaryOperator;
  readonly vector: SeriesStream;
  /** One value a step. */
  readonly scalar: Float64Array;
  /** Where the scalar stands; a comparison that filters keeps the values of the vector. */
  readonly scalarSide: 'left' | 'right';
  readonly span: Span;
}

export async function* combineWithScalar(
  { operator, vector, scalar, scalarSide, span }: VectorWithScalar,
  { features, notes, budget }: EvaluationContext,
): SeriesStream {
  const stepCount = scalar.length;
  const operationNotes = new OperationNotes(operator, stepCount);
  const kept = scalarSide === 'left' ? 'right' : 'left';
  const operation: ColumnOperation = { operator, kept, stepCount, notes: operationNotes, budget };
  const scalarColumn: Column = { values: scalar, present: undefined, histograms: undefined };
  const losesName = operator.bool || changesMetric(operator.operator);
  for await (const series of vector) {
    if (budget.isDue()) await budget.pause();
    const combined =
      scalarSide === 'left'
        ? combineColumns(operation, scalarColumn, series)
        : combineColumns(operation, series, scalarColumn);
    const { values, present, histograms } = combined instanceof Promise ? await combined : combined;
    if (present !== series.present && !hasAnyStep(present)) continue;
    const { labels, dropsName } = losesName ? nameless(series, features) : series;
    yield {
      labels,
      values,
      present,
      ...(histograms === undefined ? {} : { histograms }),
      ...(dropsName === true ? { dropsName } : {}),
    };
  }
  operationNotes.tell(notes, span);
}
