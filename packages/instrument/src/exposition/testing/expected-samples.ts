// What a snapshot's samples are in Prometheus's model, told as plainly as possible: the other side of the comparison with what
// a test's parser reads from a rendered page.

import type { Label } from '../../labels.ts';
import type {
  Exemplar,
  FamilySnapshot,
  HistogramFamilySnapshot,
  SummaryFamilySnapshot,
} from '../../snapshot/snapshot.ts';
import { classicHistogram } from '../classic-buckets.ts';

export interface Sample {
  readonly name: string;
  /** Pairs sorted by name; numbers of `le` and `quantile` as JavaScript writes them. */
  readonly labels: readonly (readonly [name: string, value: string])[];
  readonly value: number;
  readonly exemplar?: Exemplar;
}

/** In the order of the text format; `exemplars` only where the format has them. */
export function expectedSamples(family: FamilySnapshot): Sample[] {
  switch (family.type) {
    case 'histogram':
      return histogramSamples(family);
    case 'exponential':
      return histogramSamples(classicHistogram(family));
    case 'summary':
      return summarySamples(family);
    default:
      return family.points.map(({ labels, value, exemplar }) => ({
        name: family.name,
        labels: pairs(labels),
        value,
        ...(exemplar === undefined ? {} : { exemplar }),
      }));
  }
}

function histogramSamples({ name, bounds, points }: HistogramFamilySnapshot): Sample[] {
  return points.flatMap(({ labels, counts, sum, exemplars }) => [
    ...counts.map((_, i) => ({
      name: `${name}_bucket`,
      labels: pairs(labels, ['le', i < bounds.length ? String(bounds[i]) : 'Infinity']),
      value: total(counts.slice(0, i + 1)),
      ...(exemplars?.[i] === undefined ? {} : { exemplar: exemplars[i] }),
    })),
    { name: `${name}_sum`, labels: pairs(labels), value: sum },
    { name: `${name}_count`, labels: pairs(labels), value: total(counts) },
  ]);
}

function summarySamples({ name, points }: SummaryFamilySnapshot): Sample[] {
  return points.flatMap(({ labels, quantiles, sum, count }) => [
    ...quantiles.map(({ quantile, value }) => ({
      name,
      labels: pairs(labels, ['quantile', String(quantile)]),
      value,
    })),
    { name: `${name}_sum`, labels: pairs(labels), value: sum },
    { name: `${name}_count`, labels: pairs(labels), value: count },
  ]);
}

function pairs(labels: readonly Label[], additional?: readonly [string, string]): Sample['labels'] {
  const all = labels.map(({ name, value }) => [name, value] as const);
  if (additional !== undefined) all.push(additional);
  return all.sort(([a], [b]) => (a < b ? -1 : 1));
}

function total(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
