// A series as people write it, and labels in the forms that a snapshot and a test have them.

import type { Label } from '../labels.ts';

/** Label values by name; without the labels of the format (`le`, `quantile`) unless said otherwise. */
export type SeriesLabels = Readonly<Record<string, string>>;

/** `name{a="b"}`, labels sorted by name. */
export function seriesText(name: string, labels: SeriesLabels): string {
  const pairs = Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`;
}

export function labelsAsObject(labels: readonly Label[]): SeriesLabels {
  return Object.fromEntries(labels.map(({ name, value }) => [name, value]));
}

export function isSameLabels(labels: readonly Label[], wanted: SeriesLabels): boolean {
  return labels.length === Object.keys(wanted).length && matchesLabels(labels, wanted);
}

/** Whether the labels that `wanted` names have its values; others may have any. */
export function matchesLabels(labels: readonly Label[], wanted: SeriesLabels): boolean {
  return Object.entries(wanted).every(([name, value]) => {
    return labels.some((label) => label.name === name && label.value === value);
  });
}
