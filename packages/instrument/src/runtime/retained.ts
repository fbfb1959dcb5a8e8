// What stays of a part of the program that has ended (a thread, a process): what it counted, and gauges that say what was
// last known. A gauge that adds up, or is the greatest, of those that are alive ends with it.

import type { Label } from '../labels.ts';
import { OVERFLOW_VALUE } from '../series/series-table.ts';
import { mergeFamilies } from '../snapshot/merge.ts';
import type { FamilySnapshot } from '../snapshot/snapshot.ts';

/** Series of a metric that are kept (a histogram is one). What counts goes on in one more, as past every limit. */
const MAX_POINTS = 10_000;

export class RetainedFamilies {
  #families: readonly FamilySnapshot[] = [];

  get families(): readonly FamilySnapshot[] {
    return this.#families;
  }

  retain(families: readonly FamilySnapshot[]): void {
    this.#families = mergeFamilies([this.#families, families.filter(outlives)]).families.map(withinBound);
  }
}

function withinBound(family: FamilySnapshot): FamilySnapshot {
  const { points, type } = family;
  if (points.length <= MAX_POINTS) return family;
  // What was known of gauges last; the last ones of all are the likeliest to be asked for.
  if (type === 'gauge' || type === 'stateset') return { ...family, points: family.points.slice(-MAX_POINTS) };
  const beyond = points.slice(MAX_POINTS).map((point) => ({ ...point, labels: point.labels.map(asOverflow) }));
  const lists = [points.slice(0, MAX_POINTS), beyond].map((part) => [{ ...family, points: part } as FamilySnapshot]);
  return mergeFamilies(lists).families[0] ?? family;
}

function asOverflow({ name }: Label): Label {
  return { name, value: OVERFLOW_VALUE };
}

function outlives({ type, merge }: FamilySnapshot): boolean {
  if (type === 'gauge' || type === 'stateset') return (merge ?? 'last') === 'last';
  return type !== 'info';
}
