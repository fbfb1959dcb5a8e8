// Other buckets for what a histogram has counted, and quantiles of it.

import type { Exemplar, HistogramPoint } from '../snapshot/snapshot.ts';

/**
 * The same observations in other buckets. Where every bound is one of the old ones, the counts are exact; elsewhere a bucket
 * goes where its upper bound goes.
 * @param from upper bounds, ascending
 * @param to upper bounds, ascending
 */
export function rebucket(point: HistogramPoint, from: readonly number[], to: readonly number[]): HistogramPoint {
  if (from.length === to.length && from.every((bound, i) => bound === to[i])) return point;
  const places = [...from.map((bound) => placeOf(bound, to)), to.length];
  const counts = Array.from({ length: to.length + 1 }, () => 0);
  const exemplars: (Exemplar | undefined)[] = Array.from({ length: to.length + 1 });
  for (const [i, place] of places.entries()) {
    counts[place]! += point.counts[i] ?? 0;
    exemplars[place] = later(exemplars[place], point.exemplars?.[i]);
  }
  return { ...point, counts, ...(point.exemplars === undefined ? {} : { exemplars }) };
}

/**
 * A quantile as Prometheus estimates it: evenly spread within a bucket, the highest finite bound for what is above it.
 * Undefined without observations.
 * @param quantile from 0 to 1
 * @param counts of each bucket alone, one more than there are bounds
 */
export function quantileOf(quantile: number, bounds: readonly number[], counts: readonly number[]): number | undefined {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total <= 0 || bounds.length === 0) return undefined;
  const rank = quantile * total;
  let below = 0;
  for (const [i, end] of bounds.entries()) {
    const count = counts[i] ?? 0;
    if (count > 0 && below + count >= rank) {
      if (i === 0 && end <= 0) return end;
      const start = i === 0 ? 0 : (bounds[i - 1] ?? 0);
      return start + ((end - start) * (rank - below)) / count;
    }
    below += count;
  }
  return bounds.at(-1);
}

function placeOf(bound: number, bounds: readonly number[]): number {
  const place = bounds.findIndex((other) => other >= bound);
  return place === -1 ? bounds.length : place;
}

function later(a: Exemplar | undefined, b: Exemplar | undefined): Exemplar | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return b.timestampMs >= a.timestampMs ? b : a;
}
