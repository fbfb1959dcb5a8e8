// A frame: the answer of a range query as columns over one regular grid of times, which is what a chart draws and what
// news is merged into. Invariant: every series has one value a grid time; where the server gave none, or none that can
// be drawn, it is null, so that a gap stays a gap.

import type { RangeSeries } from '../api/prometheus.ts';

export interface FrameSeries {
  /** Equal for equal labels. */
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly values: readonly (number | null)[];
}

export interface Frame {
  /** Unix seconds, ascending; all on the grid of the step, except a head (`withHead`) at the end. */
  readonly timesS: readonly number[];
  readonly stepS: number;
  readonly series: readonly FrameSeries[];
}

/** The frame of [startS, endS], both on the grid. */
export function frameOf(answer: readonly RangeSeries[], startS: number, endS: number, stepS: number): Frame {
  const length = Math.floor((endS - startS) / stepS + 1e-6) + 1;
  const timesS = Array.from({ length }, (_, index) => startS + index * stepS);
  const series = answer.map(({ labels, points }) => {
    const values = unknown(length);
    for (const [timeS, value] of points) {
      const index = Math.round((timeS - startS) / stepS);
      if (index >= 0 && index < length && Number.isFinite(value)) values[index] = value;
    }
    return { key: keyOf(labels), labels, values };
  });
  return { timesS, stepS, series };
}

/**
 * The older frame with the newer one laid over it from the newer one's first time on, cut to times from `fromS`. A series
 * that has no value left is dropped. Both frames lie on the same grid.
 */
export function mergeFrames(older: Frame, newer: Frame, fromS: number): Frame {
  const seamS = newer.timesS[0] ?? Number.POSITIVE_INFINITY;
  const keepFrom = firstAtLeast(older.timesS, fromS);
  const keepTo = Math.max(keepFrom, firstAtLeast(older.timesS, seamS));
  const skip = firstAtLeast(newer.timesS, fromS);
  const bridge = keepTo > keepFrom ? timesBetween(older.timesS[keepTo - 1], newer.timesS[skip], newer.stepS) : [];
  const timesS = [...older.timesS.slice(keepFrom, keepTo), ...bridge, ...newer.timesS.slice(skip)];
  const keptLength = keepTo - keepFrom;
  const newerByKey = new Map(newer.series.map((series) => [series.key, series]));
  const merged: FrameSeries[] = [];
  for (const series of older.series) {
    const next = newerByKey.get(series.key);
    newerByKey.delete(series.key);
    merged.push(joined(series, series.values.slice(keepFrom, keepTo), next?.values.slice(skip), timesS.length));
  }
  for (const series of newerByKey.values()) {
    const missing = unknown(keptLength);
    merged.push(joined(series, missing, series.values.slice(skip), timesS.length));
  }
  return {
    timesS,
    stepS: newer.stepS,
    series: merged.filter((series) => series.values.some((value) => value !== null)),
  };
}

/** The frame with one more time, later than its grid, at which only the given values (by key) are known. */
export function withHead(frame: Frame, timeS: number, values: ReadonlyMap<string, number>): Frame {
  const lastS = frame.timesS.at(-1);
  if (lastS !== undefined && timeS <= lastS) return frame;
  return {
    ...frame,
    timesS: [...frame.timesS, timeS],
    series: frame.series.map((series) => {
      const value = values.get(series.key);
      return { ...series, values: [...series.values, value !== undefined && Number.isFinite(value) ? value : null] };
    }),
  };
}

/** The frame without the times before `fromS`. */
export function cutBefore(frame: Frame, fromS: number): Frame {
  const from = firstAtLeast(frame.timesS, fromS);
  if (from === 0) return frame;
  const series = frame.series.map((one) => ({ ...one, values: one.values.slice(from) }));
  return { ...frame, timesS: frame.timesS.slice(from), series };
}

/** The last value that is not null, with its time. */
export function lastValue(
  frame: Frame,
  series: FrameSeries,
): { readonly timeS: number; readonly value: number } | undefined {
  for (let index = series.values.length - 1; index >= 0; index--) {
    const value = series.values[index];
    const timeS = frame.timesS[index];
    if (value !== null && value !== undefined && timeS !== undefined) return { timeS, value };
  }
  return undefined;
}

/** A string that is equal exactly when the labels are. */
export function keyOf(labels: Readonly<Record<string, string>>): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function joined(
  series: FrameSeries,
  head: readonly (number | null)[],
  tail: readonly (number | null)[] | undefined,
  length: number,
): FrameSeries {
  const tailLength = tail?.length ?? 0;
  const middle = unknown(Math.max(0, length - head.length - tailLength));
  return { key: series.key, labels: series.labels, values: [...head, ...middle, ...(tail ?? [])] };
}

/** Grid times after one frame's end and before the next one's start: a time of which nothing is known, hence a gap. */
function timesBetween(afterS: number | undefined, beforeS: number | undefined, stepS: number): number[] {
  if (afterS === undefined || beforeS === undefined) return [];
  const count = Math.round((beforeS - afterS) / stepS) - 1;
  return Array.from({ length: Math.max(0, count) }, (_, index) => afterS + (index + 1) * stepS);
}

function unknown(length: number): (number | null)[] {
  return Array.from({ length }, () => null);
}

function firstAtLeast(timesS: readonly number[], boundS: number): number {
  const index = timesS.findIndex((timeS) => timeS >= boundS);
  return index === -1 ? timesS.length : index;
}
