// What flows between the operations of a query: series over the steps of a grid, one series at a time.

import { type Label, type Labels, METRIC_NAME } from '../../model/labels.ts';
import type { QueryFeatures } from '../features.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

/** The moments a query is evaluated at: `count` of them, `stepMs` apart. An instant query has one. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** What a series has at a step (`present`). */
export const ABSENT = 0;
export const FLOAT = 1;
export const HISTOGRAM = 2;

/** One series; at least one step is present. */
export interface StepSeries {
  readonly labels: Labels;
  /** Meaningless where `present` is not `FLOAT`. */
  readonly values: Float64Array;
  readonly present: Uint8Array;
  /** Where `present` is `HISTOGRAM`; left out when it is nowhere. Histograms are never changed once they are made. */
  readonly histograms?: StepHistograms;
  /** The name goes at the end of the query (delayed name removal); until then it tells equal series apart. */
  readonly dropsName?: boolean;
}

export type StepHistograms = (FloatHistogram | undefined)[];

export type SeriesStream = AsyncIterable<StepSeries>;

export const NO_LABELS: Labels = [];

export function timeAt(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

export function hasAnyStep(present: Uint8Array): boolean {
  for (const kind of present) if (kind !== ABSENT) return true;
  return false;
}

/** What says which metric it is, and goes when the values are no longer that metric's. */
export function isMetadataLabel(name: string): boolean {
  return name === METRIC_NAME || name === '__type__' || name === '__unit__';
}

export function withoutName(labels: Labels): Labels {
  return labels.some(({ name }) => isMetadataLabel(name))
    ? labels.filter(({ name }) => !isMetadataLabel(name))
    : labels;
}

/** What a series whose values are no longer the metric's is called: without the name, or marked to lose it at the end. */
export function nameless(
  { labels }: Pick<StepSeries, 'labels'>,
  { delayedNameRemoval }: QueryFeatures,
): Pick<StepSeries, 'labels' | 'dropsName'> {
  return delayedNameRemoval ? { labels, dropsName: true } : { labels: withoutName(labels) };
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
