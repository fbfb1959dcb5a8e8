// The metrics that a request names by `name[]`, as other exporters take it: by the metric's name, by that of one of its
// samples, or by its name in OpenMetrics. A metric is shown whole.

import type { FamilySnapshot, Snapshot, SnapshotType } from '../snapshot/snapshot.ts';

const OBSERVED_SUFFIXES = ['', '_bucket', '_sum', '_count'];

const SUFFIXES: Readonly<Record<SnapshotType, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  info: [''],
  stateset: [''],
  unknown: [''],
  histogram: OBSERVED_SUFFIXES,
  exponential: OBSERVED_SUFFIXES,
  summary: ['', '_sum', '_count'],
};

export function selectFamilies({ takenAtMs, families }: Snapshot, names: readonly string[]): Snapshot {
  const wanted = new Set(names);
  return { takenAtMs, families: families.filter((family) => isNamed(family, wanted)) };
}

function isNamed({ name, type }: FamilySnapshot, wanted: ReadonlySet<string>): boolean {
  if (SUFFIXES[type].some((suffix) => wanted.has(name + suffix))) return true;
  if (type === 'counter') return name.endsWith('_total') && wanted.has(name.slice(0, -'_total'.length));
  return type === 'info' && name.endsWith('_info') && wanted.has(name.slice(0, -'_info'.length));
}
