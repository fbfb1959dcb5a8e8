// The labels of a series as one string from which they can be read again: what a target's series are known by, and all that
// is kept of their labels. Lengths, and no separator: any character may stand in a label's value.

import type { Label, Labels } from '../model/labels.ts';

/** Equal exactly when the labels are. */
export function seriesKey(labels: Labels): string {
  let key = '';
  for (const { name, value } of labels) key += `${name.length},${value.length},${name}${value}`;
  return key;
}

export function labelsOfKey(key: string): Labels {
  const labels: Label[] = [];
  for (let at = 0; at < key.length; ) {
    const nameComma = key.indexOf(',', at);
    const valueComma = key.indexOf(',', nameComma + 1);
    const nameStart = valueComma + 1;
    const valueStart = nameStart + Number(key.slice(at, nameComma));
    const end = valueStart + Number(key.slice(nameComma + 1, valueComma));
    labels.push({ name: key.slice(nameStart, valueStart), value: key.slice(valueStart, end) });
    at = end;
  }
  return labels;
}
