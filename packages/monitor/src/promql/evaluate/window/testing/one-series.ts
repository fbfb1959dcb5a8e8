// One series of floats or of histograms, and a function over its windows, for tests: what each window gives, and the notes.

import { labelsFromRecord } from '../../../../model/labels.ts';
import { FloatHistogram } from '../../../histogram/float-histogram.ts';
import { DEFAULT_QUERY_LIMITS } from '../../../limits.ts';
import { QueryBudget } from '../../budget.ts';
import { QueryNotes } from '../../notes.ts';
import { ABSENT, FLOAT, type Grid } from '../../series.ts';
import type {
  Columns,
  MixedWindowFunction,
  RangeSeries,
  WindowFunction,
  WindowParameters,
  WindowTimes,
} from '../window-function.ts';
import { overMixedWindows, overWindows, windowsOver } from '../windows.ts';

export type WindowResult = number | FloatHistogram | undefined;

export interface Asked {
  readonly times: WindowTimes;
  readonly scalars?: readonly Float64Array[];
  readonly edges?: WindowParameters['edges'];
  readonly minimumSamples?: 1 | 2;
  /** Steps computed at a time; all without it. */
  readonly stretch?: number;
}

export function unboundedBudget(): QueryBudget {
  return new QueryBudget({
    limits: DEFAULT_QUERY_LIMITS,
    timeoutMs: Number.POSITIVE_INFINITY,
    signal: undefined,
    monotonicMs: () => 0,
    yieldToOthers: async () => {},
  });
}

export async function floatResults(window: WindowFunction, columns: Columns, asked: Asked): Promise<WindowResult[]> {
  const { times, minimumSamples = 1, stretch } = asked;
  const { count } = times.grid;
  const values = new Float64Array(count);
  const windows = await windowsOver(columns.timestampsMs, times, minimumSamples, unboundedBudget());
  const kernel = await window(columns, parametersOf(asked, new QueryNotes('')), windows);
  const stretchEnds = stretch === undefined ? windows.stretchEnds : endsOf(count, stretch);
  await overWindows({ ...windows, stretchEnds }, kernel, values, unboundedBudget());
  return Array.from(values, (value, step) => (windows.present[step] === FLOAT ? value : undefined));
}

function endsOf(count: number, stretch: number): number[] {
  return Array.from({ length: Math.ceil(count / stretch) }, (_, at) => Math.min(count, (at + 1) * stretch));
}

export async function mixedResults(
  window: MixedWindowFunction,
  series: Omit<RangeSeries, 'labels'>,
  asked: Asked,
): Promise<{ readonly results: WindowResult[]; readonly notes: string[] }> {
  const { count } = asked.times.grid;
  const out = { values: new Float64Array(count), present: new Uint8Array(count), histograms: [] as FloatHistogram[] };
  const notes = new QueryNotes('asked');
  const kernel = await window({ labels: LABELS, ...series }, parametersOf(asked, notes));
  await overMixedWindows({ labels: LABELS, ...series }, asked.times, kernel, out, unboundedBudget());
  const results = Array.from(out.values, (value, step) =>
    out.present[step] === ABSENT ? undefined : out.present[step] === FLOAT ? value : out.histograms[step],
  );
  return { results, notes: [...notes.warnings(), ...notes.infos()] };
}

const LABELS = labelsFromRecord({ __name__: 'requests' });

function parametersOf({ times, scalars = [], edges = 'plain' }: Asked, notes: QueryNotes): WindowParameters {
  const { grid, rangeMs } = times;
  const budget = unboundedBudget();
  return { rangeMs, times, scalars, labels: LABELS, notes, budget, noteSpan: { from: 0, to: 0 }, edges, grid };
}

/** Windows that end every `stepSeconds`. */
export function windows(grid: { from: number; count: number; stepSeconds: number; rangeSeconds: number }): WindowTimes {
  const { from, count, stepSeconds, rangeSeconds } = grid;
  const steps: Grid = { startMs: from * 1000, stepMs: stepSeconds * 1000, count };
  return { grid: steps, offsetMs: 0, rangeMs: rangeSeconds * 1000 };
}

/** Pairs of seconds and value. */
export function floats(...samples: readonly (readonly [seconds: number, value: number])[]): Columns {
  return {
    timestampsMs: Float64Array.from(samples, ([seconds]) => seconds * 1000),
    values: Float64Array.from(samples, ([, value]) => value),
  };
}

/** Histograms with two buckets, (0.5, 1] and (1, 2], or with custom ones up to 5 and up to 10. */
export function histogram(
  [first, second]: readonly [number, number],
  { bounds, isGauge = false }: { readonly bounds?: readonly number[]; readonly isGauge?: boolean } = {},
): FloatHistogram {
  return FloatHistogram.from({
    schema: bounds === undefined ? 0 : -53,
    zeroThreshold: 0,
    zeroCount: 0,
    count: first + second,
    sum: first + 2 * second,
    positiveSpans: [{ offset: 0, length: 2 }],
    positiveCounts: Float64Array.of(first, second),
    negativeSpans: [],
    negativeCounts: new Float64Array(0),
    ...(bounds === undefined ? {} : { customBounds: Float64Array.from(bounds) }),
    isGauge,
  });
}

export function histograms(
  ...samples: readonly (readonly [seconds: number, histogram: FloatHistogram])[]
): Required<Pick<RangeSeries, 'histograms'>> {
  return {
    histograms: {
      timestampsMs: Float64Array.from(samples, ([seconds]) => seconds * 1000),
      histograms: samples.map(([, one]) => one),
    },
  };
}
