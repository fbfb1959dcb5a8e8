// Where the values of a window are going: least squares and double exponential smoothing. The order of the floating-point
// operations is part of the meaning. https://prometheus.io/docs/prometheus/latest/querying/functions/#deriv

import { QueryError } from '../../interface.ts';
import { CompensatedSum } from '../floats.ts';
import { timeAt } from '../series.ts';
import type { Columns, MixedWindowFunction, WindowFunction } from './window-function.ts';
import { informOfIgnoredHistograms } from './window-notes.ts';
import { eachWindow } from './windows.ts';

/** The slope of the line through the values, a second. */
export const deriv: WindowFunction = (columns, _parameters, windows) => {
  const line = new FittedLine(columns);
  return eachWindow(windows, (from, to) => {
    line.fit(from, to, columns.timestampsMs[from]!);
    return line.slope;
  });
};

/** Where that line is, so many seconds after the step. */
export const predictLinear: WindowFunction = (columns, { scalars, grid }, windows) => {
  const line = new FittedLine(columns);
  return eachWindow(windows, (from, to, step) => {
    line.fit(from, to, timeAt(grid, step));
    return line.slope * scalars[0]![step]! + line.intercept;
  });
};

class FittedLine {
  slope = 0;
  /** The value at the origin. */
  intercept = 0;
  readonly #columns: Columns;
  readonly #x = new CompensatedSum();
  readonly #y = new CompensatedSum();
  readonly #xy = new CompensatedSum();
  readonly #xx = new CompensatedSum();

  constructor(columns: Columns) {
    this.#columns = columns;
  }

  /** Times count from the origin. */
  fit(from: number, to: number, originMs: number): void {
    const { timestampsMs, values } = this.#columns;
    this.#x.reset(0, 0);
    this.#y.reset(0, 0);
    this.#xy.reset(0, 0);
    this.#xx.reset(0, 0);
    const first = values[from]!;
    let isConstant = true;
    for (let index = from; index < to; index++) {
      const value = values[index]!;
      if (index > from && value !== first) isConstant = false;
      const x = (timestampsMs[index]! - originMs) / 1000;
      this.#x.add(x);
      this.#y.add(value);
      this.#xy.add(x * value);
      this.#xx.add(x * x);
    }
    if (isConstant) {
      const isInfinite = Math.abs(first) === Infinity;
      this.slope = isInfinite ? NaN : 0;
      this.intercept = isInfinite ? NaN : first;
      return;
    }
    const count = to - from;
    const x = this.#x.sum + this.#x.compensation;
    const y = this.#y.sum + this.#y.compensation;
    const covariance = this.#xy.sum + this.#xy.compensation - (x * y) / count;
    const variance = this.#xx.sum + this.#xx.compensation - (x * x) / count;
    this.slope = covariance / variance;
    this.intercept = y / count - (this.slope * x) / count;
  }
}

/** A mean that leans on the newest values and on their trend. The scalars: how much, each between 0 and 1. */
export const doubleExponentialSmoothing: MixedWindowFunction = ({ values }, parameters) => {
  const [smoothings, trends] = parameters.scalars;
  return ({ from, to, histogramFrom, histogramTo, step }) => {
    const smoothing = checkedFactor('smoothing', 'sf', smoothings![step]!);
    const trendFactor = checkedFactor('trend', 'tf', trends![step]!);
    if (to > from && histogramTo > histogramFrom) informOfIgnoredHistograms(parameters);
    if (to - from < 2) return undefined;
    let before = 0;
    let smoothed = values[from]!;
    let trend = values[from + 1]! - values[from]!;
    for (let index = from + 1; index < to; index++) {
      if (index > from + 1) trend = trendFactor * (smoothed - before) + (1 - trendFactor) * trend;
      const next = smoothing * values[index]! + (1 - smoothing) * (smoothed + trend);
      before = smoothed;
      smoothed = next;
    }
    return smoothed;
  };
};

function checkedFactor(name: string, symbol: string, factor: number): number {
  if (!(factor <= 0 || factor >= 1)) return factor;
  const text = Number.isFinite(factor) ? factor.toFixed(6) : factor > 0 ? '+Inf' : '-Inf';
  throw new QueryError('execution', `invalid ${name} factor. Expected: 0 < ${symbol} < 1, got: ${text}`);
}
