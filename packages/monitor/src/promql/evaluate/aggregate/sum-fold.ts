// `sum`: floats with the error of the additions kept beside (Neumaier's variant of Kahan's method), histograms likewise.

import { HistogramSum } from '../../histogram/sums.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../series.ts';
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

  add(series: StepSeries): void {
    if (series.histograms !== undefined || this.#histograms !== undefined) this.#addMixed(series);
    else this.#addFloats(series.values, series.present);
  }

  #addFloats(values: Float64Array, given: Uint8Array): void {
    const sums = this.#sums;
    const errors = this.#errors;
    const present = this.#present;
    for (let step = 0; step < sums.length; step++) {
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

  #addMixed({ labels, values, present, histograms }: StepSeries): void {
    this.#histograms ??= new HistogramFold(this.#present, (first) => new HistogramSum(first), this.#remarks);
    const floats = Uint8Array.from(present);
    for (let step = 0; step < present.length; step++) {
      if (present[step] === HISTOGRAM) this.#histograms.add(step, histograms![step]!, labels);
      else if (present[step] === FLOAT && !this.#histograms.takesFloat(step)) floats[step] = ABSENT;
    }
    this.#addFloats(values, floats);
  }

  finish(): Folded {
    const errors = this.#errors;
    const values = this.#sums.map((sum, step) => sum + errors[step]!);
    return this.#histograms === undefined
      ? { values, present: this.#present }
      : { values, ...this.#histograms.finish() };
  }
}
