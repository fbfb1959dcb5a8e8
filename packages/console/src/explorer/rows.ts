// The rows of the result table: every series of an answer with its value now, its style in the chart when it is drawn
// there, and its labels, of which those that all have are told once.

import type { Frame } from '../chart/frame.ts';
import { keyOf } from '../chart/frame.ts';
import type { LiveAnswer } from '../live/live-query.ts';
import { compareNaturally } from '../overview/figures.ts';

export const CHARTED_MAX = 50;
export const ROWS_MAX = 500;

export interface Row {
  readonly key: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its place in the chart; undefined when it is not drawn. */
  readonly place: number | undefined;
  /** Undefined when the series has no value at the time of the question. */
  readonly value: number | undefined;
}

export type Sorting = { readonly by: 'value' | 'order' | { readonly label: string }; readonly direction: 1 | -1 };

/** The first series of the frame, as many as a chart can tell apart. */
export function chartedPart(frame: Frame): Frame {
  return frame.series.length <= CHARTED_MAX ? frame : { ...frame, series: frame.series.slice(0, CHARTED_MAX) };
}

export function rowsOf(answer: LiveAnswer): Row[] {
  const values = new Map<string, number>();
  const rows: Row[] = [];
  const labelsOf = new Map<string, Readonly<Record<string, string>>>();
  const { now } = answer;
  if (now.type === 'scalar') {
    values.set(keyOf({}), now.value);
    labelsOf.set(keyOf({}), {});
  } else if (now.type !== 'string') {
    for (const series of now.series) {
      const key = keyOf(series.labels);
      labelsOf.set(key, series.labels);
      const value = 'value' in series ? series.value : series.points.at(-1)?.[1];
      if (value !== undefined) values.set(key, value);
    }
  }
  answer.frame.series.forEach(({ key, labels }, index) => {
    rows.push({ key, labels, place: index < CHARTED_MAX ? index : undefined, value: values.get(key) });
    labelsOf.delete(key);
  });
  for (const [key, labels] of labelsOf) rows.push({ key, labels, place: undefined, value: values.get(key) });
  return rows;
}

/** Labels with one and the same value on every row, and the names of the others, sorted; the metric's name comes first. */
export function splitLabels(rows: readonly Row[]): {
  common: Readonly<Record<string, string>>;
  varying: readonly string[];
} {
  const names = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row.labels)) names.add(name);
  const common: Record<string, string> = {};
  const varying: string[] = [];
  for (const name of [...names].sort()) {
    const first = rows[0]?.labels[name];
    if (rows.length > 1 && first !== undefined && rows.every((row) => row.labels[name] === first)) common[name] = first;
    else varying.push(name);
  }
  return { common, varying };
}

/** 'order' keeps the server's order, but with what has a value now before what has none. */
export function sortRows(rows: readonly Row[], sorting: Sorting): readonly Row[] {
  const { by, direction } = sorting;
  if (by === 'order') return [...rows].sort((a, b) => Number(a.value === undefined) - Number(b.value === undefined));
  return [...rows].sort((a, b) => {
    if (by === 'value') return compareValues(a.value, b.value, direction);
    return direction * compareNaturally(a.labels[by.label] ?? '', b.labels[by.label] ?? '');
  });
}

/** Rows without a value, and those that are not a number, stay at the end in both directions. */
function compareValues(a: number | undefined, b: number | undefined, direction: 1 | -1): number {
  const aIsMissing = a === undefined || Number.isNaN(a);
  const bIsMissing = b === undefined || Number.isNaN(b);
  if (aIsMissing || bIsMissing) return Number(aIsMissing) - Number(bIsMissing);
  return a === b ? 0 : direction * (a < b ? -1 : 1);
}
