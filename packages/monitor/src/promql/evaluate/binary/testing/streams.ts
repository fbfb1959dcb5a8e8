// Series for the tests of binary operations, and what comes of them, written down shortly: labels as `name a=b`, one entry a step,
// `undefined` where the series is absent.

import { type Labels, labelsFrom } from '../../../../model/labels.ts';
import { NO_FEATURES, type QueryFeatures } from '../../../features.ts';
import { FloatHistogram } from '../../../histogram/float-histogram.ts';
import { DEFAULT_QUERY_LIMITS } from '../../../limits.ts';
import type { Matching } from '../../../parse/syntax-tree.ts';
import { QueryBudget } from '../../budget.ts';
import type { EvaluationContext } from '../../context.ts';
import { QueryNotes } from '../../notes.ts';
import { FLOAT, HISTOGRAM, type SeriesStream, type StepSeries } from '../../series.ts';

type Entry = number | FloatHistogram | undefined;
export type Table = Readonly<Record<string, readonly Entry[]>>;

export const SPAN = { from: 0, to: 1 };
export const ALL_LABELS: Matching = { on: false, labels: [] };

export async function* streamOf(table: Table): SeriesStream {
  for (const [key, entries] of Object.entries(table)) yield seriesOf(key, entries);
}

function seriesOf(key: string, entries: readonly Entry[]): StepSeries {
  const values = Float64Array.from(entries, (entry) => (typeof entry === 'number' ? entry : NaN));
  const present = Uint8Array.from(entries, (entry) =>
    entry === undefined ? 0 : typeof entry === 'number' ? FLOAT : HISTOGRAM,
  );
  const series = { labels: labelsOf(key), values, present };
  if (!present.includes(HISTOGRAM)) return series;
  return { ...series, histograms: entries.map((entry) => (typeof entry === 'object' ? entry : undefined)) };
}

function labelsOf(key: string): Labels {
  const [name = '', ...pairs] = key.split(' ');
  return labelsFrom([['__name__', name], ...pairs.map((pair) => pair.split('=') as [string, string])]);
}

/** Series without a name are written with none: ` a=b`. */
export async function tableOf(stream: SeriesStream): Promise<Table> {
  const table: Record<string, readonly Entry[]> = {};
  for await (const { labels, values, present, histograms } of stream) {
    const name = labels.find((label) => label.name === '__name__')?.value ?? '';
    const others = labels.filter((label) => label.name !== '__name__');
    const key = [name, ...others.map((label) => `${label.name}=${label.value}`)].join(' ');
    if (key in table) throw new Error(`the series ${key} came twice`);
    table[key] = Array.from(present, (kind, step) =>
      kind === FLOAT ? values[step] : kind === HISTOGRAM ? histograms![step] : undefined,
    );
  }
  return table;
}

export function contextOf(features: Partial<QueryFeatures> = {}): EvaluationContext & { readonly notes: QueryNotes } {
  const notes = new QueryNotes('a');
  const budget = new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: 60_000,
    signal: undefined,
    monotonicMs: () => 0,
    yieldToOthers: async () => {},
  });
  // Binary operations read nothing of what the rest of a context is.
  return { notes, budget, features: { ...NO_FEATURES, ...features } } as EvaluationContext & {
    readonly notes: QueryNotes;
  };
}

/** An exponential histogram of one bucket, or with bounds one of custom buckets. */
export function histogramOf(count: number, customBounds?: readonly number[]): FloatHistogram {
  return FloatHistogram.from({
    schema: customBounds === undefined ? 0 : -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count,
    sum: 10 * count,
    positiveSpans: [{ offset: 1, length: 1 }],
    positiveCounts: Float64Array.of(count),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    ...(customBounds === undefined ? {} : { customBounds: Float64Array.from(customBounds) }),
  });
}
