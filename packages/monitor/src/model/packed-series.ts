// Many label sets on their way to the storage worker. Copied as they are, each label of each series becomes an object of
// its own on the other side, which costs both threads more than all else that a new series needs. So each distinct label
// is sent once, and a series is a row of numbers.

import type { Label, Labels } from './labels.ts';

export interface PackedSeries {
  /** Each distinct label: its name, then its value. */
  readonly texts: readonly string[];
  /** How many labels each series has. */
  readonly counts: Uint32Array;
  /** The labels of all series, one series after the other, by their place among the distinct ones. */
  readonly labels: Uint32Array;
}

export function packSeries(series: readonly Labels[]): PackedSeries {
  const texts: string[] = [];
  const counts = Uint32Array.from(series, ({ length }) => length);
  const labels = new Uint32Array(counts.reduce((sum, count) => sum + count, 0));
  const idsByName = new Map<string, Map<string, number>>();
  let at = 0;
  for (const each of series) {
    for (const { name, value } of each) {
      let ids = idsByName.get(name);
      if (ids === undefined) idsByName.set(name, (ids = new Map()));
      let id = ids.get(value);
      if (id === undefined) {
        ids.set(value, (id = texts.length / 2));
        texts.push(name, value);
      }
      labels[at++] = id;
    }
  }
  return { texts, counts, labels };
}

export function unpackSeries({ texts, counts, labels }: PackedSeries): Labels[] {
  const distinct: Label[] = [];
  for (let at = 0; at < texts.length; at += 2) distinct.push({ name: texts[at]!, value: texts[at + 1]! });
  let start = 0;
  return Array.from(counts, (count) => {
    const end = start + count;
    const own: Label[] = [];
    for (let at = start; at < end; at++) own.push(distinct[labels[at]!]!);
    start = end;
    return own;
  });
}
