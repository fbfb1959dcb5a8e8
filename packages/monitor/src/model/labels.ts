// Labels: what identifies a series, the metric's name included. Invariant: sorted by name, no name twice, no empty
// value (an empty value means that the label is absent, as in Prometheus). Everything that is given a `Labels` trusts this.

export interface Label {
  readonly name: string;
  readonly value: string;
}

export type Labels = readonly Label[];

export const METRIC_NAME = '__name__';

/** Makes `Labels` from pairs in any order. Empty values are left out; of a name that comes twice the last wins. */
export function labelsFrom(pairs: Iterable<readonly [name: string, value: string]>): Labels {
  const byName = new Map<string, string>();
  for (const [name, value] of pairs) byName.set(name, value);
  const labels: Label[] = [];
  for (const [name, value] of byName) if (value !== '') labels.push({ name, value });
  return labels.sort((a, b) => (a.name < b.name ? -1 : 1));
}

export function labelsFromRecord(record: Readonly<Record<string, string>>): Labels {
  return labelsFrom(Object.entries(record));
}

/** The value of one label, or '' when the series does not carry it. */
export function labelValue(labels: Labels, name: string): string {
  for (const label of labels) if (label.name === name) return label.value;
  return '';
}

/** A string that is equal exactly when the labels are equal; no meaning beyond that. */
export function labelsKey(labels: Labels): string {
  let key = '';
  // Lengths, and no separator: any character may stand in a label value.
  for (const { name, value } of labels) key += `${name.length},${value.length},${name}${value}`;
  return key;
}

export function labelsToRecord(labels: Labels): Record<string, string> {
  // Not by assignment: a label called `__proto__` would vanish.
  return Object.fromEntries(labels.map(({ name, value }) => [name, value]));
}
