// One binary operation over two columns, step for step: the heart of what vectors do with scalars and with each other. Columns of
// numbers alone take flat loops; where a histogram may come, or the operator is for them, each step is looked at.

import { FLOAT } from '../series.ts';
import { inStretches, whenDone } from '../stretches.ts';
import type { Column, ColumnOperation, CombinedColumn } from './column.ts';
import { type FloatColumns, keepLoop, valueLoop } from './float-columns.ts';
import { isTrim } from './operators.ts';
import { combineWithHistograms } from './with-histograms.ts';

/** Columns of the operands may be part of the result; nobody changes a column that was handed on. Long ones come later. */
export function combineColumns(
  operation: ColumnOperation,
  left: Column,
  right: Column,
): CombinedColumn | Promise<CombinedColumn> {
  const { operator, kept, stepCount, budget } = operation;
  if (left.histograms !== undefined || right.histograms !== undefined || isTrim(operator.operator)) {
    return combineWithHistograms(operation, left, right);
  }
  const present = presentInBoth(left.present, right.present, stepCount);
  const columns: FloatColumns = { left: left.values, right: right.values, present };
  const ofValues = valueLoop(operator.operator);
  if (ofValues !== undefined) {
    const values = new Float64Array(stepCount);
    const computing = inStretches(stepCount, budget, (from, to) => ofValues(columns, values, from, to));
    return whenDone(computing, () => ({ values, present, matched: present }));
  }
  const keep = keepLoop(operator.operator)!;
  const holds = new Uint8Array(stepCount);
  const computing = inStretches(stepCount, budget, (from, to) => keep(columns, holds, from, to));
  return whenDone(computing, () =>
    operator.bool
      ? { values: new Float64Array(holds), present, matched: present }
      : { values: kept === 'left' ? left.values : right.values, present: holds, matched: present },
  );
}

/** Of columns of numbers. */
function presentInBoth(left: Uint8Array | undefined, right: Uint8Array | undefined, stepCount: number): Uint8Array {
  if (left === undefined) return right ?? new Uint8Array(stepCount).fill(FLOAT);
  if (right === undefined) return left;
  const both = new Uint8Array(stepCount);
  for (let step = 0; step < stepCount; step++) both[step] = left[step]! & right[step]!;
  return both;
}
