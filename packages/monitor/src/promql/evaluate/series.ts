// What flows between the operations of a query: series over the steps of a grid, one series at a time.

import { type Label, type Labels, METRIC_NAME } from '../../model/labels.ts';
import type { QueryFeatures } from '../features.ts';
import { quoted } from '../go-text.ts';
import type { FloatHistogram } from '../histogram/float-histogram.ts';

/** The moments a query is evaluated at: `count` of them, `stepMs` apart. An instant query has one. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
  /** Where the time ends, when that is not at the last step: of a subquery. */
  readonly endMs?: number;
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

/** A column for histograms, as long as the grid. */
export function emptyHistograms(stepCount: number): StepHistograms {
  const histograms: StepHistograms = [];
  histograms.length = stepCount;
  return histograms;
}

export type SeriesStream = AsyncIterable<StepSeries>;

export const NO_LABELS: Labels = [];

export function timeAt(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

export function hasAnyStep(present: Uint8Array): boolean {
  for (const kind of present) if (kind !== ABSENT) return true;
  return false;
}

/** They go with the name. */
export const TYPE_LABEL = '__type__';
export const UNIT_LABEL = '__unit__';

/** What says which metric it is, and goes when the values are no longer that metric's. */
export function isMetadataLabel(name: string): boolean {
  return name === METRIC_NAME || name === TYPE_LABEL || name === UNIT_LABEL;
}

export function withoutName(labels: Labels): Labels {
  for (const { name } of labels) {
    if (isMetadataLabel(name)) return labels.filter((label) => !isMetadataLabel(label.name));
  }
  return labels;
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

/** As Prometheus writes label sets in its messages: names that need quotes have them. */
export function labelsText(labels: Labels): string {
  const texts = labels.map(({ name, value }) => `${PLAIN_NAME.test(name) ? name : quoted(name)}=${quoted(value)}`);
  return `{${texts.join(', ')}}`;
}

const PLAIN_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
