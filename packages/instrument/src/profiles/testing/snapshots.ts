// Short ways to write down a snapshot and to look into one.

import type { Label } from '../../labels.ts';
import type { FamilySnapshot, HistogramPoint, ScalarFamilySnapshot, Snapshot } from '../../snapshot/snapshot.ts';

type Labels = Readonly<Record<string, string>>;

export function at(seconds: number, ...families: readonly FamilySnapshot[]): Snapshot {
  return { takenAtMs: seconds * 1000, families };
}

export function scalars(
  type: ScalarFamilySnapshot['type'],
  name: string,
  ...points: readonly (readonly [labels: Labels, value: number])[]
): FamilySnapshot {
  return {
    type,
    name,
    help: 'Something.',
    unit: '',
    points: points.map(([labels, value]) => ({ labels: labelsOf(labels), value })),
  };
}

export function histogram(
  name: string,
  bounds: readonly number[],
  ...points: readonly (readonly [labels: Labels, sum: number, counts: readonly number[]])[]
): FamilySnapshot {
  return {
    type: 'histogram',
    name,
    help: 'Something.',
    unit: 'seconds',
    bounds,
    points: points.map(([labels, sum, counts]): HistogramPoint => ({ labels: labelsOf(labels), sum, counts })),
  };
}

/** The values of a family of scalars by their labels as text; undefined where there is no such family. */
export function valuesOf(snapshot: Snapshot, name: string): Readonly<Record<string, number>> | undefined {
  const family = familyOf(snapshot, name);
  if (family === undefined) return undefined;
  return Object.fromEntries(
    family.points.map((point) => {
      const labels = point.labels.map((label) => `${label.name}=${label.value}`).join();
      return [labels, 'value' in point ? point.value : Number.NaN];
    }),
  );
}

export function familyOf(snapshot: Snapshot, name: string): FamilySnapshot | undefined {
  return snapshot.families.find((family) => family.name === name);
}

function labelsOf(labels: Labels): readonly Label[] {
  return Object.keys(labels)
    .sort()
    .map((name) => ({ name, value: labels[name] ?? '' }));
}
