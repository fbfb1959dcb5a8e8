// That some work does not make more series than it may: what keeps a server from being flooded by one label.

import { classicBuckets } from '../exposition/classic-buckets.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';
import { MetricsAssertionError } from './failures.ts';
import type { SnapshotHolder } from './metrics-probe.ts';

const MAX_LISTED = 5;

/** Series as a server stores them: of a histogram each bucket, the sum and the count. */
export function seriesIn(snapshot: Snapshot): number {
  return snapshot.families.reduce((sum, family) => sum + seriesOfFamily(family), 0);
}

/**
 * Does the work and fails when more than `maxSeries` are shown afterwards (those from before and `overflow` included); the
 * message names the largest metrics. Answers with their number, as a promise when the work is asynchronous.
 * @throws {MetricsAssertionError}
 */
export function assertBoundedSeries(
  source: SnapshotHolder,
  work: () => Promise<unknown>,
  limit: { readonly maxSeries: number },
): Promise<number>;
export function assertBoundedSeries(
  source: SnapshotHolder,
  work: () => unknown,
  limit: { readonly maxSeries: number },
): number;
export function assertBoundedSeries(
  source: SnapshotHolder,
  work: () => unknown,
  { maxSeries }: { readonly maxSeries: number },
): number | Promise<number> {
  const done = work();
  return done instanceof Promise ? done.then(() => check(source, maxSeries)) : check(source, maxSeries);
}

function check(source: SnapshotHolder, maxSeries: number): number {
  const snapshot = source.snapshot();
  const seriesCount = seriesIn(snapshot);
  if (seriesCount <= maxSeries) return seriesCount;
  const largest = snapshot.families
    .map((family) => ({ name: family.name, count: seriesOfFamily(family) }))
    .sort((a, b) => b.count - a.count)
    .slice(0, MAX_LISTED)
    .map(({ name, count }) => `${name} has ${count}`);
  throw new MetricsAssertionError(`There are ${seriesCount} series, of at most ${maxSeries}`, largest);
}

function seriesOfFamily(family: FamilySnapshot): number {
  switch (family.type) {
    case 'histogram':
      return family.points.length * (family.bounds.length + 3);
    case 'exponential':
      return family.points.reduce((sum, point) => sum + classicBuckets(point).bounds.length + 3, 0);
    case 'summary':
      return family.points.reduce((sum, point) => sum + point.quantiles.length + 2, 0);
    default:
      return family.points.length;
  }
}
