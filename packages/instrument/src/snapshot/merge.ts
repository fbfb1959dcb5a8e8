// Families of several threads, processes or libraries as one list: what counts is added up, gauges follow their mode. Where
// two disagree about what a metric is, the first one is right and the other one is named as a conflict.

import { mergeExponential } from '../exponential/merge.ts';
import type { Label } from '../labels.ts';
import type {
  Exemplar,
  ExponentialPoint,
  FamilySnapshot,
  HistogramPoint,
  MergeMode,
  ScalarPoint,
  SummaryPoint,
} from './snapshot.ts';

export interface Merged {
  /** By name. */
  readonly families: readonly FamilySnapshot[];
  /** Names of metrics that were left out of a later list. */
  readonly conflicts: readonly string[];
}

/** Lists earlier in `lists` have the say about what a metric is, and about whose samples have a name. */
export function mergeFamilies(lists: readonly (readonly FamilySnapshot[])[]): Merged {
  const byName = new Map<string, FamilySnapshot[]>();
  const sampleNames = new Set<string>();
  const conflicts: string[] = [];
  for (const family of lists.flat()) {
    const known = byName.get(family.name);
    if (known === undefined) {
      const names = sampleNamesOf(family);
      if (names.some((name) => sampleNames.has(name))) {
        conflicts.push(family.name);
        continue;
      }
      for (const name of names) sampleNames.add(name);
      byName.set(family.name, [family]);
    } else if (isSameKind(known[0]!, family)) {
      known.push(family);
    } else {
      conflicts.push(family.name);
    }
  }
  const families = Array.from(byName.values(), mergeSame);
  return { families: families.sort((a, b) => (a.name < b.name ? -1 : 1)), conflicts };
}

/** What its samples are called in the text format. */
function sampleNamesOf({ name, type }: FamilySnapshot): readonly string[] {
  if (type === 'histogram' || type === 'exponential') return [name, `${name}_bucket`, `${name}_sum`, `${name}_count`];
  return type === 'summary' ? [name, `${name}_sum`, `${name}_count`] : [name];
}

function isSameKind(a: FamilySnapshot, b: FamilySnapshot): boolean {
  if (a.type !== b.type) return false;
  if (a.type !== 'histogram' || b.type !== 'histogram') return true;
  return a.bounds.length === b.bounds.length && a.bounds.every((bound, i) => bound === b.bounds[i]);
}

function mergeSame(families: readonly FamilySnapshot[]): FamilySnapshot {
  const [first] = families;
  if (first === undefined) throw new Error('There is nothing to merge.');
  if (families.length === 1) return first;
  switch (first.type) {
    case 'histogram':
      return { ...first, points: mergePoints(pointsOf<HistogramPoint>(families), addHistograms) };
    case 'exponential':
      return { ...first, points: mergePoints(pointsOf<ExponentialPoint>(families), addExponentials) };
    case 'summary':
      // Quantiles cannot be merged: the first one's stay.
      return { ...first, points: mergePoints(pointsOf<SummaryPoint>(families), ([point]) => point!) };
    case 'counter':
      return { ...first, points: mergePoints(pointsOf<ScalarPoint>(families), addScalars) };
    default: {
      const isGauge = first.type === 'gauge' || first.type === 'stateset';
      const mode = isGauge ? (first.merge ?? 'last') : 'max';
      return { ...first, points: mergePoints(pointsOf<ScalarPoint>(families), (points) => mergeGauges(points, mode)) };
    }
  }
}

/** All are of the type of the first, which the caller has looked at. */
function pointsOf<P>(families: readonly FamilySnapshot[]): P[] {
  return families.flatMap((family) => family.points as readonly unknown[] as readonly P[]);
}

function mergePoints<P extends { readonly labels: readonly Label[] }>(
  points: readonly P[],
  merge: (points: readonly P[]) => P,
): P[] {
  const byLabels = new Map<string, P[]>();
  for (const point of points) {
    const key = labelKey(point.labels);
    const same = byLabels.get(key);
    if (same === undefined) byLabels.set(key, [point]);
    else same.push(point);
  }
  return Array.from(byLabels.values(), (same) => (same.length === 1 ? same[0]! : merge(same)));
}

/** The same for the same labels, and for no others: values are of bounded length, so none can imitate a separator. */
export function labelKey(labels: readonly Label[]): string {
  let key = '';
  for (const { name, value } of labels) key += `${name}=${value.length}:${value},`;
  return key;
}

function addScalars(points: readonly ScalarPoint[]): ScalarPoint {
  const exemplar = latest(points.map((point) => point.exemplar));
  return {
    labels: points[0]!.labels,
    value: points.reduce((sum, point) => sum + point.value, 0),
    ...earliest(points),
    ...(exemplar === undefined ? {} : { exemplar }),
  };
}

function mergeGauges(points: readonly ScalarPoint[], mode: MergeMode): ScalarPoint {
  const values = points.map((point) => point.value);
  const { labels } = points[0]!;
  switch (mode) {
    case 'sum':
      return { labels, value: values.reduce((sum, value) => sum + value, 0) };
    case 'max':
      return { labels, value: Math.max(...values) };
    case 'min':
      return { labels, value: Math.min(...values) };
    case 'last':
      return points.reduce((last, point) => ((point.stamp ?? 0) > (last.stamp ?? 0) ? point : last));
  }
}

function addHistograms(points: readonly HistogramPoint[]): HistogramPoint {
  const counts = points[0]!.counts.map((_, i) => points.reduce((sum, point) => sum + (point.counts[i] ?? 0), 0));
  const exemplars = counts.map((_, i) => latest(points.map((point) => point.exemplars?.[i])));
  return {
    labels: points[0]!.labels,
    counts,
    sum: points.reduce((sum, point) => sum + point.sum, 0),
    ...earliest(points),
    ...(exemplars.every((exemplar) => exemplar === undefined) ? {} : { exemplars }),
  };
}

function addExponentials(points: readonly ExponentialPoint[]): ExponentialPoint {
  const exemplars = points.flatMap((point) => point.exemplars ?? []);
  return {
    labels: points[0]!.labels,
    ...mergeExponential(points),
    ...earliest(points),
    ...(exemplars.length === 0 ? {} : { exemplars }),
  };
}

function latest(exemplars: readonly (Exemplar | undefined)[]): Exemplar | undefined {
  let newest: Exemplar | undefined;
  for (const exemplar of exemplars) {
    if (exemplar !== undefined && (newest === undefined || exemplar.timestampMs > newest.timestampMs))
      newest = exemplar;
  }
  return newest;
}

function earliest(points: readonly { readonly createdMs?: number }[]): { createdMs?: number } {
  const times = points.flatMap(({ createdMs }) => (createdMs === undefined ? [] : [createdMs]));
  return times.length === 0 ? {} : { createdMs: Math.min(...times) };
}
