// Cuts a snapshot into parts that fit in one request each. A point is never cut: a histogram whose series alone are more than
// a request may hold gets one for itself.

import { classicHistogram } from '../exposition/classic-buckets.ts';
import type { FamilySnapshot, Snapshot } from '../snapshot/snapshot.ts';

type Point = FamilySnapshot['points'][number];

/** Samples as Prometheus counts them: a classic histogram's buckets, sum and count are one each, a native one is one. */
export function sampleCount(snapshot: Snapshot): number {
  let count = 0;
  for (const family of snapshot.families) {
    for (const point of family.points) count += samplesOf(point);
  }
  return count;
}

/** Parts in the order of the snapshot, none empty: without points there are none. */
export function* snapshotBatches(snapshot: Snapshot, maxSamples: number): Generator<Snapshot> {
  let families: FamilySnapshot[] = [];
  let room = maxSamples;
  for (const family of snapshot.families) {
    let start = 0;
    const points: readonly Point[] = family.points;
    for (let i = 0; i < points.length; i++) {
      const samples = samplesOf(points[i]!);
      if (samples > room && room < maxSamples) {
        if (i > start) families.push(withPoints(family, start, i));
        yield { ...snapshot, families };
        families = [];
        room = maxSamples;
        start = i;
      }
      room -= samples;
    }
    if (points.length > start) families.push(start === 0 ? family : withPoints(family, start, points.length));
  }
  if (families.length > 0) yield { ...snapshot, families };
}

/** The snapshot with classic histograms in place of the exponential ones, for receivers that know no others. */
export function withClassicHistograms(snapshot: Snapshot): Snapshot {
  const families = snapshot.families.map((family) =>
    family.type === 'exponential' ? classicHistogram(family) : family,
  );
  return { ...snapshot, families };
}

function withPoints(family: FamilySnapshot, start: number, end: number): FamilySnapshot {
  // The points of a family are of its own kind, which the compiler cannot tell of a union.
  return { ...family, points: family.points.slice(start, end) } as FamilySnapshot;
}

function samplesOf(point: Point): number {
  if ('counts' in point) return point.counts.length + 2;
  if ('quantiles' in point) return point.quantiles.length + 2;
  return 1;
}
