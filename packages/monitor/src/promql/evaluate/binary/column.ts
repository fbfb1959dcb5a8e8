// What flows through a binary operation: what one side has at each step, and what comes of two.

import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { QueryBudget } from '../budget.ts';
import { ABSENT, emptyHistograms, FLOAT, HISTOGRAM, type StepHistograms } from '../series.ts';
import type { OperationNotes } from './operation-notes.ts';
import type { BinaryOperator } from './operators.ts';

/** As of a series; without `present` a number is at every step. */
export interface Column {
  readonly values: Float64Array;
  readonly present: Uint8Array | undefined;
  readonly histograms?: StepHistograms | undefined;
}

export interface CombinedColumn extends Column {
  readonly present: Uint8Array;
  /** Not 0 where both sides were there and fit, whether a filter kept them or not. */
  readonly matched: Uint8Array;
}

export interface ColumnOperation {
  readonly operator: BinaryOperator;
  /** Whose values a filter keeps. */
  readonly kept: 'left' | 'right';
  readonly stepCount: number;
  readonly notes: OperationNotes;
  readonly budget: QueryBudget;
}

/** What a column has at a step. */
export function kindAt({ present }: Column, step: number): number {
  return present === undefined ? FLOAT : (present[step] ?? ABSENT);
}

/** A column that is made step by step. */
export class ColumnBuilder {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly matched: Uint8Array;
  histograms: StepHistograms | undefined;

  constructor(stepCount: number) {
    this.values = new Float64Array(stepCount);
    this.present = new Uint8Array(stepCount);
    this.matched = new Uint8Array(stepCount);
  }

  /** Takes over what another column has at a step. */
  copy(from: Column, step: number): void {
    const kind = kindAt(from, step);
    this.present[step] = kind;
    if (kind === FLOAT) this.values[step] = from.values[step]!;
    else if (kind === HISTOGRAM) this.putHistogram(step, from.histograms![step]!);
  }

  /** Takes over all that another column has. */
  add(from: Column): void {
    for (let step = 0; step < this.values.length; step++) {
      if (kindAt(from, step) !== ABSENT) this.copy(from, step);
    }
  }

  putNumber(step: number, value: number): void {
    this.present[step] = FLOAT;
    this.values[step] = value;
  }

  putHistogram(step: number, histogram: FloatHistogram): void {
    this.present[step] = HISTOGRAM;
    this.histograms ??= emptyHistograms(this.values.length);
    this.histograms[step] = histogram;
  }

  column(): CombinedColumn {
    const { values, present, matched, histograms } = this;
    return histograms === undefined ? { values, present, matched } : { values, present, matched, histograms };
  }
}
