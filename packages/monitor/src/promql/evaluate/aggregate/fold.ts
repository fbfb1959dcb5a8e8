// Aggregations that need to see each series only once: one fold a group, a number of columns as long as the grid. The order of
// the operations is Prometheus 3's. https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators

import { ABSENT, FLOAT, HISTOGRAM, type StepSeries } from '../series.ts';
import { AverageFold } from './average-fold.ts';
import type { Fold, Folded, FoldRemarks } from './folded.ts';
import { SumFold } from './sum-fold.ts';

export type FoldFactory = (stepCount: number, remarks: FoldRemarks) => Fold;

/** The most columns that any of the folds keeps for a group. */
export const FOLD_COLUMNS = 4;

export const FOLDS: ReadonlyMap<string, FoldFactory> = new Map<string, FoldFactory>([
  ['sum', (stepCount, remarks) => new SumFold(stepCount, remarks)],
  ['avg', (stepCount, remarks) => new AverageFold(stepCount, remarks)],
  ['min', (stepCount, remarks) => new LeastFold(stepCount, remarks)],
  ['max', (stepCount, remarks) => new GreatestFold(stepCount, remarks)],
  ['count', (stepCount) => new CountFold(stepCount)],
  ['group', (stepCount) => new PresenceFold(stepCount)],
  ['stdvar', (stepCount, remarks) => new VarianceFold(stepCount, remarks, (variance) => variance)],
  ['stddev', (stepCount, remarks) => new VarianceFold(stepCount, remarks, Math.sqrt)],
]);

/** A NaN gives way to every number. The greatest stands apart: a comparison handed in would be a call a value. */
class LeastFold implements Fold {
  readonly #best: Float64Array;
  readonly #present: Uint8Array;
  readonly #remarks: FoldRemarks;

  constructor(stepCount: number, remarks: FoldRemarks) {
    this.#best = new Float64Array(stepCount);
    this.#present = new Uint8Array(stepCount);
    this.#remarks = remarks;
  }

  add(series: StepSeries, from: number, to: number): void {
    const best = this.#best;
    const present = this.#present;
    const { values, present: given } = series;
    for (let step = from; step < to; step++) {
      if (given[step] !== FLOAT) continue;
      const value = values[step]!;
      const least = best[step]!;
      if (present[step] !== ABSENT && !(least > value) && !Number.isNaN(least)) continue;
      best[step] = value;
      present[step] = FLOAT;
    }
    remarkIgnored(series, from, to, this.#remarks);
  }

  finish(): void {}

  result(): Folded {
    return { values: this.#best, present: this.#present };
  }
}

class GreatestFold implements Fold {
  readonly #best: Float64Array;
  readonly #present: Uint8Array;
  readonly #remarks: FoldRemarks;

  constructor(stepCount: number, remarks: FoldRemarks) {
    this.#best = new Float64Array(stepCount);
    this.#present = new Uint8Array(stepCount);
    this.#remarks = remarks;
  }

  add(series: StepSeries, from: number, to: number): void {
    const best = this.#best;
    const present = this.#present;
    const { values, present: given } = series;
    for (let step = from; step < to; step++) {
      if (given[step] !== FLOAT) continue;
      const value = values[step]!;
      const greatest = best[step]!;
      if (present[step] !== ABSENT && !(greatest < value) && !Number.isNaN(greatest)) continue;
      best[step] = value;
      present[step] = FLOAT;
    }
    remarkIgnored(series, from, to, this.#remarks);
  }

  finish(): void {}

  result(): Folded {
    return { values: this.#best, present: this.#present };
  }
}

class CountFold implements Fold {
  readonly #counts: Float64Array;
  readonly #present: Uint8Array;

  constructor(stepCount: number) {
    this.#counts = new Float64Array(stepCount);
    this.#present = new Uint8Array(stepCount);
  }

  add({ present: given }: StepSeries, from: number, to: number): void {
    const counts = this.#counts;
    const present = this.#present;
    for (let step = from; step < to; step++) {
      if (given[step] === ABSENT) continue;
      counts[step]!++;
      present[step] = FLOAT;
    }
  }

  finish(): void {}

  result(): Folded {
    return { values: this.#counts, present: this.#present };
  }
}

class PresenceFold implements Fold {
  readonly #present: Uint8Array;

  constructor(stepCount: number) {
    this.#present = new Uint8Array(stepCount);
  }

  add({ present: given }: StepSeries, from: number, to: number): void {
    const present = this.#present;
    for (let step = from; step < to; step++) if (given[step] !== ABSENT) present[step] = FLOAT;
  }

  finish(): void {}

  result(): Folded {
    return { values: new Float64Array(this.#present.length).fill(1), present: this.#present };
  }
}

/** Welford's method. */
class VarianceFold implements Fold {
  readonly #counts: Float64Array;
  readonly #means: Float64Array;
  readonly #squares: Float64Array;
  readonly #present: Uint8Array;
  readonly #remarks: FoldRemarks;
  readonly #finished: (variance: number) => number;

  constructor(stepCount: number, remarks: FoldRemarks, finished: (variance: number) => number) {
    this.#counts = new Float64Array(stepCount);
    this.#means = new Float64Array(stepCount);
    this.#squares = new Float64Array(stepCount);
    this.#present = new Uint8Array(stepCount);
    this.#remarks = remarks;
    this.#finished = finished;
  }

  add(series: StepSeries, from: number, to: number): void {
    const counts = this.#counts;
    const means = this.#means;
    const squares = this.#squares;
    const { values, present: given } = series;
    for (let step = from; step < to; step++) {
      if (given[step] !== FLOAT) continue;
      const value = values[step]!;
      const count = ++counts[step]!;
      if (count === 1) {
        means[step] = value;
        squares[step] = Number.isFinite(value) ? 0 : NaN;
        continue;
      }
      const distance = value - means[step]!;
      const mean = means[step]! + distance / count;
      means[step] = mean;
      squares[step]! += distance * (value - mean);
    }
    remarkIgnored(series, from, to, this.#remarks);
  }

  finish(from: number, to: number): void {
    const counts = this.#counts;
    const squares = this.#squares;
    for (let step = from; step < to; step++) {
      if (counts[step] === 0) continue;
      squares[step] = this.#finished(squares[step]! / counts[step]!);
      this.#present[step] = FLOAT;
    }
  }

  result(): Folded {
    return { values: this.#squares, present: this.#present };
  }
}

function remarkIgnored({ histograms, present }: StepSeries, from: number, to: number, remarks: FoldRemarks): void {
  if (histograms !== undefined && present.subarray(from, to).includes(HISTOGRAM)) remarks.ignoredHistogram();
}
