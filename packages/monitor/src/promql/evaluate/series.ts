// What flows between the operations of a query: series over the steps of a grid, one series at a time.

import { type Label, type Labels, METRIC_NAME } from '../../model/labels.ts';

/** The moments a query is evaluated at: `count` of them, `stepMs` apart. An instant query has one. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** One series: `values[i]` at step i, meaningless where `present[i]` is 0. At least one step is present. */
export interface StepSeries {
  readonly labels: Labels;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export type SeriesStream = AsyncIterable<StepSeries>;

export const NO_LABELS: Labels = [];

export function timeAt(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

export function hasAnyStep(present: Uint8Array): boolean {
  return present.includes(1);
}

export function withoutName(labels: Labels): Labels {
  return labels.some(({ name }) => name === METRIC_NAME) ? labels.filter(({ name }) => name !== METRIC_NAME) : labels;
}

export function keepLabels(labels: Labels, kept: ReadonlySet<string>): Labels {
  return labels.filter(({ name }) => kept.has(name));
}

export function dropLabels(labels: Labels, dropped: ReadonlySet<string>): Labels {
  return labels.filter(({ name }) => !dropped.has(name));
}

/** The labels with one set, or taken away where the value is empty. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const others = labels.filter((label) => label.name !== name);
  if (value === '') return others;
  const at = others.findIndex((label) => label.name > name);
  const added: Label = { name, value };
  return at === -1 ? [...others, added] : others.toSpliced(at, 0, added);
}

/** As Prometheus writes label sets in its messages. */
export function labelsText(labels: Labels): string {
  return `{${labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`).join(', ')}}`;
}

/** By name and value of one label after the other; what is first in the order of texts comes first. */
export function compareLabels(a: Labels, b: Labels): number {
  for (let index = 0; index < a.length && index < b.length; index++) {
    const [left, right] = [a[index]!, b[index]!];
    if (left.name !== right.name) return left.name < right.name ? -1 : 1;
    if (left.value !== right.value) return left.value < right.value ? -1 : 1;
  }
  return a.length - b.length;
}
