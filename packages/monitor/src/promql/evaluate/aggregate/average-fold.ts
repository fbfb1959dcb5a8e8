// `avg`: the sum by the number of values; a step whose sum overflows goes over to carrying the mean from value to value.

import { HistogramMean } from '../../histogram/sums.ts';
import { CompensatedSum } from '../floats.ts';
import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../series.ts';
import type { Fold, Folded, FoldRemarks } from './folded.ts';
import { HistogramFold } from './histogram-fold.ts';

export class AverageFold implements Fold {
  readonly #sums: Float64Array;
  readonly #errors: Float64Array;
  readonly #counts: Float64Array;
  /** Steps whose `sums` are means. */
  readonly #carriesMean: Uint8Array;
  readonly #remarks: FoldRemarks;
  readonly #total = new CompensatedSum();
  #histograms: HistogramFold | undefined;

  constructor(stepCount: number, remarks: FoldRemarks) {
    this.#sums = new Float64Array(stepCount);
    this.#errors = new Float64Array(stepCount);
    this.#counts = new Float64Array(stepCount);
    this.#carriesMean = new Uint8Array(stepCount);
    this.#remarks = remarks;
  }

  add(series: StepSeries): void {
    if (series.histograms !== undefined || this.#histograms !== undefined) this.#addMixed(series);
    else this.#addFloats(series.values, series.present);
  }

  #addFloats(values: Float64Array, given: Uint8Array): void {
    const sums = this.#sums;
    const errors = this.#errors;
    const counts = this.#counts;
    for (let step = 0; step < sums.length; step++) {
      if (given[step] !== FLOAT) continue;
      const value = values[step]!;
      const count = ++counts[step]!;
      if (count === 1) {
        sums[step] = value;
        continue;
      }
      const sum = sums[step]!;
      const total = sum + value;
      if (this.#carriesMean[step] === 1 || total === Infinity || total === -Infinity) {
        this.#addToMean(step, value);
        continue;
      }
      if (Math.abs(sum) >= Math.abs(value)) errors[step]! += sum - total + value;
      else errors[step]! += value - total + sum;
      sums[step] = total;
    }
  }

  #addToMean(step: number, value: number): void {
    const count = this.#counts[step]!;
    if (this.#carriesMean[step] === 0) {
      this.#carriesMean[step] = 1;
      this.#sums[step]! /= count - 1;
      this.#errors[step]! /= count - 1;
    }
    const keep = (count - 1) / count;
    this.#total.reset(keep * this.#sums[step]!, keep * this.#errors[step]!);
    this.#total.add(value / count);
    this.#sums[step] = this.#total.sum;
    this.#errors[step] = this.#total.compensation;
  }

  #addMixed({ labels, values, present, histograms }: StepSeries): void {
    this.#histograms ??= new HistogramFold(this.#floats(), (first) => new HistogramMean(first), this.#remarks);
    const floats = Uint8Array.from(present);
    for (let step = 0; step < present.length; step++) {
      if (present[step] === HISTOGRAM) this.#histograms.add(step, histograms![step]!, labels);
      else if (present[step] === FLOAT && !this.#histograms.takesFloat(step)) floats[step] = ABSENT;
    }
    this.#addFloats(values, floats);
  }

  #floats(): Uint8Array {
    return Uint8Array.from(this.#counts, (count) => (count === 0 ? ABSENT : FLOAT));
  }

  finish(): Folded {
    const errors = this.#errors;
    const counts = this.#counts;
    const values = this.#sums.map((sum, step) => {
      if (this.#carriesMean[step] === 1) return sum + errors[step]!;
      return counts[step] === 0 ? 0 : sum / counts[step]! + errors[step]! / counts[step]!;
    });
    return this.#histograms === undefined
      ? { values, present: this.#floats() }
      : { values, ...this.#histograms.finish() };
  }
}
