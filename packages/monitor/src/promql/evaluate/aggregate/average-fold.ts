// `avg`: the sum by the number of values; a step whose sum overflows goes over to carrying the mean from value to value.

import { HistogramMean } from '../../histogram/sums.ts';
import { CompensatedSum } from '../floats.ts';
import { ABSENT, FLOAT, type StepSeries } from '../series.ts';
import type { Fold, Folded, FoldRemarks } from './folded.ts';
import { HistogramFold } from './histogram-fold.ts';

export class AverageFold implements Fold {
  readonly #sums: Float64Array;
  readonly #errors: Float64Array;
  readonly #counts: Float64Array;
  /** Steps whose `sums` are means. */
  readonly #carriesMean: Uint8Array;
  readonly #present: Uint8Array;
  readonly #remarks: FoldRemarks;
  readonly #total = new CompensatedSum();
  #histograms: HistogramFold | undefined;

  constructor(stepCount: number, remarks: FoldRemarks) {
    this.#sums = new Float64Array(stepCount);
    this.#errors = new Float64Array(stepCount);
    this.#counts = new Float64Array(stepCount);
    this.#carriesMean = new Uint8Array(stepCount);
    this.#present = new Uint8Array(stepCount);
    this.#remarks = remarks;
  }

  add(series: StepSeries, from: number, to: number): void {
    const { values, present, histograms } = series;
    if (histograms === undefined && this.#histograms === undefined) this.#addFloats(values, present, from, to);
    else {
      this.#histograms ??= new HistogramFold(this.#floats(), (first) => new HistogramMean(first), this.#remarks);
      this.#addFloats(values, this.#histograms.addAllButFloats(series, from, to), from, to);
    }
  }

  #addFloats(values: Float64Array, given: Uint8Array, from: number, to: number): void {
    const sums = this.#sums;
    const errors = this.#errors;
    const counts = this.#counts;
    for (let step = from; step < to; step++) {
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

  #floats(): Uint8Array {
    return Uint8Array.from(this.#counts, (count) => (count === 0 ? ABSENT : FLOAT));
  }

  finish(from: number, to: number): void {
    const sums = this.#sums;
    const errors = this.#errors;
    const counts = this.#counts;
    for (let step = from; step < to; step++) {
      const count = counts[step]!;
      if (count === 0) continue;
      this.#present[step] = FLOAT;
      if (this.#carriesMean[step] === 1) sums[step]! += errors[step]!;
      else sums[step] = sums[step]! / count + errors[step]! / count;
    }
    this.#histograms?.finish(from, to);
  }

  result(): Folded {
    const values = this.#sums;
    return this.#histograms === undefined
      ? { values, present: this.#present }
      : { values, ...this.#histograms.result() };
  }
}
