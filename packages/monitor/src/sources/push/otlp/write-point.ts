// A data point into the batch: the samples, the histogram and the exemplars of its series, as Prometheus makes them.

import type { Exemplar } from '../../../model/batch.ts';
import type { PushBatch, PushSeries } from '../push-batch.ts';
import type { DataPoint } from './data-point.ts';
import { decimalText } from './decimal.ts';
import type { KnownPoint } from './known-point.ts';
import { customBoundsHistogram, exponentialHistogram } from './native-histogram.ts';

/** The series of a histogram's buckets or a summary's quantiles, in their order; of a histogram `+Inf` last. */
export type Layout = readonly PushSeries[];

/** A number of a gauge or a sum. */
export function writeNumber(
  batch: PushBatch,
  known: KnownPoint,
  point: DataPoint,
  exemplars: readonly Exemplar[],
): void {
  const series = batch.known(known.own);
  const timeMs = point.time.toMs();
  if (point.hasNoValue) {
    batch.stale(series, timeMs);
    return;
  }
  batch.sample(series, timeMs, point.value);
  for (const exemplar of exemplars) batch.exemplar(series, exemplar);
}

/** One series a bound that has a count, and one for all. */
export function histogramLayout(known: KnownPoint, point: DataPoint): Layout {
  const layout: PushSeries[] = [];
  for (let at = 0; at < boundsWithCounts(point); at++) {
    layout.push(known.related('_bucket', 'le', decimalText(point.bounds.at(at))));
  }
  layout.push(known.related('_bucket', 'le', '+Inf'));
  return layout;
}

/** An explicit histogram as `_bucket`, `_sum` and `_count`. Exemplars go to the bucket that they were counted in. */
export function writeHistogram(
  batch: PushBatch,
  known: KnownPoint,
  point: DataPoint,
  layout: Layout,
  exemplars: readonly Exemplar[],
): void {
  const timeMs = point.time.toMs();
  if (point.hasSum) write(batch, known.sum, timeMs, point.sum, point.hasNoValue);
  write(batch, known.count, timeMs, point.count, point.hasNoValue);
  let cumulative = 0;
  let nextExemplar = 0;
  for (let at = 0; at < layout.length; at++) {
    const isLast = at === layout.length - 1;
    const bound = isLast ? Infinity : point.bounds.at(at);
    cumulative = isLast ? point.count : cumulative + point.counts.at(at);
    // A bound that is infinite says the same as the last bucket, which says it better.
    if (!isLast && bound === Infinity) continue;
    const series = write(batch, layout[at]!, timeMs, cumulative, point.hasNoValue);
    for (; nextExemplar < exemplars.length; nextExemplar++) {
      const exemplar = exemplars[nextExemplar]!;
      if (!isLast && exemplar.value > bound) break;
      if (!point.hasNoValue) batch.exemplar(series, exemplar);
    }
  }
}

/** An explicit histogram as a native one with custom bounds. False when it contradicts itself. */
export function writeCustomBoundsHistogram(
  batch: PushBatch,
  known: KnownPoint,
  point: DataPoint,
  exemplars: readonly Exemplar[],
): boolean {
  return writeNative(batch, known, point, customBoundsHistogram, exemplars);
}

/** False when it contradicts itself. */
export function writeExponentialHistogram(
  batch: PushBatch,
  known: KnownPoint,
  point: DataPoint,
  exemplars: readonly Exemplar[],
): boolean {
  return writeNative(batch, known, point, exponentialHistogram, exemplars);
}

export function summaryLayout(known: KnownPoint, point: DataPoint): Layout {
  return Array.from(point.quantiles.view(), (quantile) => known.related('', 'quantile', decimalText(quantile)));
}

export function writeSummary(batch: PushBatch, known: KnownPoint, point: DataPoint, layout: Layout): void {
  const timeMs = point.time.toMs();
  write(batch, known.sum, timeMs, point.sum, point.hasNoValue);
  write(batch, known.count, timeMs, point.count, point.hasNoValue);
  for (let at = 0; at < layout.length; at++) {
    write(batch, layout[at]!, timeMs, point.quantileValues.at(at), point.hasNoValue);
  }
}

function boundsWithCounts(point: DataPoint): number {
  return Math.min(point.bounds.length, point.counts.length);
}

function write(batch: PushBatch, kept: PushSeries, timeMs: number, value: number, isStale: boolean): number {
  const series = batch.known(kept);
  if (isStale) batch.stale(series, timeMs);
  else batch.sample(series, timeMs, value);
  return series;
}

function writeNative(
  batch: PushBatch,
  known: KnownPoint,
  point: DataPoint,
  histogramOf: typeof exponentialHistogram,
  exemplars: readonly Exemplar[],
): boolean {
  const series = batch.known(known.own);
  const timeMs = point.time.toMs();
  if (point.hasNoValue) {
    batch.staleHistogram(series, timeMs);
    return true;
  }
  if (!batch.histogram(series, timeMs, histogramOf(point))) return false;
  for (const exemplar of exemplars) batch.exemplar(series, exemplar);
  return true;
}
