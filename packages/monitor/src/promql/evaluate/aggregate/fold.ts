// Aggregations that need to see each series only once: one fold a group, a number of columns as long as the grid.
// The order of the operations is Prometheus 3's. https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators

import { CompensatedSum } from '../floats.ts';
import type { StepSeries } from '../series.ts';

export interface Fold {
  /** Where any series of the group was present. */
  readonly present: Uint8Array;
  add(series: StepSeries): void;
  /** Called once, after the last `add`. */
  finish(): Float64Array;
}

export type FoldFactory = (stepCount: number) => Fold;

/** The most columns that any of the folds keeps for a group. */
export const FOLD_COLUMNS = 4;

export const FOLDS: ReadonlyMap<string, FoldFactory> = new Map<string, FoldFactory>([
  ['sum', sumFold],
  ['avg', averageFold],
  ['min', (stepCount) => extremeFold(stepCount, (value, least) => value < least)],
  ['max', (stepCount) => extremeFold(stepCount, (value, greatest) => value > greatest)],
  ['count', countFold],
  ['group', groupFold],
  ['stdvar', (stepCount) => varianceFold(stepCount, (variance) => variance)],
  ['stddev', (stepCount) => varianceFold(stepCount, Math.sqrt)],
]);

/** Calls `first` for the first value of a step and `next` for each later one. */
function fold(
  stepCount: number,
  first: (step: number, value: number) => void,
  next: (step: number, value: number) => void,
  finish: () => Float64Array,
): Fold {
  const present = new Uint8Array(stepCount);
  const add = (series: StepSeries): void => {
    for (let step = 0; step < stepCount; step++) {
      if (series.present[step] === 0) continue;
      if (present[step] === 1) {
        next(step, series.values[step]!);
      } else {
        present[step] = 1;
        first(step, series.values[step]!);
      }
    }
  };
  return { present, add, finish };
}

function sumFold(stepCount: number): Fold {
  const sums = new Float64Array(stepCount);
  const compensations = new Float64Array(stepCount);
  const total = new CompensatedSum();
  return fold(
    stepCount,
    (step, value) => {
      sums[step] = value;
    },
    (step, value) => {
      total.reset(sums[step]!, compensations[step]!);
      total.add(value);
      sums[step] = total.sum;
      compensations[step] = total.compensation;
    },
    () => sums.map((sum, step) => sum + compensations[step]!),
  );
}

/** Sum by count; a step whose sum overflows goes over to carrying the mean from value to value. */
function averageFold(stepCount: number): Fold {
  const sums = new Float64Array(stepCount);
  const compensations = new Float64Array(stepCount);
  const counts = new Float64Array(stepCount);
  const carriesMean = new Uint8Array(stepCount);
  const total = new CompensatedSum();
  const first = (step: number, value: number): void => {
    sums[step] = value;
    counts[step] = 1;
  };
  const next = (step: number, value: number): void => {
    const count = ++counts[step]!;
    if (carriesMean[step] === 0) {
      total.reset(sums[step]!, compensations[step]!);
      total.add(value);
      if (Math.abs(total.sum) === Infinity) {
        carriesMean[step] = 1;
        sums[step]! /= count - 1;
        compensations[step]! /= count - 1;
      }
    }
    if (carriesMean[step] === 1) {
      const keep = (count - 1) / count;
      total.reset(keep * sums[step]!, keep * compensations[step]!);
      total.add(value / count);
    }
    sums[step] = total.sum;
    compensations[step] = total.compensation;
  };
  return fold(stepCount, first, next, () =>
    sums.map((sum, step) => {
      if (carriesMean[step] === 1) return sum + compensations[step]!;
      return sum / counts[step]! + compensations[step]! / counts[step]!;
    }),
  );
}

/** A NaN gives way to every number. */
function extremeFold(stepCount: number, wins: (value: number, best: number) => boolean): Fold {
  const best = new Float64Array(stepCount);
  return fold(
    stepCount,
    (step, value) => {
      best[step] = value;
    },
    (step, value) => {
      if (wins(value, best[step]!) || Number.isNaN(best[step])) best[step] = value;
    },
    () => best,
  );
}

function countFold(stepCount: number): Fold {
  const counts = new Float64Array(stepCount);
  const increment = (step: number): void => {
    counts[step]!++;
  };
  return fold(stepCount, increment, increment, () => counts);
}

function groupFold(stepCount: number): Fold {
  const nothing = (): void => {};
  return fold(stepCount, nothing, nothing, () => new Float64Array(stepCount).fill(1));
}

/** Welford's method. */
function varianceFold(stepCount: number, finish: (variance: number) => number): Fold {
  const counts = new Float64Array(stepCount);
  const means = new Float64Array(stepCount);
  const squares = new Float64Array(stepCount);
  return fold(
    stepCount,
    (step, value) => {
      counts[step] = 1;
      means[step] = value;
      squares[step] = Number.isFinite(value) ? 0 : NaN;
    },
    (step, value) => {
      const count = ++counts[step]!;
      const distance = value - means[step]!;
      means[step]! += distance / count;
      squares[step]! += distance * (value - means[step]!);
    },
    () => squares.map((sum, step) => finish(sum / counts[step]!)),
  );
}
