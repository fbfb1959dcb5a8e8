// Compares what metrics show with what they must show. Counters, gauges, counts and buckets must be exact; sums are within
// 1e-9 of the true one, because doubles are added in another order; quantiles of an exponential histogram are in its buckets.

import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { droppedNotes, isNear } from './assert-metrics-recorded.ts';
import { MetricsAssertionError } from './failures.ts';
import type { ExpectedObservations, GroundTruth } from './ground-truth.ts';
import { amountAt, type SnapshotHolder, totalIn } from './metrics-probe.ts';
import { added, exponentialCount, exponentialQuantile } from './observed-histogram.ts';
import { labelsAsObject, type SeriesLabels, seriesText } from './series-text.ts';

/** One difference between what metrics show and what they must show. */
export interface Deviation {
  readonly name: string;
  readonly labels: SeriesLabels;
  /** What differs: `value`, `count`, `sum`, `bucket le="0.5"`, `quantile 0.99`, `total`. */
  readonly what: string;
  /** Undefined for absent. */
  readonly expected: number | undefined;
  readonly actual: number | undefined;
}

const QUANTILES = [0, 0.5, 0.9, 0.99, 1] as const;

/**
 * Fails with every series that is not what the truth says, and with every counter and histogram covered by it that moved
 * without being part of it.
 * @throws {MetricsAssertionError}
 */
export function assertAccurate(source: SnapshotHolder, truth: GroundTruth): void {
  const deviations = deviationsOf(source.snapshot(), truth);
  if (deviations.length === 0) return;
  throw new MetricsAssertionError(
    'Metrics are not what was recorded',
    deviations.map(deviationText),
    droppedNotes(source),
  );
}

export function deviationText({ name, labels, what, expected, actual }: Deviation): string {
  return `${seriesText(name, labels)}: ${what} is ${actual ?? 'absent'}, expected ${expected ?? 'absent'}`;
}

/** Everything in which a snapshot differs from the truth; empty when it is accurate. */
export function deviationsOf(snapshot: Snapshot, truth: GroundTruth): readonly Deviation[] {
  const families = new Map(snapshot.families.map((family) => [family.name, indexed(family)]));
  const deviations: Deviation[] = [];
  for (const { definition, labels, expected } of truth.series()) {
    const { name } = definition;
    const found = families.get(name);
    const index = found?.indexes.get(seriesText('', labels)) ?? -1;
    if (typeof expected === 'object') {
      deviations.push(...observationDeviations({ name, labels }, expected, { family: found?.family, index }));
      continue;
    }
    const actual = found === undefined || index === -1 ? undefined : amountAt(found.family, index);
    if (actual !== expected) deviations.push({ name, labels, what: 'value', expected, actual });
  }
  for (const { definition, expected } of truth.totals()) {
    const actual = totalIn(snapshot, definition.name, {});
    if (actual !== expected) deviations.push({ name: definition.name, labels: {}, what: 'total', expected, actual });
  }
  for (const family of snapshot.families) deviations.push(...unexpectedIn(family, truth));
  return deviations;
}

function indexed(family: FamilySnapshot) {
  return {
    family,
    indexes: new Map(family.points.map(({ labels }, i) => [seriesText('', labelsAsObject(labels)), i])),
  };
}

type SeriesName = Pick<Deviation, 'name' | 'labels'>;

/** Where a series is; the index is -1 when it is absent. */
interface Place {
  readonly family: FamilySnapshot | undefined;
  readonly index: number;
}

function observationDeviations(
  series: SeriesName,
  expected: ExpectedObservations,
  { family, index }: Place,
): Deviation[] {
  const deviations: Deviation[] = [];
  const compare = (what: string, wanted: number, actual: number | undefined, isEqual = actual === wanted) => {
    if (!isEqual) deviations.push({ ...series, what, expected: wanted, actual });
  };
  if (family?.type === 'exponential') {
    const point = family.points[index];
    compare('count', expected.count, point === undefined ? undefined : exponentialCount(point));
    compare('sum', expected.sum, point?.sum, isNear(point?.sum, expected.sum));
    for (const quantile of point === undefined ? [] : QUANTILES) {
      const wanted = expected.values[Math.max(1, Math.ceil(quantile * expected.count)) - 1] ?? Number.NaN;
      const range = exponentialQuantile(point!, quantile);
      const isWithin = range !== undefined && wanted >= range.lower && wanted <= range.upper;
      compare(`quantile ${quantile}`, wanted, range?.upper, isWithin);
    }
    return deviations;
  }
  const histogram = family?.type === 'histogram' ? family : undefined;
  const point = histogram?.points[index];
  compare('count', expected.count, point === undefined ? undefined : added(point.counts));
  compare('sum', expected.sum, point?.sum, isNear(point?.sum, expected.sum));
  for (const [i, count] of expected.counts.entries()) {
    compare(`bucket le="${histogram?.bounds[i] ?? '+Inf'}"`, count, point?.counts[i]);
  }
  return deviations;
}

/** Of gauges, only where something is known of the metric: many of them are computed. */
function unexpectedIn(family: FamilySnapshot, truth: GroundTruth): Deviation[] {
  const { name, type } = family;
  const isTotal = type === 'counter' || type === 'histogram' || type === 'exponential';
  if (!(isTotal ? truth.covers(name) : truth.knowsMetric(name))) return [];
  return family.points.flatMap((point, i) => {
    const labels = labelsAsObject(point.labels);
    const actual = amountAt(family, i);
    if ((isTotal && actual === 0) || truth.knows(name, labels)) return [];
    const what = type === 'histogram' || type === 'exponential' ? 'count' : 'value';
    return [{ name, labels, what, expected: isTotal ? 0 : undefined, actual }];
  });
}
