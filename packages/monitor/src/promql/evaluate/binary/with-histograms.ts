// A binary operation where a side may have native histograms. What does not go together (a float added to a histogram, histograms
// compared for order) has no result at that step, and is noted.
// https://prometheus.io/docs/prometheus/latest/querying/operators/#arithmetic-binary-operators

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import { ABSENT, FLOAT, HISTOGRAM } from '../series.ts';
import { histogramEnds, inStretches, whenDone } from '../stretches.ts';
import { type Column, ColumnBuilder, type ColumnOperation, type CombinedColumn, kindAt } from './column.ts';
import type { OperationNotes, PairNote } from './operation-notes.ts';
import { comparisonFunction, isTrim, valueFunction } from './operators.ts';

export function combineWithHistograms(
  operation: ColumnOperation,
  left: Column,
  right: Column,
): CombinedColumn | Promise<CombinedColumn> {
  const { stepCount, budget } = operation;
  const out = new ColumnBuilder(stepCount);
  const combineAt = combinerOf(operation, left, right, out);
  const compute = (from: number, to: number): void => {
    for (let step = from; step < to; step++) combineAt(step);
  };
  const computing = inStretches(stepCount, budget, compute, histogramEnds(left.histograms, right.histograms));
  return whenDone(computing, () => out.column());
}

function combinerOf(
  { operator, kept, notes }: ColumnOperation,
  left: Column,
  right: Column,
  out: ColumnBuilder,
): (step: number) => void {
  const value = valueFunction(operator);
  const comparison = comparisonFunction(operator);
  const isForFloats = !isTrim(operator.operator);
  return (step) => {
    const leftKind = kindAt(left, step);
    const rightKind = kindAt(right, step);
    if (leftKind === ABSENT || rightKind === ABSENT) return;
    let result: FloatHistogram | boolean | undefined;
    if (isForFloats && leftKind === FLOAT && rightKind === FLOAT) {
      const leftValue = left.values[step]!;
      const rightValue = right.values[step]!;
      if (value !== undefined) out.putNumber(step, value(leftValue, rightValue));
      else result = comparison!(leftValue, rightValue);
    } else {
      const leftOperand = leftKind === HISTOGRAM ? left.histograms![step]! : left.values[step]!;
      const rightOperand = rightKind === HISTOGRAM ? right.histograms![step]! : right.values[step]!;
      result = combinePair(operator.operator, leftOperand, rightOperand, step, notes);
      if (result === undefined) return;
    }
    out.matched[step] = 1;
    if (typeof result === 'object') out.putHistogram(step, result);
    else if (typeof result !== 'boolean') return;
    else if (operator.bool) out.putNumber(step, result ? 1 : 0);
    else if (result) out.copy(kept === 'left' ? left : right, step);
  };
}

type Operand = FloatHistogram | number;

/** A histogram, or of a comparison whether it holds; undefined when there is no result, which has been noted. */
function combinePair(
  operator: string,
  left: Operand,
  right: Operand,
  step: number,
  notes: OperationNotes,
): FloatHistogram | boolean | undefined {
  if (typeof left === 'number') {
    if (typeof right === 'number') return incompatible('float with float', step, notes);
    return operator === '*' ? right.times(left).compacted() : incompatible('float with histogram', step, notes);
  }
  if (typeof right === 'number') return combineWithNumber(operator, left, right, step, notes);
  switch (operator) {
    case '+':
    case '-':
      return combineHistograms(operator, left, right, step, notes);
    case '==':
      return left.equals(right);
    case '!=':
      return !left.equals(right);
    default:
      return incompatible('histogram with histogram', step, notes);
  }
}

function combineWithNumber(
  operator: string,
  left: FloatHistogram,
  right: number,
  step: number,
  notes: OperationNotes,
): FloatHistogram | undefined {
  switch (operator) {
    case '*':
      return left.times(right).compacted();
    case '/':
      return left.dividedBy(right).compacted();
    case '</':
      return left.trimmedAbove(right);
    case '>/':
      return left.trimmedBelow(right);
    default:
      return incompatible('histogram with float', step, notes);
  }
}

function combineHistograms(
  operator: '+' | '-',
  left: FloatHistogram,
  right: FloatHistogram,
  step: number,
  notes: OperationNotes,
): FloatHistogram | undefined {
  const combined = operator === '+' ? left.plus(right) : left.minus(right);
  if (combined === undefined) return incompatible('incompatible buckets', step, notes);
  // As in Prometheus, nothing is left of two histograms that contradict each other about a reset.
  if (combined.isCollision) return incompatible('conflicting resets', step, notes);
  if (combined.isReconciled) notes.at(step, 'bounds reconciled');
  const result = combined.histogram.compacted();
  return operator === '-' ? result.withHint('gauge') : result;
}

function incompatible(note: PairNote, step: number, notes: OperationNotes): undefined {
  notes.at(step, note);
  return undefined;
}
