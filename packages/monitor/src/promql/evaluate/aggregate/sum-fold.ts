// `sum`: floats with the error of the additions kept beside (Neumaier's variant of Kahan's method), histograms likewise.

import { HistogramSum } from '../../histogram/sums.ts';
import { ABSENT, FLOAT, type StepSeries } from '../series.ts';
import type { Fold, Folded, FoldRemarks } from './folded.ts';
import { HistogramFold } from './histogram-fold.ts';

export class SumFold implements Fold {
  readonly #sums: Float64Array;
  readonly #errors: Float64Array;
  readonly #present: Uint8Array;
  readonly #remarks: FoldRemarks;
  #histograms: HistogramFold | undefined;

  constructor(stepCount: number, remarks: FoldRemarks) {
    this.#sums = new Float64Array(stepCount);
    this.#errors = new Float64Array(stepCount);
    this.#present = new Uint8Array(stepCount);
    this.#remarks = remarks;
  }

  add(series: StepSeries, from: number, to: number): void {
    const { values, present, histograms } = series;
    if (histograms === undefined && this.#histograms === undefined) this.#addFloats(values, present, from, to);
    else {
      this.#histograms ??= new HistogramFold(this.#present, (first) => new HistogramSum(first), this.#remarks);
      this.#addFloats(values, this.#histograms.addAllButFloats(series, from, to), from, to);
    }
  }

  #addFloats(values: Float64Array, given: Uint8Array, from: number, to: number): void {
    const sums = this.#sums;
    const errors = this.#errors;
    const present = this.#present;
    for (let step = from; step < to; step++) {
      if (given[step] !== FLOAT) continue;
      const value = values[step]!;
      if (present[step] === ABSENT) {
        present[step] = FLOAT;
        sums[step] = value;
        continue;
      }
      const sum = sums[step]!;
      const total = sum + value;
      if (total === Infinity || total === -Infinity) errors[step] = 0;
      else if (Math.abs(sum) >= Math.abs(value)) errors[step]! += sum - total + value;
      else errors[step]! += value - total + sum;
      sums[step] = total;
    }
  }

  finish(from: number, to: number): void {
    const sums = this.#sums;
    const errors = this.#errors;
    for (let step = from; step < to; step++) sums[step]! += errors[step]!;
    this.#histograms?.finish(from, to);
  }

  result(): Folded {
    const values = this.#sums;
    return this.#histograms === undefined
      ? { values, present: this.#present }
      : { values, ...this.#histograms.result() };
  }
}
