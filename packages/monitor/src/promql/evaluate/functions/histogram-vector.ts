// What the functions of histograms do with an instant vector: native histograms one by one, classic ones gathered from their
// series, one a bucket, told apart by the label `le`. Where both have the same labels neither has a result.
// https://prometheus.io/docs/prometheus/latest/querying/functions/

import { type Labels, labelsKey, labelValue, METRIC_NAME } from '../../../model/labels.ts';
import type { ClassicBuckets } from '../../histogram/classic.ts';
import type { FloatHistogram } from '../../histogram/float-histogram.ts';
import type { CallArguments } from '../../plan/nodes.ts';
import { mergeEqual } from '../distinct.ts';
import { isOfRange } from '../evaluated-range.ts';
import { parseFloatLabel } from '../floats.ts';
import {
  ABSENT,
  dropLabels,
  FLOAT,
  HISTOGRAM,
  hasAnyStep,
  nameless,
  type SeriesStream,
  type StepSeries,
} from '../series.ts';
import { histogramEnds, inStretches } from '../stretches.ts';
import { forName } from './histogram-forced.ts';
import { type QuantileSplit, splitByQuantile } from './quantile-split.ts';

const BUCKET_LABEL = 'le';
const NOT_IDENTITY = new Set([BUCKET_LABEL]);
const STEPS_BETWEEN_CLOCK_READS = 32;

/** A value, and an info that it may need. */
interface Estimated {
  readonly value: number;
  readonly info?: string | undefined;
}

/** A number for each histogram and step: a series of the result, or one for each of the quantiles that it is asked for. */
export interface Estimator {
  readonly native: (histogram: FloatHistogram, step: number) => Estimated;
  /** `name` is that of the metric where it may be told. */
  readonly classic: (buckets: ClassicBuckets, step: number, name: string) => number;
  readonly split?: QuantileSplit;
}

interface ClassicHistogram {
  readonly labels: Labels;
  readonly buckets: { readonly upperBound: number; readonly counts: StepSeries }[];
}

/** What the estimators make of one histogram. */
interface Results {
  readonly histogram: Pick<StepSeries, 'labels' | 'dropsName'>;
  /** One column an estimator. */
  readonly values: readonly Float64Array[];
  readonly present: Uint8Array;
}

interface NativeResults extends Results {
  /** Step and text, in pairs: told only when the result stands. */
  readonly infos: { readonly step: number; readonly text: string }[];
}

interface Collected {
  readonly classics: Map<string, ClassicHistogram>;
  readonly natives: Map<string, NativeResults>;
  series: number;
  points: number;
}

/** `infoIndex`: the argument whose place the infos name. */
export interface HistogramCall {
  readonly call: CallArguments;
  readonly vectorIndex: number;
  readonly infoIndex: number;
  readonly estimators: readonly Estimator[];
}

/**
 * Histograms of different names are different ones, although the result has no name: it can hold equal series. Those of a single
 * moment stay as they are until names go at the end.
 */
export function overHistograms(histogramCall: HistogramCall): SeriesStream {
  const { context, grid, nodes } = histogramCall.call;
  const stream = estimates(histogramCall);
  const staysApart = context.features.delayedNameRemoval && !isOfRange(grid, context, nodes);
  return staysApart ? stream : mergeEqual(stream, context.budget);
}

/** The name that a note may tell: it is gone unless names are removed at the end. */
function knownName({ call }: Pick<HistogramCall, 'call'>, labels: Labels): string {
  return call.context.features.delayedNameRemoval ? labelValue(labels, METRIC_NAME) : '';
}

async function* estimates(histogramCall: HistogramCall): SeriesStream {
  const { call, vectorIndex } = histogramCall;
  const { budget } = call.context;
  const collected: Collected = { classics: new Map(), natives: new Map(), series: 0, points: 0 };
  try {
    for await (const series of call.vector(vectorIndex)) await collect(histogramCall, collected, series);
    for (const [key, native] of collected.natives) {
      const classic = collected.classics.get(key);
      collected.classics.delete(key);
      // It says where the native one has no result either.
      const results = classic && (await classicResults(histogramCall, collected, classic, native));
      tellInfos(histogramCall, native);
      yield* seriesOf(histogramCall, native);
      if (results !== undefined) yield* classicSeries(histogramCall, collected, results);
    }
    for (const classic of collected.classics.values()) {
      const results = await classicResults(histogramCall, collected, classic, undefined);
      yield* classicSeries(histogramCall, collected, results);
    }
  } finally {
    budget.release(collected.series, collected.points);
  }
}

async function collect(histogramCall: HistogramCall, collected: Collected, series: StepSeries): Promise<void> {
  const { call } = histogramCall;
  if (series.present.includes(HISTOGRAM)) {
    hold(call, collected, 1, resultPoints(histogramCall));
    collected.natives.set(labelsKey(series.labels), await nativeResults(histogramCall, series));
  }
  if (series.present.includes(FLOAT) && addBucket(histogramCall, collected.classics, series)) {
    hold(call, collected, 1, call.grid.count);
  }
}

function hold({ context }: CallArguments, collected: Collected, series: number, points: number): void {
  context.budget.hold(series, points);
  collected.series += series;
  collected.points += points;
}

function letGo({ context }: CallArguments, collected: Collected, points: number): void {
  context.budget.release(0, points);
  collected.points -= points;
}

/** Of the columns of one histogram. */
function resultPoints({ call, estimators }: HistogramCall): number {
  return call.grid.count * estimators.length;
}

function addBucket(
  histogramCall: HistogramCall,
  histograms: Map<string, ClassicHistogram>,
  series: StepSeries,
): boolean {
  const { call, vectorIndex } = histogramCall;
  const bound = labelValue(series.labels, BUCKET_LABEL);
  const upperBound = parseFloatLabel(bound);
  if (upperBound === undefined) {
    call.context.notes.warn(
      call.nodes[vectorIndex]!.span,
      `bucket label "${BUCKET_LABEL}" is missing or has a malformed value of ${JSON.stringify(bound)}${forName(knownName(histogramCall, series.labels))}`,
    );
    return false;
  }
  const labels = dropLabels(series.labels, NOT_IDENTITY);
  const key = labelsKey(labels);
  let histogram = histograms.get(key);
  if (histogram === undefined) {
    histogram = { labels, buckets: [] };
    histograms.set(key, histogram);
  }
  histogram.buckets.push({ upperBound, counts: series });
  return true;
}

async function nativeResults({ call, estimators }: HistogramCall, series: StepSeries): Promise<NativeResults> {
  const { count: stepCount } = call.grid;
  const values = estimators.map(() => new Float64Array(stepCount));
  const present = new Uint8Array(stepCount);
  const infos: { step: number; text: string }[] = [];
  const estimate = (from: number, to: number): void => {
    for (let step = from; step < to; step++) {
      if (series.present[step] !== HISTOGRAM) continue;
      present[step] = FLOAT;
      for (const [index, estimator] of estimators.entries()) {
        const { value, info } = estimator.native(series.histograms![step]!, step);
        values[index]![step] = value;
        if (info !== undefined) infos.push({ step, text: info });
      }
    }
  };
  await inStretches(stepCount, call.context.budget, estimate, histogramEnds(series.histograms));
  return { histogram: series, values, present, infos };
}

function tellInfos(histogramCall: HistogramCall, { histogram, present, infos }: NativeResults): void {
  const { call, infoIndex } = histogramCall;
  const name = forName(knownName(histogramCall, histogram.labels));
  const { span } = call.nodes[infoIndex]!;
  for (const { step, text } of infos) if (present[step] !== ABSENT) call.context.notes.inform(span, `${text}${name}`);
}

/** Where there is a native histogram of the same labels neither has a result. What is held for it `classicSeries` lets go. */
async function classicResults(
  histogramCall: HistogramCall,
  collected: Collected,
  histogram: ClassicHistogram,
  native: NativeResults | undefined,
): Promise<Results> {
  const { call, vectorIndex, estimators } = histogramCall;
  const { context, grid } = call;
  hold(call, collected, 0, resultPoints(histogramCall));
  const buckets = histogram.buckets.sort((a, b) => a.upperBound - b.upperBound);
  const atStep = { bounds: new Float64Array(buckets.length), counts: new Float64Array(buckets.length), length: 0 };
  const values = estimators.map(() => new Float64Array(grid.count));
  const present = new Uint8Array(grid.count);
  const name = knownName(histogramCall, histogram.labels);
  for (let step = 0; step < grid.count; step++) {
    if (step % STEPS_BETWEEN_CLOCK_READS === 0 && context.budget.isDue()) await context.budget.pause();
    gather(buckets, step, atStep);
    if (atStep.length === 0) continue;
    if (native?.present[step] === FLOAT) {
      native.present[step] = ABSENT;
      const message = `vector contains a mix of classic and native histograms${forName(name)}`;
      context.notes.warn(call.nodes[vectorIndex]!.span, message);
      continue;
    }
    present[step] = FLOAT;
    for (const [index, estimator] of estimators.entries()) {
      values[index]![step] = estimator.classic(atStep, step, name);
    }
  }
  return { histogram, values, present };
}

async function* classicSeries(histogramCall: HistogramCall, collected: Collected, results: Results): SeriesStream {
  yield* seriesOf(histogramCall, results);
  letGo(histogramCall.call, collected, resultPoints(histogramCall));
}

async function* seriesOf({ call, estimators }: HistogramCall, { histogram, values, present }: Results): SeriesStream {
  const { context } = call;
  if (!hasAnyStep(present)) return;
  const named = nameless(histogram, context.features);
  for (const [index, { split }] of estimators.entries()) {
    const series = { ...named, values: values[index]!, present: present.slice() };
    if (split === undefined) yield series;
    else yield* splitByQuantile(series, split, context.budget);
  }
}

/** Collects the buckets present at a step, in the order of their bounds. */
function gather(buckets: ClassicHistogram['buckets'], step: number, into: ClassicBuckets): void {
  into.length = 0;
  for (const { upperBound, counts } of buckets) {
    if (counts.present[step] !== FLOAT) continue;
    into.bounds[into.length] = upperBound;
    into.counts[into.length++] = counts.values[step]!;
  }
}
