// The series of a metric under the labels that a profile keeps: those that become the same are one, counters and gauges added
// up, histograms merged. A series gets the same array of labels each time, because renderers keep text by it.

import type { Label } from '../labels.ts';
import { labelKey, mergeFamilies } from '../snapshot/merge.ts';
import type { FamilySnapshot, MergeMode } from '../snapshot/snapshot.ts';
import type { Alias, KeptLabel } from './alias.ts';

export type Point = FamilySnapshot['points'][number];

interface Shown {
  /** Sorted by name. */
  readonly labels: readonly Label[];
  /** What takes the place of `<label>` in the metric's name; '' where there is none. */
  readonly nameValue: string;
}

/** Turns the labels of a row into those of a profile. */
export class LabelView {
  readonly #kept: readonly KeptLabel[];
  readonly #nameLabel: string | undefined;
  /** Ends with the series: snapshots of a registry use the same array for a series as long as there is one. */
  readonly #known = new WeakMap<readonly Label[], Shown>();

  constructor({ labels, nameLabel }: Pick<Alias, 'labels' | 'nameLabel'>) {
    this.#kept = labels;
    this.#nameLabel = nameLabel;
  }

  of(source: readonly Label[]): Shown {
    const known = this.#known.get(source);
    if (known !== undefined) return known;
    const shown = { labels: this.#labelsOf(source), nameValue: asNamePart(labelValue(source, this.#nameLabel)) };
    this.#known.set(source, shown);
    return shown;
  }

  #labelsOf(source: readonly Label[]): readonly Label[] {
    const labels = this.#kept.flatMap(({ shown, ours }) => {
      const value = labelValue(source, ours);
      return value === '' ? [] : [{ name: shown, value }];
    });
    return labels.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** '' for a label that is not there, as in Prometheus. */
export function labelValue(labels: readonly Label[], name: string | undefined): string {
  return labels.find((label) => label.name === name)?.value ?? '';
}

/** By what stands in the metric's name ('' without such a label), the family with the series that have it. */
export function regroup<F extends FamilySnapshot>(family: F, view: LabelView, merge: MergeMode): Map<string, F> {
  const byNameValue = new Map<string, Point[]>();
  for (const point of family.points) {
    const { labels, nameValue } = view.of(point.labels);
    const shown = { ...point, labels };
    const others = byNameValue.get(nameValue);
    if (others === undefined) byNameValue.set(nameValue, [shown]);
    else others.push(shown);
  }
  return new Map(Array.from(byNameValue, ([value, points]) => [value, mergeWithin({ ...family, merge, points } as F)]));
}

/** How many series of a family become one, by the key of its labels. */
export function seriesCounts(points: readonly Point[], view: LabelView): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const point of points) {
    const key = labelKey(view.of(point.labels).labels);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

function mergeWithin<F extends FamilySnapshot>(family: F): F {
  // Only families of several lists are looked through for equal labels: an empty one makes it so.
  return mergeFamilies([[family], [{ ...family, points: [] }]]).families[0] as F;
}

/** As exporters do it: what a metric's name cannot hold becomes `_`. */
function asNamePart(value: string): string {
  return value.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}
